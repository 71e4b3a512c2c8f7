"""Votes come in, are taken back, and decide: the only way a drawn face is approved."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone

from faces.consensus import LABELS, Verdict, Vote, consensus
from faces.models import Face, Rating

UNDO_TIME = timedelta(minutes=10)
BLOCKABLE = [Face.Status.UNRATED, Face.Status.APPROVED, Face.Status.REPORTED]
UNDECIDED = dict.fromkeys([*LABELS, "adult", "problem"], "unknown")


class CannotRate(Exception):
    """Why a vote or its undo is not taken, in a sentence for the rater."""


def rate(face_id: int, rater: User, **labels: Any) -> Rating:
    """Take one vote and decide, if that settles the face.

    The same rater's vote on the same face counts once, however often it is sent. A veto
    is never too late: it blocks a face that others have approved meanwhile.
    """
    try:
        with transaction.atomic():
            face = Face.objects.select_for_update().get(pk=face_id)
            rating = Rating(face=face, rater=rater, **labels)
            if face.status != Face.Status.UNRATED and not rating.is_veto:
                raise CannotRate("This face was decided meanwhile.")
            rating.save()
            Face.objects.filter(pk=face.pk).update(leased_to=None, leased_until=None)
            settle(face, rater)
    except (IntegrityError, CannotRate):
        votes = Rating.objects.standing().filter(face_id=face_id, rater=rater)
        if earlier := votes.filter(round=labels.get("round", 1)).first():
            return earlier
        raise
    return rating


@transaction.atomic
def decide(face_id: int, lead: User, **labels: Any) -> Rating:
    """Take the lead's word on what the raters left open: labels, or a veto of its own."""
    face = Face.objects.select_for_update().get(pk=face_id)
    if face.status != Face.Status.UNRATED:
        raise CannotRate(decided_meanwhile(face))
    rating = Rating.objects.create(
        face=face, rater=lead, round=0, purpose=Rating.Purpose.LEAD, **labels
    )
    settle(face, lead)
    if face.status == Face.Status.UNRATED:
        raise CannotRate(
            "That does not decide it: too few raters have called it clearly adult yet."
        )
    return rating


def decided_meanwhile(face: Face) -> str:
    """Say who was faster."""
    event = face.events.select_related("by").first()
    who = event.by if event and event.by else "the site"
    return f"Decided meanwhile by {who}: it is {face.status} now."


@transaction.atomic
def undo(rating: Rating) -> None:
    """Take a vote back, and with it the decision that it alone brought about."""
    face = Face.objects.select_for_update().get(pk=rating.face_id)
    now = timezone.now()
    if now - rating.rated_at > UNDO_TIME:
        raise CannotRate("That was too long ago. Tell the lead about it.")
    if face.status != Face.Status.UNRATED and not decided_by(face, rating):
        raise CannotRate("This face was decided by others too. Tell the lead about it.")
    taken_back = Rating.objects.standing().filter(pk=rating.pk).update(undone_at=now)
    if taken_back and face.status != Face.Status.UNRATED:
        face.change_status(
            face.status,
            Face.Status.UNRATED,
            why_taken_back(rating),
            rating.rater,
            review=Face.Review.NONE,
            **UNDECIDED,
        )
    settle(face, rating.rater)


def why_taken_back(rating: Rating) -> str:
    if rating.purpose == Rating.Purpose.LEAD:
        return "The lead took the decision back."
    return "A rater took a vote back."


def decided_by(face: Face, rating: Rating) -> bool:
    """Whether this vote was the last before the panel decided, and nothing came since."""
    is_by_panel = face.status in (Face.Status.APPROVED, Face.Status.REJECTED)
    is_last = face.ratings.deciding().first() == rating
    decided = face.events.first()
    return bool(
        is_by_panel and is_last and decided and decided.by_id == rating.rater_id
    )


def settle(face: Face, by: User | None = None) -> Verdict:
    """Do what the votes on a face come to. Its row is locked by the caller."""
    votes = [vote_of(rating) for rating in face.ratings.deciding()]
    verdict = consensus(votes, settings.RATERS_PER_FACE)
    if verdict.status == Face.Status.APPROVED:
        face.change_status(
            Face.Status.UNRATED,
            Face.Status.APPROVED,
            why_approved(votes),
            by,
            adult=Face.Adult.YES,
            problem=Face.Problem.NONE,
            review=Face.Review.PANEL,
            **verdict.labels,
        )
    elif verdict.status == Face.Status.REJECTED and face.status in BLOCKABLE:
        reason = f"Refused by {who_refused(votes)}: {verdict.reason}."
        face.change_status(
            face.status, Face.Status.REJECTED, reason, by, **verdict.labels
        )
    return verdict


def why_approved(votes: list[Vote]) -> str:
    if any(vote.is_lead for vote in votes):
        return "Settled by the lead."
    return f"Agreed by {len({vote.rater for vote in votes})} raters."


def who_refused(votes: list[Vote]) -> str:
    """Whoever vetoed the face; or, where nobody did, whoever settled what it shows."""
    vetoes = [vote for vote in votes if vote.is_veto]
    is_by_lead = any(vote.is_lead for vote in vetoes or votes)
    return "the lead" if is_by_lead else "the panel"


def vote_of(rating: Rating) -> Vote:
    return Vote(
        rating.rater_id,
        rating.adult,
        rating.problem,
        rating.gender,
        rating.age_bucket,
        rating.quality,
        is_lead=rating.purpose == Rating.Purpose.LEAD,
    )
