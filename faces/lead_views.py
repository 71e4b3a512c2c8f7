"""The lead's page, and what its buttons do."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.defaultfilters import pluralize
from django.views.decorators.http import require_POST, require_safe

from faces import answering, deciding
from faces import lead_queues as queues
from faces.access import View, for_lead, user_of
from faces.deciding import CannotRate
from faces.lead_forms import AnswerForm, FaceForm, LabelsForm, RefusalForm, SeenForm
from faces.lead_queues import Case
from faces.models import Face

CASES_SHOWN, REFUSED_SHOWN = 12, 24


def button(view: Callable[..., str | HttpResponse]) -> View:
    """A view that does one thing and says so; then comes the lead's page again."""

    @require_POST
    @for_lead
    @wraps(view)
    def press(request: HttpRequest, **where: int) -> HttpResponse:
        try:
            said = view(request, user_of(request), **where)
        except CannotRate as error:
            messages.warning(request, str(error))
        else:
            if isinstance(said, HttpResponse):
                return said
            messages.success(request, said)
        return redirect("faces:lead")

    return press


@require_safe
@for_lead
def lead(request: HttpRequest) -> HttpResponse:
    return lead_page(request)


def lead_page(
    request: HttpRequest, refilled: FaceForm | None = None, status: int = 200
) -> HttpResponse:
    """All that waits; `refilled` is a form that has to be mended."""

    def queue(faces: QuerySet[Face], shown: int = CASES_SHOWN) -> dict[str, Any]:
        items = [with_forms(case, refilled) for case in queues.cases(faces[:shown])]
        count = faces.count()
        return {"items": items, "count": count, "more": max(count - shown, 0)}

    context = {
        "reported": queue(queues.reported()),
        "disputed": queue(queues.disputed()),
        "refused": queue(queues.refused(), REFUSED_SHOWN),
        "left_over": queue(queues.left_over()),
        "own_words": queues.own_words(user_of(request)),
        "veto_stands": answering.VETO_STANDS,
        "has_errors": refilled is not None,
    }
    return render(request, "faces/lead.html", context, status=status)


def with_forms(case: Case, refilled: FaceForm | None) -> dict[str, Any]:
    face_id = case.face.pk
    last_report = {"last_report": case.last_report}
    forms = {
        "labels": LabelsForm(face_id=face_id, initial=case.settled),
        "refusal": RefusalForm(face_id=face_id),
        "answer": AnswerForm(face_id=face_id, initial=last_report),
    }
    for name, form in forms.items():
        if refilled and (type(refilled), refilled.face_id) == (type(form), face_id):
            forms[name] = refilled
    return {"case": case, "face": case.face, **forms}


@button
def decide(request: HttpRequest, lead: User, face_id: int) -> str | HttpResponse:
    return give_word(request, lead, LabelsForm(request.POST, face_id))


@button
def refuse(request: HttpRequest, lead: User, face_id: int) -> str | HttpResponse:
    return give_word(request, lead, RefusalForm(request.POST, face_id))


def give_word(
    request: HttpRequest, lead: User, form: LabelsForm | RefusalForm
) -> str | HttpResponse:
    face = get_object_or_404(Face, pk=form.face_id)
    if not form.is_valid():
        return lead_page(request, form, status=400)
    face = deciding.decide(face.pk, lead, **form.vote).face
    return f"Face {face.key} is {face.status}."


@button
def take_back(request: HttpRequest, lead: User, rating_id: int) -> str:
    word = get_object_or_404(queues.own_words(lead), pk=rating_id)
    deciding.undo(word)
    return f"Taken back: face {word.face.key} waits again."


@button
def ask_again(request: HttpRequest, lead: User, face_id: int) -> str:
    count = queues.ask_again(get_object_or_404(Face, pk=face_id).pk)
    return f"The face is shown again to {count} rater{pluralize(count)} who skipped it."


@button
def confirm_seen(request: HttpRequest, lead: User) -> str:
    form = SeenForm(request.POST)
    if not form.is_valid():
        raise CannotRate("Nothing was noted: no face was named.")
    count = queues.confirm_seen([face.pk for face in form.cleaned_data["faces"]], lead)
    return f"Noted: you have seen {count} refused face{pluralize(count)}."


@button
def show_again(request: HttpRequest, lead: User, face_id: int) -> str | HttpResponse:
    form = AnswerForm(request.POST, face_id)
    face = get_object_or_404(Face, pk=face_id)
    if not form.is_valid():
        return lead_page(request, form, status=400)
    answering.show_again(face.pk, lead, **form.cleaned_data)
    return f"Visitors may meet face {face.key} again."


@button
def revoke(request: HttpRequest, lead: User, face_id: int) -> str | HttpResponse:
    form = AnswerForm(request.POST, face_id)
    face = get_object_or_404(Face, pk=face_id)
    if not form.is_valid():
        return lead_page(request, form, status=400)
    answering.revoke(face.pk, lead, form.cleaned_data["note"])
    return f"Face {face.key} is gone for good."


@button
def close_reports(request: HttpRequest, lead: User, face_id: int) -> str:
    face = get_object_or_404(Face, pk=face_id)
    answering.close(face.pk, lead)
    return f"The reports of face {face.key} are laid aside."
