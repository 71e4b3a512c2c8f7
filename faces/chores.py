"""What needs doing with the faces: a sentence and where to do it, or None."""

from django.contrib.auth.models import User
from django.urls import reverse

from faces.lead_queues import num_unsettled, reported
from faces.waiting import waiting_for

Chore = tuple[str, str] | None


def faces_to_rate(user: User) -> Chore:
    number = waiting_for(user).count() if user.has_perm("faces.rate_face") else 0
    if not number:
        return None
    return f"{counted(number, 'face waits', 'faces wait')} for you to rate.", reverse(
        "faces:panel"
    )


def faces_to_decide(user: User) -> Chore:
    number = num_unsettled() if user.has_perm("faces.decide_face") else 0
    if not number:
        return None
    return f"{counted(number, 'face needs', 'faces need')} the lead's word.", reverse(
        "faces:lead"
    )


def reports_to_answer(user: User) -> Chore:
    number = reported().count() if user.has_perm("faces.decide_face") else 0
    if not number:
        return None
    hidden = counted(number, "reported face is", "reported faces are")
    return f"{hidden} hidden until the lead has looked.", reverse("faces:lead")


def counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
