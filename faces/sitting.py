"""A sitting: forty faces in a row, and what they came to."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from django.contrib.auth.models import User
from django.utils import timezone

from faces.consensus import LABELS
from faces.models import Face, Rating, RatingQuerySet

SIZE = 40
SECONDS_PER_FACE = 3
TIRED_AFTER = 120
"""Faces in an hour after which a rater is told to rest."""
STRIP_LENGTH = 10


class Comparison(NamedTuple):
    """Of the labels that the panel has settled: on how many it was asked, and agreed."""

    num_same: int
    num_compared: int

    @property
    def per_cent(self) -> int:
        return round(100 * self.num_same / self.num_compared)


def minutes_for(num_faces: int) -> int:
    return max(1, round(num_faces * SECONDS_PER_FACE / 60))


def rated_since(rater: User, start: datetime) -> RatingQuerySet:
    votes = Rating.objects.standing().exclude(purpose=Rating.Purpose.LEAD)
    return votes.filter(rater=rater, rated_at__gte=start)


def last_rated(rater: User) -> list[Rating]:
    """The votes that a rater can look back on, the latest last."""
    votes = rated_since(rater, timezone.now() - timedelta(hours=1))
    return list(votes.select_related("face", "rater")[:STRIP_LENGTH])[::-1]


def is_tired(rater: User) -> bool:
    an_hour_ago = timezone.now() - timedelta(hours=1)
    return rated_since(rater, an_hour_ago).count() >= TIRED_AFTER


def compare_with_panel(ratings: Iterable[Rating]) -> Comparison:
    pairs = [
        (getattr(rating, name), getattr(rating.face, name))
        for rating in ratings
        for name in settled_names(rating.face)
    ]
    return Comparison(sum(said == settled for said, settled in pairs), len(pairs))


def settled_names(face: Face) -> list[str]:
    """What the panel was not of one mind about from the start, and has settled."""
    is_approved = face.status == Face.Status.APPROVED
    names = list(LABELS) if is_approved else ["adult", "problem"]
    return [name for name in names if getattr(face, name) != "unknown"]
