"""The panel's pages, and the few requests that its script makes."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps

from django.contrib import messages
from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from faces import sitting
from faces.ballot import Ballot, in_letters, in_words, pressed
from faces.deciding import CannotRate
from faces.examples import examples
from faces.models import Rating
from faces.panel import Handed, hand_out, renew
from faces.tickets import issue, key_of, read
from faces.views import picture_response
from faces.voting import answer_told, cast, face_of, leave, take_back
from faces.waiting import most_needed, waiting_for, why_nothing

MAX_AT_ONCE = 10
SIGNED_OUT = "You are signed out. Your votes are kept on this device."
View = Callable[..., HttpResponse]


class RaterRequest(HttpRequest):
    user: User


def rater_only(view: View) -> View:
    """For people who rate faces, and for nobody's cache."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not request.user.is_authenticated:
            if is_script(request):
                return JsonResponse({"error": SIGNED_OUT}, status=401)
            return redirect_to_login(reverse("faces:panel"))
        if not request.user.has_perm("faces.rate_face"):
            raise PermissionDenied
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = "private, no-store"
        return response

    return guarded


def is_script(request: HttpRequest) -> bool:
    return request.headers.get("Accept") == "application/json"


@require_safe
@rater_only
def panel(request: RaterRequest) -> HttpResponse:
    num_waiting = waiting_for(request.user).count()
    size = min(num_waiting, sitting.SIZE)
    context = {
        "num_waiting": num_waiting,
        "size": size,
        "minutes": sitting.minutes_for(size),
        "most_needed": most_needed(request.user),
    }
    return render(request, "faces/panel.html", context)


@require_POST
@rater_only
def start(request: RaterRequest) -> HttpResponse:
    request.session["sitting_started_at"] = timezone.now().isoformat()
    return redirect("faces:rate")


def started_at(request: RaterRequest) -> datetime:
    now = timezone.now().isoformat()
    return datetime.fromisoformat(request.session.setdefault("sitting_started_at", now))


@require_safe
@rater_only
def rate(request: RaterRequest) -> HttpResponse:
    if sitting.rated_since(request.user, started_at(request)).count() >= sitting.SIZE:
        return redirect("faces:done")
    handed = hand_out(request.user, 1)
    if not handed:
        return render(request, "faces/all_done.html", why_nothing(request.user))
    return show(request, handed[0], Ballot())


def show(
    request: RaterRequest, handed: Handed, ballot: Ballot, status: int = 200
) -> HttpResponse:
    num_done = sitting.rated_since(request.user, started_at(request)).count()
    strip = [seen_before(rating) for rating in sitting.last_rated(request.user)]
    context = {
        "handed": describe(handed),
        "ballot": ballot,
        "tones": [str(tone) for tone in range(1, 11)],
        "num_done": num_done,
        "number": num_done + 1,
        "size": sitting.SIZE,
        "minutes": sitting.minutes_for(sitting.SIZE - num_done),
        "strip": strip,
        "last_ticket": strip[-1]["ticket"] if strip else "",
        "examples": examples(),
    }
    return render(request, "faces/rate.html", context, status=status)


def describe(handed: Handed) -> dict[str, str]:
    """The same for every face, whatever the vote will be used for."""
    return {
        "ticket": handed.ticket,
        "picture": reverse("faces:panel_picture", args=[handed.ticket, 512]),
    }


def seen_before(rating: Rating) -> dict[str, str]:
    ticket = issue(rating.rater, rating.face, rating.purpose, rating.round)
    keys = pressed(rating)
    return {
        "ticket": ticket,
        "picture": reverse("faces:panel_picture", args=[ticket, 512]),
        "small_picture": reverse("faces:panel_picture", args=[ticket, 96]),
        "letters": in_letters(keys),
        "words": in_words(keys),
    }


@require_POST
@rater_only
def next_faces(request: RaterRequest) -> HttpResponse:
    held = {key_of(ticket) for ticket in request.POST.getlist("held")}
    wanted = request.POST.get("wanted", "")
    renew(request.user, held)
    handed = hand_out(
        request.user, min(int(wanted), MAX_AT_ONCE) if wanted.isdecimal() else 1, held
    )
    return JsonResponse({"faces": [describe(item) for item in handed]})


@require_POST
@rater_only
def vote(request: RaterRequest) -> HttpResponse:
    ballot = Ballot(request.POST)
    if not ballot.is_valid():
        return refuse_ballot(request, ballot)
    try:
        rating = cast(ballot.cleaned_data["ticket"], request.user, ballot.vote())
    except CannotRate as error:
        return refuse(request, str(error), 409)
    told = answer_told(rating)
    return accept(request, f"Saved: {in_words(pressed(rating))}. {told}".strip(), told)


def refuse_ballot(request: RaterRequest, ballot: Ballot) -> HttpResponse:
    """Show the same face again, with what was chosen so far."""
    text = ballot.data.get("ticket", "")
    if is_script(request):
        return refuse(request, ballot.complaint(), 422)
    try:
        face = face_of(read(text, request.user))
    except CannotRate as error:
        return refuse(request, str(error), 409)
    return show(request, Handed(face, text), ballot, status=422)


@require_POST
@rater_only
def undo(request: RaterRequest) -> HttpResponse:
    try:
        take_back(request.POST.get("undo", ""), request.user)
    except CannotRate as error:
        return refuse(request, str(error), 409)
    return accept(request, "Taken back. Here is the face again.")


@require_POST
@rater_only
def skip(request: RaterRequest) -> HttpResponse:
    try:
        leave(request.POST.get("ticket", ""), request.user)
    except CannotRate as error:
        return refuse(request, str(error), 409)
    return accept(request, "Left to somebody else.")


def accept(request: RaterRequest, words: str, told: str = "") -> HttpResponse:
    if is_script(request):
        return JsonResponse({"words": words, "told": told})
    messages.success(request, words)
    return redirect("faces:rate")


def refuse(request: RaterRequest, words: str, status: int) -> HttpResponse:
    if is_script(request):
        return JsonResponse({"error": words}, status=status)
    messages.error(request, words)
    return redirect("faces:rate")


@require_safe
@rater_only
def done(request: RaterRequest) -> HttpResponse:
    ratings = sitting.rated_since(request.user, started_at(request))
    ratings = ratings.select_related("face", "rater")
    context = {
        "num_done": ratings.count(),
        "comparison": sitting.compare_with_panel(ratings),
        "num_waiting": waiting_for(request.user).count(),
        "most_needed": most_needed(request.user),
        "is_tired": sitting.is_tired(request.user),
        "last": [seen_before(rating) for rating in ratings[:1]],
    }
    return render(request, "faces/done.html", context)


@require_safe
@rater_only
def picture(request: RaterRequest, ticket: str, size: str) -> HttpResponse:
    """A face for the rater it was handed to; not once it is hidden or revoked."""
    try:
        face = face_of(read(ticket, request.user))
    except CannotRate as error:
        raise Http404("No such face was handed out.") from error
    if face.is_taken_away:
        raise Http404("The face is hidden.")
    return picture_response(face, int(size))
