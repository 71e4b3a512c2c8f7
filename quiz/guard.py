"""What a visitor may post, checked by headers, so that no cookie is needed before."""

from collections.abc import Callable
from functools import wraps
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from quiz.sorry import not_allowed, other_site

MAX_BYTES = 20_000

View = Callable[..., HttpResponse]


def visitor_post(view: View) -> View:
    """A small POST from our own pages; takes the place of Django's CSRF cookie."""

    @csrf_exempt
    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if request.method != "POST":
            return not_allowed("POST")
        if not is_same_origin(request):
            return other_site()
        if (request.content_params or {}).get("charset", "utf-8").lower() != "utf-8":
            raise BadRequest("Answers come in UTF-8.")
        if content_length(request) > MAX_BYTES:
            raise RequestDataTooBig
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = "private, no-store"
        return response

    return guarded


def is_same_origin(request: HttpRequest) -> bool:
    """True unless a browser says that the request comes from another site.

    Browsers cannot leave both headers out of a cross-site post, and a client that is
    not a browser has no visitor's cookie to abuse.
    """
    if request.META.get("HTTP_SEC_FETCH_SITE", "none") not in ("same-origin", "none"):
        return False
    origin = request.META.get("HTTP_ORIGIN")
    if origin is None:
        return True
    return netloc(origin) in (request.get_host(), netloc(settings.SITE_URL))


def netloc(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc or None
    except ValueError:
        return None


def content_length(request: HttpRequest) -> int:
    length = request.META.get("CONTENT_LENGTH") or ""
    if not length.isdecimal():
        return 0
    return int(length) if len(length) < 10 else MAX_BYTES + 1
