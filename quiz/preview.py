"""Play as visitor: a quiz, draft or not, with draft texts, from cover to lover; kept nowhere."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache, wraps
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from quiz.forms import AnswersForm
from quiz.guard import visitor_post
from quiz.matching import WIDENED, NobodyFree, Wish, imagine, match
from quiz.models import Quiz, Result
from quiz.page import QuizPage
from quiz.sorry import sorry
from texts.content import read_content


@cache
def signer() -> signing.TimestampSigner:
    return signing.TimestampSigner(salt="quiz.preview")


def preview_address(quiz: Quiz) -> str:
    """A link that plays the quiz as it is; for PREVIEW_SECONDS, for whoever has it."""
    token = signer().sign(f"{quiz.pk}-{int(timezone.now().timestamp())}")
    return reverse("quiz:preview", args=[quiz.slug, token])


@dataclass(frozen=True)
class Preview:
    """A link that is good, and the quiz that it plays."""

    quiz: Quiz
    token: str
    ends_at: datetime

    @classmethod
    def open(cls, slug: str, token: str) -> "Preview":
        """SignatureExpired when its time is over; Http404 if it never was one."""
        try:
            signed = signer().unsign(token, max_age=settings.PREVIEW_SECONDS)
            pk, given_at = map(int, signed.split("-"))
            quiz = Quiz.objects.get(pk=pk, slug=slug)
        except signing.SignatureExpired:
            raise
        except (signing.BadSignature, ValueError, Quiz.DoesNotExist) as error:
            raise Http404("No such preview.") from error
        ends_at = datetime.fromtimestamp(
            given_at + settings.PREVIEW_SECONDS, timezone.get_current_timezone()
        )
        return cls(quiz, token, ends_at)

    @property
    def address(self) -> str:
        return reverse("quiz:preview", args=[self.quiz.slug, self.token])

    @property
    def answers_address(self) -> str:
        return reverse("quiz:preview_lover", args=[self.quiz.slug, self.token])

    @property
    def page(self) -> QuizPage:
        """Read anew each time: the pages that visitors get never hold it."""
        return QuizPage.read(self.quiz)


def while_it_lasts(
    view: Callable[[HttpRequest, Preview], HttpResponse],
) -> Callable[[HttpRequest, str, str], HttpResponse]:
    """Open the preview for a view; say so when its time is over."""

    @wraps(view)
    def view_or_say(request: HttpRequest, slug: str, token: str) -> HttpResponse:
        try:
            preview = Preview.open(slug, token)
        except signing.SignatureExpired:
            return is_over()
        return view(request, preview)

    return view_or_say


@require_safe
@while_it_lasts
def play(request: HttpRequest, preview: Preview) -> HttpResponse:
    page = preview.page
    return show(page, page.form(), preview)


@visitor_post
@while_it_lasts
def find_lover(request: HttpRequest, preview: Preview) -> HttpResponse:
    page = preview.page
    form = page.form(request.POST)
    if not form.is_valid():
        return show(page, form, preview, status=422)
    return introduce(request, preview, form)


def introduce(
    request: HttpRequest, preview: Preview, form: AnswersForm
) -> HttpResponse:
    """Show a lover who is not saved, counted nor remembered."""
    wish, rng = Wish.from_choices(form.choices), random.SystemRandom()
    try:
        face, gave_up = match(wish, [], rng)
    except NobodyFree:
        context = {"quiz": preview.quiz, "preview": preview}
        return hidden(render(request, "quiz/nobody_free.html", context))
    result = imagine(face, wish, [], rng, read_content(with_drafts=True))
    result.quiz = preview.quiz
    chips = [choice.label for choice in form.choices]
    context = context_of(result, WIDENED.get(gave_up, ""), chips)
    return hidden(render(request, "quiz/result.html", context | {"preview": preview}))


def context_of(result: Result, note: str, chips: list[str]) -> dict[str, Any]:
    """What the lover's page shows their owner, but for all that leads to its address."""
    return {
        "result": result,
        "is_owner": True,
        "is_trainwreck": result.face.is_trainwreck,
        "note": note,
        "chips": chips,
        "portrait": result.portrait,
        "disclosure": result.disclosure,
        "robots": "noindex",
    }


def show(
    page: QuizPage, form: AnswersForm, preview: Preview, status: int = 200
) -> HttpResponse:
    body = page.render(
        form,
        preview=preview,
        page_url=preview.address,
        answers_url=preview.answers_address,
        open_graph={},
        canonical_url="",
        robots="noindex",
    )
    return hidden(HttpResponse(body, status=status))


def is_over() -> HttpResponse:
    sentence = "Its link worked for two hours. Ask an editor for another one."
    return hidden(sorry(410, "This preview is over.", sentence))


def hidden(response: HttpResponse) -> HttpResponse:
    """Kept by no cache and found by no search."""
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    return response
