"""Which undecided faces wait for whom, and which of them are needed most."""

import math
from datetime import datetime
from itertools import product
from typing import Any

from django.contrib.auth.models import User
from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    Min,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.utils import timezone

from faces.lead_queues import disputed, left_over, num_unsettled
from faces.models import (
    AGE_BUCKETS,
    GENDERS,
    QUALITIES,
    Face,
    FaceQuerySet,
    Rating,
    Skip,
)
from faces.pool import Cell

ALL_CELLS = [Cell(*values) for values in product(GENDERS, AGE_BUCKETS, QUALITIES)]
PLURALS = {"woman": "women", "man": "men", "androgynous": "androgynous people"}


def num_votes() -> Coalesce:
    votes = Rating.objects.deciding().filter(face=OuterRef("pk")).order_by()
    count = votes.values("face").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(count), 0)


def waiting_for_raters() -> FaceQuerySet:
    """Faces that want one more rater; the others want the lead."""
    return Face.objects.unrated().exclude(pk__in=disputed())


def waiting_for(rater: User) -> FaceQuerySet:
    """Those that this rater has neither rated nor left to somebody else."""
    rated = Rating.objects.standing().filter(face=OuterRef("pk"), rater=rater)
    skipped = Skip.objects.filter(face=OuterRef("pk"), rater=rater)
    return waiting_for_raters().filter(~Exists(rated), ~Exists(skipped))


def free_for(rater: User, now: datetime) -> Q:
    """What nobody else has on the screen."""
    return Q(leased_until=None) | Q(leased_until__lte=now) | Q(leased_to=rater)


def most_needed_first(faces: FaceQuerySet, rater: User, now: datetime) -> FaceQuerySet:
    """What the rater has already; then the thinnest cell, and there what has a vote."""
    own = Case(When(leased_to=rater, leased_until__gt=now, then=F("leased_until")))
    return faces.order_by(
        own.desc(nulls_last=True), thinness(), num_votes().desc(), "pk"
    )


def thinness() -> Case:
    """How many faces visitors may meet in the cell that a face seems to belong to."""
    counts = servable_per_cell()
    whens = [
        When(
            proposed_gender=cell.gender,
            proposed_age_bucket=cell.age_bucket,
            proposed_quality=cell.quality,
            then=Value(count),
        )
        for cell, count in counts.items()
    ]
    last = Value(1 + max(counts.values()))
    return Case(*whens, default=last, output_field=IntegerField())


def servable_per_cell() -> dict[Cell, int]:
    faces = Face.objects.servable().order_by().values_list(*Cell._fields)
    counts = {Cell(*cell): n for *cell, n in faces.annotate(n=Count("pk"))}
    return {cell: counts.get(cell, 0) for cell in ALL_CELLS}


def most_needed(rater: User) -> str:
    """The cell of the next face in words, such as men 50+; empty if there is none."""
    face = most_needed_first(waiting_for(rater), rater, timezone.now()).first()
    if face is None or face.proposed_gender not in PLURALS:
        return ""
    words = f"{PLURALS[face.proposed_gender]} {face.proposed_age_bucket}"
    is_wreck = face.proposed_quality == Face.Quality.TRAINWRECK
    return f"{words}, trainwrecks" if is_wreck else words


def why_nothing(rater: User) -> dict[str, Any]:
    """What there is, although nothing is left for this rater now."""
    now = timezone.now()
    own = waiting_for(rater)
    lent = own.exclude(free_for(rater, now)).aggregate(
        n=Count("pk"), until=Min("leased_until")
    )
    others = waiting_for_raters().exclude(pk__in=own)
    minutes = math.ceil((lent["until"] - now).total_seconds() / 60) if lent["n"] else 0
    return {
        "num_lent": lent["n"],
        "minutes": minutes,
        "num_for_others": others.exclude(pk__in=left_over()).count(),
        "num_for_lead": num_unsettled(),
    }
