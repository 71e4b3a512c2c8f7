"""What each vote says, judgement by judgement."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import NamedTuple

from faces.consensus import LABELS
from faces.models import Face, GoldFace, RatingQuerySet

Said = Mapping[str, str]
"""A value for each judgement that was made."""
NO_PROBLEM = (Face.Problem.NONE, Face.Problem.LOOKS_YOUNG, Face.Problem.UNKNOWN)


class Judged(NamedTuple):
    face: int
    rater: str
    purpose: str
    round: int
    day: date
    seconds: float | None
    said: Said


@cache
def said_of(adult: str, problem: str, *labels: str) -> Said:
    """A veto ends the face, so no more was judged; "can't tell" is no answer either."""
    if problem not in NO_PROBLEM:
        return {"problem": problem}
    if adult != Face.Adult.YES or problem == Face.Problem.LOOKS_YOUNG:
        return {"adult": "no"}
    known = {
        name: value
        for name, value in zip(LABELS, labels, strict=True)
        if value != "unknown"
    }
    return {"adult": "yes", "problem": "none", **known}


def read_votes(ratings: RatingQuerySet) -> list[Judged]:
    facts = ["face_id", "rater__username", "purpose", "round", "rated_at", "seconds"]
    rows = ratings.order_by("pk").values_list(*facts, "adult", "problem", *LABELS)
    return [
        Judged(face, rater, purpose, nth, rated_at.date(), seconds, said_of(*said))
        for face, rater, purpose, nth, rated_at, seconds, *said in rows.iterator(5000)
    ]


def read_gold() -> dict[int, Said]:
    """The known answers by face."""
    rows = GoldFace.objects.values_list("face_id", "adult", "problem", *LABELS)
    return {face_id: said_of(*answer) for face_id, *answer in rows}
