import uuid
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.defaultfilters import pluralize
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from faces.files import CARD_SIZE, read_picture
from faces.models import Network
from quiz.cards import CardText, draw_card
from quiz.forms import ReportForm, attempt_of
from quiz.guard import visitor_post
from quiz.limits import seconds_to_wait
from quiz.matching import WIDENED, NobodyFree, QuizGone, Wish, meet
from quiz.models import Choice, Result
from quiz.page import QuizPage, pages
from quiz.reporting import report_face
from quiz.sharing import share_links
from quiz.sorry import face_gone
from quiz.visitor import Visitor
from texts.counting import count_shared

NOTES = WIDENED | {
    "hidden": "Thanks. They’ve been removed. Here’s someone else.",
    "queued": "Thanks. We’ll have a look at them. Here’s someone else.",
}
"""What the page of the newest lover says above them."""


class SeeOther(HttpResponse):
    """The answer to a POST is a page of ours to GET."""

    status_code = 303

    def __init__(self, url: str) -> None:
        super().__init__(headers={"Location": url})
        self.url = url


def page_or_404(slug: str) -> QuizPage:
    if page := pages.get(slug):
        return page
    raise Http404("No such quiz.")


@require_safe
def take_quiz(request: HttpRequest, slug: str = "") -> HttpResponse:
    page = page_or_404(slug)
    if "gzip" in request.META.get("HTTP_ACCEPT_ENCODING", ""):
        response = HttpResponse(page.gzipped, headers=page.headers)
        response["Content-Encoding"] = "gzip"
    else:
        response = HttpResponse(page.body, headers=page.headers)
    if "HTTP_IF_NONE_MATCH" not in request.META:
        return response
    etag = page.headers["ETag"]
    return get_conditional_response(request, etag, response=response) or response


@visitor_post
def find_lover(request: HttpRequest, slug: str) -> HttpResponse:
    page = page_or_404(slug)
    form = page.form(request.POST)
    if not form.is_valid():
        return HttpResponse(page.render(form), status=422)
    wish = Wish.from_choices(form.choices)
    labels = [choice.label for choice in form.choices]
    return introduce(request, page, wish, labels, form.cleaned_data["attempt"])


@visitor_post
def another(request: HttpRequest, code: str) -> HttpResponse:
    result = get_object_or_404(Result.objects.select_related("quiz"), code=code)
    visitor = Visitor.of(request)
    page = pages.get(result.quiz.slug)
    if not page or not visitor.wish or not visitor.can_ask_again(result):
        return redirect(result.quiz.public_address)
    return introduce(request, page, visitor.wish, visitor.labels, attempt_of(request))


def introduce(
    request: HttpRequest, page: QuizPage, wish: Wish, labels: list[str], attempt: str
) -> HttpResponse:
    """Match the wish and lead to the lover's page; or say kindly that nobody is free."""
    visitor = Visitor.of(request)
    try:
        result, gave_up = meet(
            page.quiz.pk, wish, visitor.seen_ids(), attempt, visitor.heard
        )
    except NobodyFree:
        return nobody_free(request, page)
    except QuizGone as error:
        raise Http404("The quiz was deleted.") from error
    return lead_to(result, visitor.after_meeting(result, wish, labels, gave_up))


def lead_to(result: Result, visitor: Visitor) -> HttpResponse:
    response = SeeOther(result.get_absolute_url())
    visitor.remember(response)
    return response


def nobody_free(request: HttpRequest, page: QuizPage) -> HttpResponse:
    context = {
        "quiz": page.quiz,
        "hidden_answers": page.answers_for_anyone(request.POST),
    }
    return render(request, "quiz/nobody_free.html", context)


@never_cache
@require_safe
def result(request: HttpRequest, code: str) -> HttpResponse:
    return result_page(request, result_or_404(code), ReportForm())


def result_or_404(code: str) -> Result:
    results = Result.objects.select_related("face__network", "quiz")
    return get_object_or_404(results, code=code)


def result_page(
    request: HttpRequest, found: Result, form: ReportForm, status: int = 200
) -> HttpResponse:
    context = result_context(found, Visitor.of(request)) | {"report_form": form}
    return render(request, "quiz/result.html", context, status=status)


