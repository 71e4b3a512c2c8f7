"""The operator's pages that take faces off the site."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.contrib.auth.models import User
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.defaultfilters import pluralize
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from faces.models import Face, Network
from quiz.models import Result
from quiz.revoke_forms import FindForm, RetireForm, RevokeForm
from quiz.revoking import Found, addresses, chosen, csv_lines

MOST_ON_PAGE = 200

may_revoke = permission_required("faces.revoke_face", raise_exception=True)
may_retire = permission_required(
    ["faces.revoke_face", "faces.change_network"], raise_exception=True
)


@require_http_methods(["GET", "HEAD", "POST"])
@may_revoke
def revoke(request: HttpRequest) -> HttpResponse:
    """Find the faces, by what an operator has of them or by their keys."""
    if request.GET.get("faces"):
        return confirm_page(request, RevokeForm(chosen(face_ids(request.GET["faces"]))))
    if request.method != "POST":
        return page(request, "find", "Revoke faces", {"form": FindForm()})
    form = FindForm(request.POST, request.FILES)
    if not form.is_valid():
        return page(request, "find", "Revoke faces", {"form": form}, status=400)
    return confirm_page(request, RevokeForm(form.found))


@require_POST
@may_revoke
def confirm(request: HttpRequest) -> HttpResponse:
    found = chosen(face_ids(request.POST.get("shown", "")))
    form = RevokeForm(found, request.POST)
    if not form.is_valid():
        return confirm_page(request, form, status=400)
    faces: Any = form.cleaned_data["faces"]
    ids = ",".join(str(face.pk) for face in faces)
    num_gone = faces.take_away(form.cleaned_data["reason"], user_of(request))
    say_done(request, num_gone)
    return redirect(f"{reverse('revoking:addresses')}?faces={ids}")


@require_http_methods(["GET", "HEAD", "POST"])
@may_retire
def retire(request: HttpRequest, pk: int) -> HttpResponse:
    network = get_object_or_404(Network, pk=pk)
    form = RetireForm(network, request.POST or None)
    if form.is_valid():
        say_done(request, network.retire(form.cleaned_data["reason"], user_of(request)))
        return redirect(f"{reverse('revoking:addresses')}?network={network.pk}")
    context = {
        "form": form,
        "network": network,
        "num_servable": network.face_set.servable().count(),
        "num_remaining": network.face_set.remaining().count(),
        "num_results": Result.objects.of_network(network).count(),
    }
    status = 400 if form.errors else 200
    return page(request, "retire", f"Retire {network}", context, status)


@require_safe
@may_revoke
def addresses_page(request: HttpRequest) -> HttpResponse:
    rows = list(islice(asked_for(request), MOST_ON_PAGE + 1))
    context = {
        "rows": [address for _, address in rows[:MOST_ON_PAGE]],
        "is_cut": len(rows) > MOST_ON_PAGE,
        "most": MOST_ON_PAGE,
        "query": request.GET.urlencode(),
    }
    return page(request, "addresses", "Addresses to fetch again", context)


@require_safe
@may_revoke
def addresses_csv(request: HttpRequest) -> StreamingHttpResponse:
    response = StreamingHttpResponse(
        csv_lines(asked_for(request)), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = 'attachment; filename="addresses.csv"'
    return response


def asked_for(request: HttpRequest) -> Iterator[tuple[str, str]]:
    """The addresses of the faces, or of the network, that the query names."""
    if name := request.GET.get("network", ""):
        keys = face_ids(name)
        if len(keys) != 1:
            raise BadRequest("One network at a time.")
        network = get_object_or_404(Network, pk=keys[0])
        faces: Iterable[Face] = network.face_set.taken_away().iterator()
        return addresses(faces, Result.objects.of_network(network))
    ids = face_ids(request.GET.get("faces", ""))
    faces = [candidate.face for candidate in chosen(ids).candidates.values()]
    return addresses(faces, Result.objects.of_faces(ids))


def face_ids(text: str) -> list[int]:
    ids = [part for part in text.split(",") if part]
    if not all(part.isdecimal() and len(part) < 19 for part in ids):
        raise BadRequest("Keys are numbers.")
    return [int(part) for part in ids]


def confirm_page(
    request: HttpRequest, form: RevokeForm, status: int = 200
) -> HttpResponse:
    found: Found = form.found
    context = {
        "form": form,
        "candidates": list(found.candidates.values()),
        "shown": ",".join(map(str, found.candidates)),
    }
    return page(request, "confirm", "Revoke these faces?", context, status)


def say_done(request: HttpRequest, num_gone: int) -> None:
    messages.success(
        request,
        f"{num_gone} face{pluralize(num_gone)} taken away for good: pages keep their words "
        "and show a drawing, pictures and cards are gone.",
    )


def user_of(request: HttpRequest) -> User:
    assert isinstance(request.user, User), "the admin asks who it is"
    return request.user


def page(
    request: HttpRequest,
    name: str,
    title: str,
    context: dict[str, Any],
    status: int = 200,
) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": title,
        "is_revoke_page": True,
        **context,
    }
    template = f"admin/quiz/revoking/{name}.html"
    return TemplateResponse(request, template, context, status=status)
