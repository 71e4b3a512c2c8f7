"""Checks among the faces to judge: gold, whose answer is known, and repeats.

To the rater they look like any other face, and neither ever approves or rejects one.
"""

import random
from collections.abc import Collection
from datetime import timedelta
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q
from django.utils import timezone

from faces.ballot import in_words, pressed
from faces.models import Face, FaceQuerySet, Rating, Report, Skip
from faces.tickets import MAX_ROUNDS

GOLD_SHARE, REPEAT_SHARE = 1 / 20, 1 / 40
REPEAT_AFTER = timedelta(days=3)


class Check(NamedTuple):
    face: Face
    purpose: str
    round: int


def draw_check(rater: User, held: Collection[str], rng: random.Random) -> Check | None:
    """Return a check for about one face in twenty, or in forty; mostly None."""
    chance = rng.random()
    if chance < GOLD_SHARE:
        face = gold_for(rater).exclude(key__in=held).order_by("?").first()
        return Check(face, Rating.Purpose.GOLD, 1) if face else None
    if chance < GOLD_SHARE + REPEAT_SHARE:
        face = repeats_for(rater).exclude(key__in=held).order_by("?").first()
        return (
            Check(face, Rating.Purpose.REPEAT, next_round(face, rater))
            if face
            else None
        )
    return None


def decided() -> FaceQuerySet:
    """Not what is hidden for good, or until the lead has looked."""
    return Face.objects.filter(status__in=[Face.Status.APPROVED, Face.Status.REJECTED])


def gold_for(rater: User) -> FaceQuerySet:
    rated = Rating.objects.standing().filter(face=OuterRef("pk"), rater=rater)
    skipped = Skip.objects.filter(face=OuterRef("pk"), rater=rater)
    faces = decided().filter(gold__isnull=False)
    return faces.filter(~Exists(rated), ~Exists(skipped))


def repeats_for(rater: User) -> FaceQuerySet:
    """Faces that the rater helped to decide, and has not seen for days."""
    judged = Rating.objects.deciding().filter(face=OuterRef("pk"), rater=rater)
    seen = Q(ratings__rater=rater, ratings__undone_at=None)
    return (
        decided()
        .filter(Exists(judged))
        .annotate(
            last_seen=Max("ratings__rated_at", filter=seen),
            last_round=Max("ratings__round", filter=seen),
        )
        .filter(last_seen__lt=timezone.now() - REPEAT_AFTER, last_round__lt=MAX_ROUNDS)
    )


def next_round(face: Face, rater: User) -> int:
    rounds = Rating.objects.standing().filter(face=face, rater=rater)
    return 1 + max(rounds.values_list("round", flat=True))


@transaction.atomic
def note_check(face: Face, rater: User, **vote: Any) -> Rating:
    """Keep a vote that decides nothing; but a problem seen on second sight hides a face."""
    rating = Rating.objects.create(face=face, rater=rater, **vote)
    is_second_sight = rating.purpose == Rating.Purpose.REPEAT
    if (
        is_second_sight
        and rating.is_veto
        and face.hide("Vetoed on second sight.", rater)
    ):
        Report.objects.create(
            face=face,
            source=Report.Source.PANEL,
            reason=report_reason(rating),
            note=rating.note,
        )
    return rating


def report_reason(rating: Rating) -> str:
    if rating.problem == Face.Problem.NONE:
        return Report.Reason.LOOKS_YOUNG
    return rating.problem


def known_answer(rating: Rating) -> str:
    """What the rater of a gold face is told, privately, after the vote.

    Nothing, if the lead has taken the answer back meanwhile.
    """
    gold = getattr(rating.face, "gold", None)
    if gold is None:
        return ""
    said, answer = pressed(rating), pressed(gold)
    otherwise = in_words([key for key in answer if key not in said])
    return f"The panel said {otherwise or 'the same'}. {gold.why}".strip()
