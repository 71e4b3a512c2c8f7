"""A first pass over many faces at once. It blocks or sorts; it never approves."""

from collections.abc import Iterable
from typing import NamedTuple

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, QuerySet

from faces.deciding import CannotRate, rate, undo
from faces.models import Face, Rating

FACES_SHOWN = 36
YOUNG = {"adult": Face.Adult.NO, "problem": Face.Problem.LOOKS_YOUNG}
TRAINWRECK = Face.Quality.TRAINWRECK


class Ticked(NamedTuple):
    """What the ticks of one grid changed: enough to undo it."""

    votes: list[int] = []
    """Vetoes that were cast."""
    proposals: dict[str, str] = {}
    """Faces that were sorted, with the quality proposed before."""

    @property
    def total(self) -> int:
        return len(self.votes) + len(self.proposals)


def next_faces(find: str, rater: User, after: int) -> QuerySet[Face]:
    """Waiting faces that this rater has said nothing of."""
    own = Rating.objects.standing().filter(face=OuterRef("pk"), rater=rater)
    waiting = Face.objects.unrated().filter(pk__gt=after)
    if find == "trainwrecks":
        waiting = waiting.exclude(proposed_quality=TRAINWRECK)
    return waiting.exclude(Exists(own)).order_by("pk")


def tick(find: str, faces: Iterable[Face], rater: User) -> Ticked:
    """Do what the ticks say; those that come too late change nothing."""
    if find == "young":
        return Ticked(votes=[pk for face in faces if (pk := veto(face, rater))])
    sorted_faces = [face for face in faces if propose(face, TRAINWRECK)]
    return Ticked(
        proposals={str(face.pk): face.proposed_quality for face in sorted_faces}
    )


def veto(face: Face, rater: User) -> int | None:
    """Cast a vote that blocks the face; None if it was decided, or voted on, before."""
    try:
        rating = rate(face.pk, rater, **YOUNG)
    except CannotRate:
        return None
    return rating.pk if rating.is_veto else None


def propose(face: Face, quality: str) -> bool:
    """Sort a face that still waits; what it was proposed as before stays on `face`."""
    same = Face.objects.unrated().filter(
        pk=face.pk, proposed_quality=face.proposed_quality
    )
    return same.exclude(proposed_quality=quality).update(proposed_quality=quality) == 1


def untick(ticked: Ticked, rater: User) -> int:
    """Undo a grid; returns how many of its ticks could be taken back."""
    votes = Rating.objects.standing().filter(pk__in=ticked.votes, rater=rater)
    sorted_faces = Face.objects.filter(
        pk__in=ticked.proposals, proposed_quality=TRAINWRECK
    )
    num_votes = sum(take_back(vote) for vote in votes)
    return num_votes + sum(
        propose(face, ticked.proposals[str(face.pk)]) for face in sorted_faces
    )


def take_back(vote: Rating) -> bool:
    try:
        undo(vote)
    except CannotRate:
        return False
    return True
