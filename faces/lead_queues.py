"""What waits for the lead of the panel: faces that the raters could not settle."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.utils import timezone

from faces.consensus import LABELS, settle_label
from faces.deciding import UNDO_TIME, vote_of
from faces.judged import said_of
from faces.models import Face, FaceEvent, Rating, Report, Skip

SEEN = "The lead has seen why."

TITLES = {
    "adult": "Adult",
    "problem": "Problem",
    "gender": "Gender",
    "age_bucket": "Age",
    "quality": "Quality",
}

SHORT = {("adult", "yes"): "yes", ("adult", "no"): "no or unsure"}


class Row(NamedTuple):
    """What all raters said to one thing."""

    title: str
    values: list[str]

    @property
    def differs(self) -> bool:
        return len(set(self.values)) > 1


@dataclass(frozen=True)
class Case:
    """A face with everything that was said of it."""

    face: Face

    @cached_property
    def votes(self) -> list[Rating]:
        """Those that decide, the oldest first."""
        return sorted(self.face.ratings.all(), key=lambda rating: rating.pk)

    @cached_property
    def reports(self) -> list[Report]:
        """Those that nobody has answered yet."""
        return list(self.face.reports.all())

    @property
    def last_report(self) -> int:
        """Tells the reports that the lead has seen from those that come later."""
        return max((report.pk for report in self.reports), default=0)

    @property
    def rows(self) -> list[Row]:
        """Every judgement, with what each vote said of it."""
        return [
            Row(title, [in_words(vote, name) for vote in self.votes])
            for name, title in TITLES.items()
        ]

    @property
    def vetoes(self) -> list[Rating]:
        return [vote for vote in self.votes if vote.is_veto]

    @property
    def has_veto(self) -> bool:
        return bool(self.vetoes)

    @property
    def num_passed(self) -> int:
        return len(self.votes) - len(self.vetoes)

    @property
    def can_be_labelled(self) -> bool:
        """Whether the lead's labels would decide it: enough raters called it adult."""
        raters = {rating.rater_id for rating in self.votes}
        return not self.has_veto and len(raters) >= settings.RATERS_PER_FACE

    @property
    def settled(self) -> dict[str, str]:
        """The labels that the raters agree on."""
        votes = [vote_of(rating) for rating in self.votes]
        labels = {
            name: settle_label(name, votes, settings.RATERS_PER_FACE)
            for name in (LABELS if votes else [])
        }
        return {name: label for name, label in labels.items() if label}


def in_words(vote: Rating, name: str) -> str:
    labels = [getattr(vote, label) for label in LABELS]
    if name in said_of(vote.adult, vote.problem, *labels):
        return SHORT.get(
            (name, getattr(vote, name)), getattr(vote, f"get_{name}_display")()
        )
    return "not asked" if vote.is_veto else "can’t tell"


def cases(faces: QuerySet[Face]) -> list[Case]:
    votes = Rating.objects.deciding().select_related("rater")
    faces = faces.prefetch_related(
        Prefetch("ratings", votes), Prefetch("reports", Report.objects.open())
    )
    return [Case(face) for face in faces]


def disputed() -> QuerySet[Face]:
    """One rater more than needed has voted, and it is still open."""
    judged = Face.objects.unrated().filter(
        ratings__undone_at=None, ratings__purpose=Rating.Purpose.JUDGE
    )
    judged = judged.annotate(num_raters=Count("ratings__rater", distinct=True))
    return judged.filter(num_raters__gt=settings.RATERS_PER_FACE).order_by("pk")


def left_over() -> QuerySet[Face]:
    """Everybody has voted on it or skipped it, and it is still open."""
    face_and_rater = {"face": OuterRef(OuterRef("pk")), "rater": OuterRef("pk")}
    votes = Rating.objects.standing().filter(**face_and_rater, round=1)
    free = (
        User.objects.with_perm("faces.rate_face", include_superusers=False)
        .exclude(Exists(Skip.objects.filter(**face_and_rater)))
        .exclude(Exists(votes))
    )
    asked = Exists(Skip.objects.filter(face=OuterRef("pk"))) | Exists(
        Rating.objects.standing().filter(face=OuterRef("pk"))
    )
    faces = Face.objects.unrated().filter(asked).exclude(Exists(free))
    return faces.exclude(pk__in=disputed()).order_by("pk")


def num_unsettled() -> int:
    """How many faces the raters could not settle."""
    return disputed().count() + left_over().count()


def refused() -> QuerySet[Face]:
    """Vetoed by a rater, and the lead has not seen it yet; the newest first."""
    vetoes = Rating.objects.standing().vetoes()
    vetoes = vetoes.filter(face=OuterRef("pk"), purpose=Rating.Purpose.JUDGE)
    newest = Subquery(vetoes.order_by("-rated_at").values("rated_at")[:1])
    seen = FaceEvent.objects.filter(
        face=OuterRef("pk"), to_status=Face.Status.REJECTED, reason=SEEN
    )
    faces = Face.objects.filter(status=Face.Status.REJECTED)
    vetoed = faces.annotate(vetoed_at=newest).filter(vetoed_at__isnull=False)
    return vetoed.exclude(Exists(seen)).order_by("-vetoed_at", "-pk")


def reported() -> QuerySet[Face]:
    """Hidden from visitors until the lead has looked, and whatever else was reported."""
    is_open = Exists(Report.objects.open().filter(face=OuterRef("pk")))
    return Face.objects.filter(Q(status=Face.Status.REPORTED) | is_open).order_by("pk")


def own_words(lead: User) -> QuerySet[Rating]:
    """What this lead decided and may still take back."""
    words = Rating.objects.standing().filter(
        rater=lead, purpose=Rating.Purpose.LEAD, rated_at__gt=timezone.now() - UNDO_TIME
    )
    return words.select_related("face")


def ask_again(face_id: int) -> int:
    """Show a face once more to those who skipped it; returns to how many."""
    num_skips, _ = Skip.objects.filter(face_id=face_id).delete()
    return num_skips


@transaction.atomic
def confirm_seen(face_ids: Collection[int], lead: User) -> int:
    """Note that the lead has looked at these refused faces; returns how many are new."""
    faces = Face.objects.select_for_update().filter(pk__in=face_ids)
    unseen = faces.filter(pk__in=refused())
    status = Face.Status.REJECTED
    events = [
        FaceEvent(face=face, by=lead, from_status=status, to_status=status, reason=SEEN)
        for face in unseen
    ]
    return len(FaceEvent.objects.bulk_create(events))
