"""What a rater does with a face that was handed out: vote, take it back, leave it."""

from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone

from faces.checks import known_answer, note_check
from faces.deciding import CannotRate, rate, undo
from faces.models import Face, Rating, RatingQuerySet, Skip
from faces.panel import lend_again
from faces.tickets import Ticket, read

JUDGEMENTS = ["adult", "problem", "gender", "age_bucket", "quality"]


def cast(ticket_text: str, rater: User, vote: dict[str, Any]) -> Rating:
    """Take a vote. The same one sent again is the same rating, so nothing counts twice."""
    ticket = read(ticket_text, rater)
    face = face_of(ticket)
    use = {"purpose": ticket.purpose, "round": ticket.round}
    if ticket.purpose == Rating.Purpose.JUDGE:
        rating = rate(face.pk, rater, **use, **vote)
    else:
        rating = check(face, rater, **use, **vote)
    if any(getattr(rating, name) != vote[name] for name in JUDGEMENTS):
        raise CannotRate("You have rated this face already. Your first vote stands.")
    return rating


def check(face: Face, rater: User, **vote: Any) -> Rating:
    try:
        return note_check(face, rater, **vote)
    except IntegrityError:
        votes = standing(face, rater).filter(round=vote["round"])
        if earlier := votes.first():
            return earlier
        raise


def take_back(ticket_text: str, rater: User) -> Face:
    """Undo the vote that a ticket was used for, if there is one; returns its face."""
    ticket = read(ticket_text, rater)
    face = face_of(ticket)
    rating = standing(face, rater).filter(round=ticket.round).first()
    if rating and ticket.purpose == Rating.Purpose.JUDGE:
        undo(rating)
    elif rating:
        take_back_check(rating)
    lend_again(rater, face)
    return face


def take_back_check(rating: Rating) -> None:
    if rating.purpose == Rating.Purpose.GOLD:
        raise CannotRate("You were told what the panel said, so this vote stays.")
    if rating.is_veto:
        raise CannotRate("That hid the face at once. Tell the lead about it.")
    votes = Rating.objects.standing().filter(pk=rating.pk)
    votes.update(undone_at=timezone.now())


@transaction.atomic
def leave(ticket_text: str, rater: User) -> None:
    """Leave a face to somebody else, for good."""
    face = face_of(read(ticket_text, rater))
    Skip.objects.get_or_create(face=face, rater=rater)
    lent = Face.objects.filter(pk=face.pk, leased_to=rater)
    lent.update(leased_to=None, leased_until=None)


def face_of(ticket: Ticket) -> Face:
    try:
        return Face.objects.get(key=ticket.key)
    except Face.DoesNotExist as error:
        raise CannotRate("This face is gone.") from error


def standing(face: Face, rater: User) -> RatingQuerySet:
    return Rating.objects.standing().filter(face=face, rater=rater)


def answer_told(rating: Rating) -> str:
    """What the rater learns from the vote; nothing, unless the answer was known."""
    return known_answer(rating) if rating.purpose == Rating.Purpose.GOLD else ""
