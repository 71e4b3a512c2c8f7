"""What visitors read when something is wrong. Needs no database."""

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string


def sorry(status: int, heading: str, sentence: str) -> HttpResponse:
    context = {
        "heading": heading,
        "sentence": sentence,
        "action_url": "/",
        "action_label": "Back to the quiz",
    }
    return HttpResponse(render_to_string("quiz/sorry.html", context), status=status)


def not_allowed(*methods: str) -> HttpResponse:
    response = sorry(
        405,
        "That is not how love works.",
        "This address only takes the answers of the quiz. Please start there.",
    )
    response["Allow"] = ", ".join(methods)
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent):
        return sorry(
            413,
            "That is a lot of love.",
            "The answers were too large to read. Please take the quiz again.",
        )
    return sorry(
        400,
        "We could not read that.",
        "The page sent something garbled. Please take the quiz again.",
    )


def other_site() -> HttpResponse:
    return sorry(
        403,
        "Not from over there.",
        "The answers came from another site. Please take the quiz here.",
    )


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return sorry(
        403, "Not for you, sorry.", "Your account may not see this page or do this."
    )


def face_gone() -> HttpResponse:
    response = sorry(
        410,
        "They’re on leave.",
        "This face is not shown any more. Everyone else is still free.",
    )
    response["Cache-Control"] = "no-store"
    return response


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    return sorry(
        403,
        "That form has gone stale.",
        "Nothing was saved. Please go back, reload the page and send it again.",
    )


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return sorry(
        404,
        "Nobody lives here.",
        "This page does not exist. To be fair, neither do our lovers.",
    )


def server_error(request: HttpRequest) -> HttpResponse:
    return sorry(
        500,
        "We dropped a match.",
        "Something broke on our side. Please try again in a minute.",
    )


def database_away(request: HttpRequest) -> HttpResponse:
    response = sorry(
        503,
        "Our matchmaker has fainted.",
        "Nothing you did is lost. Please try again in a minute.",
    )
    response["Retry-After"] = "30"
    response["Cache-Control"] = "no-store"
    return response
