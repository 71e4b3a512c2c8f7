"""How visitors use the pool: how often its faces were met, and how long they last."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.cache import cache
from django.db import DatabaseError
from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, When
from django.utils import timezone

from faces.models import AGE_BUCKETS, QUALITIES, Face, Rating
from faces.pool import Cell

logger = logging.getLogger(__name__)

MEETINGS = 50
"""When so many people have met a face, friends begin to show each other the same one."""
DAYS = 7
"""The pace is that of so many days."""
SECONDS_KEPT = 60
"""Counting every result is slow where there are millions, and the page asks often."""


@dataclass(frozen=True)
class Usage:
    """What became of one cell's faces."""

    blocked: int = 0
    """By people: refused by the panel, reported or revoked."""
    met: int = 0
    """How often the faces that are ready were met in all."""
    met_in_days: int = 0
    met_today: int = 0
    """In the last 24 hours."""

    def days_left(self, servable: int) -> int | None:
        """For how long faces last at the present pace; None if nobody asks for them."""
        if not self.met_in_days:
            return None
        left = max(0, servable * MEETINGS - self.met)
        return left * DAYS // self.met_in_days


def usage() -> dict[Cell, Usage]:
    """Count, or recall what was counted; a store that is away costs only time."""
    try:
        return cache.get_or_set("pool-usage", count_usage, SECONDS_KEPT) or {}
    except DatabaseError:
        raise
    except Exception:
        logger.exception("The store of the counts did not answer.")
        return count_usage()


def count_usage() -> dict[Cell, Usage]:
    today, days_ago = (timezone.now() - timedelta(days=days) for days in (1, DAYS))
    recent = Face.objects.filter(results__created_at__gt=days_ago)
    is_today = Q(results__created_at__gt=today)
    met = by_cell(Face.objects.servable(), met=Count("results"))
    pace = by_cell(recent, days=Count("pk"), today=Count("pk", filter=is_today))
    blocked = by_cell(blocked_by_people(), blocked=Count("pk"))
    return {
        cell: Usage(
            blocked.get(cell, {}).get("blocked", 0),
            met.get(cell, {}).get("met", 0),
            pace.get(cell, {}).get("days", 0),
            pace.get(cell, {}).get("today", 0),
        )
        for cell in {*met, *pace, *blocked}
    }


def blocked_by_people() -> Any:
    """What screening has rejected is no news: the yield tells."""
    taken_away = Q(status__in=Face.TAKEN_AWAY)
    refused = Q(status=Face.Status.REJECTED)
    is_rated = Exists(Rating.objects.filter(face=OuterRef("pk")))
    return Face.objects.filter(taken_away | refused & is_rated)


def by_cell(faces: Any, **counts: Any) -> dict[Cell, dict[str, int]]:
    """Count faces in the cell that people put them into, or else the one proposed."""
    said = {
        f"said_{name}": Case(
            When(**{name: "unknown"}, then=F(f"proposed_{name}")),
            default=F(name),
            output_field=CharField(),
        )
        for name in Cell._fields
    }
    rows = faces.order_by().annotate(**said).values(*said).annotate(**counts)
    return {Cell(*(row.pop(name) for name in said)): row for row in rows}


def served_instead(cell: Cell, servable: Mapping[Cell, int]) -> list[Cell]:
    """Whom visitors meet who ask for a cell that is empty; the quiz searches like that.

    It gives up the quality first, then the age for its neighbours, then any age.
    """
    at = AGE_BUCKETS.index(cell.age_bucket)
    near = AGE_BUCKETS[max(at - 1, 0) : at + 2]
    for ages in ([cell.age_bucket], near, AGE_BUCKETS):
        for qualities in ([cell.quality], QUALITIES):
            cells = [Cell(cell.gender, age, q) for age in ages for q in qualities]
            if found := [cell for cell in cells if servable.get(cell)]:
                return found
    return []