@visitor_post
def report(request: HttpRequest, code: str) -> HttpResponse:
    found = result_or_404(code)
    form = ReportForm(request.POST)
    if not form.is_valid():
        return result_page(request, found, form, status=422)
    if seconds := seconds_to_wait(request, "report", settings.REPORTS_PER_HOUR):
        form.add_error(None, too_many_reports(seconds))
        response = result_page(request, found, form, status=429)
        response["Retry-After"] = str(seconds)
        return response
    is_hidden = report_face(found.face, **form.cleaned_data)
    return introduce_someone_else(request, found, "hidden" if is_hidden else "queued")


def too_many_reports(seconds: int) -> str:
    minutes = seconds // 60 + 1
    return (
        "Slow down, heartbreaker: that is a lot of reports from one place. Nothing was "
        f"sent. Send it again in {minutes} minute{pluralize(minutes)}."
    )


def introduce_someone_else(
    request: HttpRequest, reported: Result, note: str
) -> HttpResponse:
    """Thank a reporter with a new match, if their browser remembers a wish."""
    visitor = Visitor.of(request)
    page = pages.get(reported.quiz.slug)
    seen = [*visitor.seen_ids(), reported.face_id]
    try:
        if not page or not visitor.wish:
            raise NobodyFree
        result, _ = meet(
            page.quiz.pk, visitor.wish, seen, attempt_of(request), visitor.heard
        )
        if result.face_id == reported.face_id:
            raise NobodyFree
    except (NobodyFree, QuizGone):
        context = {"result": reported, "is_hidden": note == "hidden"}
        return render(request, "quiz/thanks.html", context)
    after = visitor.after_meeting(result, visitor.wish, visitor.labels, note)
    return lead_to(result, after)


def result_context(result: Result, visitor: Visitor) -> dict[str, Any]:
    url = settings.SITE_URL + result.get_absolute_url()
    is_latest = visitor.met_last(result)
    return {
        "result": result,
        "is_owner": visitor.owns(result),
        "can_ask_again": visitor.can_ask_again(result),
        "is_trainwreck": result.face.is_trainwreck,
        "note": NOTES.get(visitor.gave_up, "") if is_latest else "",
        "chips": visitor.labels if visitor.can_ask_again(result) else [],
        "portrait": result.portrait,
        "disclosure": result.disclosure,
        "again_attempt": uuid.uuid4(),
        "report_attempt": uuid.uuid4(),
        "share": {
            "url": url,
            "text": result.share_text,
            "card_url": result.card_url,
            "links": share_links(url, result.share_text),
        },
        "open_graph": result.open_graph,
        "canonical_url": url,
        "robots": "" if result.portrait else "noindex",
    }


@visitor_post
def shared(request: HttpRequest, code: str) -> HttpResponse:
    """Count the lines of a lover who is passed on by the one who met them."""
    found = get_object_or_404(Result, code=code)
    if Visitor.of(request).owns(found):
        count_shared(found.line_ids)
    return HttpResponse(status=204)


@require_safe
def card(request: HttpRequest, code: str) -> HttpResponse:
    """The link preview; gone as soon as its face is."""
    found = Result.objects.with_servable_face().filter(code=code).first()
    if found is None:
        result_or_404(code)
        return face_gone()
    try:
        photo = read_picture(found.face.picture_sha256, CARD_SIZE)
    except OSError as error:
        raise Http404("The picture is not on the disk.") from error
    text = CardText(found.name, found.facts, found.card_lines, settings.SITE_NAME)
    response = HttpResponse(
        draw_card(text, photo, is_trainwreck=found.face.is_trainwreck),
        content_type="image/jpeg",
    )
    response["Cache-Control"] = "public, max-age=60"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@require_safe
def tile_picture(request: HttpRequest, name: str) -> HttpResponse:
    choice = Choice.objects.with_picture(name).first()
    if choice is None:
        raise Http404("No tile has this picture.")
    try:
        response = HttpResponse(choice.picture.read(), content_type="image/webp")
    except OSError as error:
        raise Http404("The picture is not on the disk.") from error
    response["Cache-Control"] = "public, max-age=3600"
    return response


@require_safe
def how(request: HttpRequest) -> HttpResponse:
    context = {
        "networks": Network.objects.with_num_faces(),
        "quiz": page.quiz if (page := pages.get("")) else None,
        "canonical_url": settings.SITE_URL + reverse("quiz:how"),
    }
    response = render(request, "quiz/how.html", context)
    response["Cache-Control"] = "public, max-age=60"
    return response


@require_safe
def live(request: HttpRequest) -> HttpResponse:
    return HttpResponse("alive\n", content_type="text/plain")


@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ready\n", content_type="text/plain")
