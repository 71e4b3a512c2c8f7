"""Many faces on one page, and their ticks."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.defaultfilters import pluralize
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from faces.access import for_rater, user_of
from faces.grid import FACES_SHOWN, Ticked, next_faces, tick, untick
from faces.models import Face

DONE = {
    "young": "{} blocked: nobody meets a face that looks under 25.",
    "trainwrecks": "{} sorted as trainwrecks. The panel still decides.",
}
LAST_GRID = "last_grid"


class PlaceForm(forms.Form):
    """What is looked for, and how far the rater has come."""

    find = forms.ChoiceField(choices=[(name, name) for name in DONE])
    after = forms.IntegerField(min_value=0, max_value=2**63 - 1)


class TicksForm(PlaceForm):
    """The ticked faces: none is an answer too."""

    faces = forms.ModelMultipleChoiceField(Face.objects.all(), required=False)
    last = forms.IntegerField(min_value=0, max_value=2**63 - 1)


@require_safe
@for_rater
def grid(request: HttpRequest) -> HttpResponse:
    form = PlaceForm({"find": "young", "after": 0, **request.GET.dict()})
    if not form.is_valid():
        return redirect("faces:grid")
    place = form.cleaned_data
    waiting = next_faces(place["find"], user_of(request), place["after"])
    context = {
        **place,
        "faces": (faces := list(waiting[:FACES_SHOWN])),
        "last": faces[-1].pk if faces else 0,
        "num_waiting": waiting.count(),
        "can_undo": LAST_GRID in request.session,
    }
    return render(request, "faces/grid.html", context)


@require_POST
@for_rater
def tick_faces(request: HttpRequest) -> HttpResponse:
    form = TicksForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Nothing was changed: the page sent something garbled.")
        return redirect("faces:grid")
    place, faces = form.cleaned_data, form.cleaned_data["faces"]
    ticked = tick(place["find"], faces, user_of(request))
    if ticked.total:
        where = {"find": place["find"], "after": place["after"]}
        request.session[LAST_GRID] = {"ticked": ticked._asdict(), "where": where}
    say_ticked(request, place["find"], ticked.total, len(faces) - ticked.total)
    return redirect_to(find=place["find"], after=place["last"])


def say_ticked(
    request: HttpRequest, find: str, num_ticked: int, num_too_late: int
) -> None:
    if num_ticked:
        messages.success(request, DONE[find].format(num_ticked))
    else:
        messages.info(request, "Nothing was changed.")
    if num_too_late:
        counted = f"{num_too_late} tick{pluralize(num_too_late)}"
        messages.warning(request, f"{counted} came too late: others were faster.")


@require_POST
@for_rater
def untick_faces(request: HttpRequest) -> HttpResponse:
    grid = request.session.pop(LAST_GRID, None)
    if grid is None:
        messages.warning(request, "There is no grid to undo.")
        return redirect("faces:grid")
    ticked = Ticked(**grid["ticked"])
    num_undone = untick(ticked, user_of(request))
    messages.success(request, f"Taken back: {num_undone} of {ticked.total} ticks.")
    return redirect_to(**grid["where"])


def redirect_to(**place: Any) -> HttpResponse:
    return redirect(f"{reverse('faces:grid')}?{urlencode(place)}")
