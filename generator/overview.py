"""What the operator's pool page shows: values of the moment, and words for them."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from django.db.models import Count
from django.template.defaultfilters import pluralize
from django.utils import timezone

from faces.models import AGE_BUCKETS, GENDERS, QUALITIES, Face
from faces.pool import Cell
from generator.errors import GeneratorError
from generator.models import Batch, Target, TopUpSettings, Worker
from generator.planning import count_by_tone, count_faces, plan, pool_state
from generator.tones import TONES
from generator.top_up import CellState, measured_yield, missing
from generator.usage import MEETINGS, Usage, served_instead, usage

ALL_CELLS = [
    Cell(gender, age_bucket, quality)
    for quality, gender, age_bucket in product(QUALITIES, GENDERS, AGE_BUCKETS)
]
NUM_BATCHES = 9
READY_DAYS, FAIR_DAYS = 8, 4
MOST_NAMED = 3
LIGHTS = {
    "ready": "Ready",
    "fair": "Fair",
    "coming": "Coming",
    "low": "Low",
    "empty": "Empty",
    "unwanted": "0 wanted",
}


@dataclass(frozen=True)
class CellView:
    cell: Cell
    state: CellState
    usage: Usage = Usage()
    instead: str = ""
    """Who is served in its place, while it is empty."""

    @property
    def light(self) -> str:
        """Its traffic light: one of LIGHTS."""
        days = READY_DAYS if self.days_left is None else self.days_left
        if not self.state.servable:
            return "empty" if self.state.wanted else "unwanted"
        if days < FAIR_DAYS:
            return "low"
        if self.state.servable >= self.state.wanted:
            return "ready" if days >= READY_DAYS else "fair"
        return "low" if missing(self.cell, self.state) else "coming"

    @property
    def days_left(self) -> int | None:
        return self.usage.days_left(self.state.servable)

    @property
    def name(self) -> str:
        kind = " trainwreck" if self.cell.quality == Face.Quality.TRAINWRECK else ""
        return f"{self.cell.gender} {self.cell.age_bucket}{kind}"

    @property
    def word(self) -> str:
        return LIGHTS[self.light]

    @property
    def coming(self) -> int:
        """The faces that the pictures on the way are likely to bring."""
        return round(self.state.to_draw * measured_yield(self.cell, self.state))

    @property
    def yield_in_words(self) -> str:
        share = f"{100 * measured_yield(self.cell, self.state):.2g}%"
        return share if self.state.num_drawn else f"{share}, a guess"


@dataclass(frozen=True)
class SkinTone:
    name: str
    count: int
    total: int
    wished: int

    @property
    def per_cent(self) -> int:
        return round(100 * self.count / self.total) if self.total else 0


def overview() -> dict[str, Any]:
    chosen = TopUpSettings.get()
    cells = view_cells()
    tones, num_unmeasured = skin_tones(chosen)
    return {
        "settings": chosen,
        "cells": cells,
        "totals": totals(cells),
        "trouble": trouble_in_words(cells),
        "meetings": MEETINGS,
        "plan": plan_in_words(cells),
        "tones": tones,
        "num_unmeasured": num_unmeasured,
        "workers": Worker.objects.all(),
        "batches": Batch.objects.select_related("network")[:NUM_BATCHES],
        "now": timezone.now(),
    }


def view_cells() -> list[CellView]:
    """Every cell; of those without a target only what visitors may meet is counted."""
    states, used = pool_state(), usage()
    counts = count_faces(Face.objects.servable(), "")
    servable = {cell: counted["faces"] for cell, counted in counts.items()}
    return [
        CellView(
            cell,
            states.get(cell) or CellState(wanted=0, servable=servable.get(cell, 0)),
            used.get(cell, Usage()),
            "" if servable.get(cell) else instead_in_words(cell, servable),
        )
        for cell in ALL_CELLS
    ]


def instead_in_words(cell: Cell, servable: Mapping[Cell, int]) -> str:
    found = served_instead(cell, servable)
    ages = ", ".join(dict.fromkeys(other.age_bucket for other in found))
    kinds = {other.quality for other in found} - {cell.quality}
    if not found:
        return "nobody"
    return f"{ages}, {' and '.join(sorted(kinds))}" if kinds else ages


def trouble_in_words(cells: list[CellView]) -> str:
    """What is wrong with the pool, in a sentence."""
    empty = [view.name for view in cells if view.light == "empty"]
    low = [view.name for view in cells if view.light == "low"]
    waiting = sum(view.state.awaiting for view in cells)
    help = f" {waiting:,} wait for the panel." if waiting else ""
    if empty:
        meets = (
            "Whoever asks for one meets somebody else until such faces are approved."
        )
        return f"Empty: {some(empty)}. {meets}{help}"
    if low:
        return f"Low: {some(low)}. More faces are needed there soon.{help}"
    return "Nothing is wrong: every cell that faces are wanted for has enough."


def some(names: list[str]) -> str:
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def totals(cells: list[CellView]) -> dict[str, int]:
    names = ["wanted", "servable", "awaiting", "to_draw"]
    return {name: sum(getattr(view.state, name) for view in cells) for name in names}


def plan_in_words(cells: list[CellView]) -> str:
    """What a top-up would do now, or why it would not."""
    try:
        orders = plan()
    except GeneratorError as error:
        return str(error)
    if orders:
        count = sum(order.count for order in orders)
        return f"A top-up now would draw {pictures_in_batches(count, len(orders))}."
    if any(missing(view.cell, view.state) for view in cells):
        return (
            "A top-up now would draw nothing: as many pictures as an hour may have are "
            "ordered already. It goes on by itself."
        )
    if Target.objects.filter(wanted__gt=0).exists():
        return (
            "A top-up now would draw nothing: every cell has what it wants, or it is "
            "on the way."
        )
    return "Nothing is wanted yet. Say below how many faces each cell should have."


def pictures_in_batches(num_pictures: int, num_batches: int) -> str:
    pictures = f"{num_pictures:,} picture{pluralize(num_pictures)}"
    return f"{pictures} in {num_batches:,} batch{pluralize(num_batches, 'es')}"


def skin_tones(chosen: TopUpSettings) -> tuple[list[SkinTone], int]:
    """Which skin the faces have that visitors meet or may meet soon, beside the wish.

    The second value counts the faces whose skin was never measured.
    """
    statuses = [Face.Status.APPROVED, Face.Status.UNRATED]
    counts = Face.objects.filter(status__in=statuses).aggregate(
        faces=Count("pk"), **count_by_tone()
    )
    total = sum(counts[tone] for tone in TONES)
    tones = [
        SkinTone(tone, counts[tone], total, wished)
        for tone, wished in chosen.mix.items()
    ]
    return tones, counts["faces"] - total
