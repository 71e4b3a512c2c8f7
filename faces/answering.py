"""The lead answers reports: the face is shown again, or it is gone for good."""

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from faces.deciding import CannotRate, decided_meanwhile
from faces.models import Face, Report

VETO_STANDS = (
    "A rater vetoed this face. Nobody can show it again, the lead included: revoke it."
)
Outcome = Report.Outcome


@transaction.atomic
def show_again(face_id: int, lead: User, note: str, last_report: int) -> None:
    """Nothing wrong was found in the reports up to the last one that the lead read."""
    face = Face.objects.select_for_update().get(pk=face_id)
    if face.status != Face.Status.REPORTED:
        raise CannotRate(decided_meanwhile(face))
    if any(rating.is_veto for rating in face.ratings.deciding()):
        raise CannotRate(VETO_STANDS)
    if face.reports.open().filter(pk__gt=last_report).exists():
        raise CannotRate("Somebody else reported it meanwhile. Please look again.")
    face.show_again(because("The lead found nothing wrong", note), lead)
    close_reports(face, Outcome.DISMISSED, lead)


@transaction.atomic
def revoke(face_id: int, lead: User, note: str) -> None:
    face = Face.objects.select_for_update().get(pk=face_id)
    if not face.revoke(because("Revoked by the lead", note), lead):
        raise CannotRate(decided_meanwhile(face))


@transaction.atomic
def close(face_id: int, lead: User) -> None:
    """Lay reports aside that ask for nothing any more: nobody can see the face."""
    face = Face.objects.select_for_update().get(pk=face_id)
    if face.status in (Face.Status.APPROVED, Face.Status.REPORTED):
        raise CannotRate("Visitors may meet this face: show it again, or revoke it.")
    is_gone = face.status == Face.Status.REVOKED
    close_reports(face, Outcome.REVOKED if is_gone else Outcome.DISMISSED, lead)


def close_reports(face: Face, outcome: str, lead: User) -> None:
    face.reports.open().update(
        outcome=outcome, closed_by=lead, closed_at=timezone.now()
    )


def because(reason: str, note: str) -> str:
    return f"{reason}: {note}" if note else f"{reason}."
