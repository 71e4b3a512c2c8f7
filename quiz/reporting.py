"""A visitor says that a face must not be shown: it is hidden first and looked at then."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from faces.models import Face, FaceEvent, Network, Report


@transaction.atomic
def report_face(face: Face, reason: str, note: str) -> bool:
    """Hide the face and leave the report to the lead; returns whether it is hidden now.

    When visitors have hidden many within an hour, the next ones wait for the lead in full
    view, so that nobody can empty the pool. One that looks too young never does.
    """
    if face.status == Face.Status.REVOKED:
        return True
    report = Report(face=face, reason=reason, note=note)
    report.save()
    if reason == Report.Reason.LOOKS_YOUNG or not is_enough_hidden():
        words = f"Reported by a visitor: {report.get_reason_display()}."
        face.hide(words)
    return not Face.objects.servable().filter(pk=face.pk).exists()


def is_enough_hidden() -> bool:
    """Count under a lock: two reports at once must not both be the last."""
    Network.objects.select_for_update(no_key=True).order_by("pk").first()
    hour_ago = timezone.now() - timedelta(hours=1)
    hidden = FaceEvent.objects.filter(
        to_status=Face.Status.REPORTED, by=None, at__gt=hour_ago
    )
    return hidden.count() >= settings.HIDDEN_PER_HOUR
