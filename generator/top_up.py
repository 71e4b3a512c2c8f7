"""What the pool lacks, and what to draw for it. Values in, values out."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from faces.pool import Cell

LIKELY_YIELD = {"good": 0.25, "trainwreck": 0.1}
"""Share of pictures that land in their cell, before any was drawn for it."""
TRUST = 8
"""So many pictures weigh as much as that first guess."""


@dataclass(frozen=True)
class CellState:
    """One cell of the pool, and what became of the pictures drawn for it so far."""

    wanted: int
    servable: int = 0
    awaiting: int = 0
    """Drawn, and waiting for the panel."""
    to_draw: int = 0
    """Pictures of open batches that are still to be drawn."""
    num_drawn: int = 0
    num_in_cell: int = 0


@dataclass(frozen=True)
class Order:
    """A batch to be."""

    cell: Cell
    count: int


def measured_yield(cell: Cell, state: CellState) -> float:
    """The share of pictures drawn for a cell that land in it, and pass; above 0."""
    guess = LIKELY_YIELD[cell.quality]
    return (state.num_in_cell + TRUST * guess) / (state.num_drawn + TRUST)


def missing(cell: Cell, state: CellState) -> float:
    """How many faces a cell lacks when all that is on the way has come."""
    coming = state.to_draw * measured_yield(cell, state)
    return max(0.0, state.wanted - state.servable - state.awaiting - coming)


def plan_top_up(
    cells: Mapping[Cell, CellState], batch_size: int, max_pictures: int
) -> list[Order]:
    """Return the batches to draw, never more than `max_pictures` pictures in all.

    The cells that lack most of what they want come first, and take turns batch by batch,
    so that a cap leaves no cell out for long.
    """
    needs = {}
    for cell, state in cells.items():
        lacking = missing(cell, state)
        if lacking:
            needs[cell] = math.ceil(lacking / measured_yield(cell, state))
    thinnest_first = sorted(
        needs, key=lambda cell: -missing(cell, cells[cell]) / cells[cell].wanted
    )
    orders: list[Order] = []
    left = max_pictures
    while needs and left > 0:
        for cell in thinnest_first:
            count = min(batch_size, needs.get(cell, 0), left)
            if count > 0:
                orders.append(Order(cell, count))
                left -= count
                needs[cell] -= count
                if needs[cell] == 0:
                    del needs[cell]
    return orders
