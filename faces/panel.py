"""The raters' queue: faces are lent, not given, so that no two raters get the same one."""

import random
from collections.abc import Collection
from datetime import timedelta
from typing import NamedTuple

from django.contrib.auth.models import User
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from faces.checks import draw_check
from faces.files import picture_name
from faces.models import Face, Rating
from faces.tickets import issue
from faces.waiting import free_for, most_needed_first, waiting_for

LEASE_TIME = timedelta(minutes=5)


class Handed(NamedTuple):
    face: Face
    ticket: str


def hand_out(
    rater: User,
    wanted: int,
    held: Collection[str] = (),
    rng: random.Random | None = None,
) -> list[Handed]:
    """Lend faces with their tickets: as many as wanted, and now and then a check as well.

    `held` are the keys of the faces that the rater has already. Where nothing is left to
    decide, nobody is checked either.
    """
    handed = []
    known = set(held)
    for face in lend_with_pictures(rater, wanted, held):
        if check := draw_check(rater, known, rng or random.Random()):
            known.add(check.face.key)
            handed.append(Handed(check.face, issue(rater, *check)))
        handed.append(Handed(face, issue(rater, face, Rating.Purpose.JUDGE, 1)))
    return handed


def lend_with_pictures(rater: User, wanted: int, held: Collection[str]) -> list[Face]:
    faces: list[Face] = []
    known = set(held)
    while len(faces) < wanted and (lent := lend(rater, wanted - len(faces), known)):
        known |= {face.key for face in lent}
        faces += [face for face in lent if has_picture(face)]
    return faces


def has_picture(face: Face) -> bool:
    return default_storage.exists(picture_name(face.picture_sha256, 512))


def lend(rater: User, wanted: int, held: Collection[str] = ()) -> list[Face]:
    """Lease faces to a rater.

    PostgreSQL passes over the rows that somebody else is taking just now; on SQLite, and
    should that fail, the UPDATE itself asks once more whether a face is free.
    """
    now = timezone.now()
    free = free_for(rater, now)
    faces = waiting_for(rater).filter(free).exclude(key__in=held)
    faces = most_needed_first(faces, rater, now).select_for_update(skip_locked=True)
    lease = {"leased_to": rater, "leased_until": now + LEASE_TIME}
    with transaction.atomic():
        return [
            face
            for face in faces[:wanted]
            if Face.objects.filter(free, pk=face.pk).update(**lease) == 1
        ]


def renew(rater: User, held: Collection[str]) -> None:
    """Go on lending what the rater still has on the screen."""
    faces = Face.objects.filter(key__in=held, leased_to=rater)
    faces.update(leased_until=timezone.now() + LEASE_TIME)


def lend_again(rater: User, face: Face) -> None:
    """Give a face back to the rater who wants to judge it anew, if nobody has it."""
    now = timezone.now()
    faces = Face.objects.unrated().filter(free_for(rater, now), pk=face.pk)
    faces.update(leased_to=rater, leased_until=now + LEASE_TIME)
