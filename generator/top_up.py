"""What the pool lacks, and what to draw for it. Values in, values out."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

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
    tones: Mapping[str, int] = field(default_factory=dict)
    """How many of the faces, servable or awaiting, have each skin tone."""
    tones_to_draw: Mapping[str, int] = field(default_factory=dict)
    """Pictures that are still to be drawn, by the skin tone asked for."""


@dataclass(frozen=True)
class Order:
    """A batch to be."""

    cell: Cell
    count: int
    tones: tuple[str, ...] = ()
    """The skin tone asked for, picture by picture; none for whichever comes."""


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


def with_tones(
    orders: Sequence[Order], cells: Mapping[Cell, CellState], mix: Mapping[str, int]
) -> list[Order]:
    """Ask for skin tones so that each cell moves to the wished mix, in per cent.

    Every picture gets the tone that its cell then lacks most. Trainwrecks get none:
    they are drawn at random.
    """
    have = {cell: coming_tones(cell, state, mix) for cell, state in cells.items()}
    toned = []
    for order in orders:
        coming = measured_yield(order.cell, cells[order.cell])
        tones = []
        for _ in range(order.count if order.cell.quality == "good" else 0):
            tone = most_lacking(have[order.cell], mix, coming)
            have[order.cell][tone] += coming
            tones.append(tone)
        toned.append(replace(order, tones=tuple(tones)))
    return toned


def coming_tones(
    cell: Cell, state: CellState, tones: Iterable[str]
) -> dict[str, float]:
    """How many faces of each tone there are when all that is on the way has come."""
    share = measured_yield(cell, state)
    return {
        tone: state.tones.get(tone, 0) + share * state.tones_to_draw.get(tone, 0)
        for tone in tones
    }


def most_lacking(
    have: Mapping[str, float], mix: Mapping[str, int], coming: float
) -> str:
    """The tone that is farthest below its share of what there is, and of what comes."""
    total = sum(have.values()) + coming
    return max(mix, key=lambda tone: mix[tone] / 100 * total - have[tone])
