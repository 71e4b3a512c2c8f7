"""A published quiz as one page: built once, then the same bytes for everybody."""

import gzip
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2s
from typing import Any

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.template.loader import render_to_string
from django.urls import reverse

from faces.models import Face
from quiz.forms import AnswersForm, TileField, attempt_field
from quiz.models import Quiz

NUM_COVER_FACES = 6
SECONDS_BETWEEN_LOOKS = 1
"""Between looks whether a cover still may show its faces; all of them are gone within 5."""


@dataclass(frozen=True)
class QuizPage:
    """A quiz with its questions, read from the database at one moment."""

    quiz: Quiz
    fields: dict[str, forms.Field]
    cover_faces: list[Face]

    @classmethod
    def read(cls, quiz: Quiz) -> "QuizPage":
        questions = quiz.questions.exclude(choices=None).prefetch_related(
            "choices__tone", "choices__word_list"
        )
        fields: dict[str, forms.Field] = {
            question.key: TileField(question, list(question.choices.all()))
            for question in questions
        }
        return cls(quiz, fields | {"attempt": attempt_field()}, list(cover_faces(quiz)))

    def form(self, data: Any = None) -> AnswersForm:
        return AnswersForm(self.fields, data)

    def render(self, form: AnswersForm, **more: Any) -> str:
        context = {
            "quiz": self.quiz,
            "page_url": self.quiz.get_absolute_url(),
            "answers_url": reverse("quiz:find_lover", args=[self.quiz.slug]),
            "form": form,
            "num_questions": len(self.fields) - 1,
            "open_graph": self.quiz.open_graph,
            "canonical_url": settings.SITE_URL + self.quiz.get_absolute_url(),
            "cover_faces": [
                {
                    "url": face.picture_url(256),
                    "placeholder_url": face.picture_url(96),
                    "is_trainwreck": face.is_trainwreck,
                }
                for face in self.cover_faces
            ],
        } | more
        return render_to_string("quiz/take_quiz.html", context)

    def answers_for_anyone(self, answers: QueryDict) -> list[tuple[str, str]]:
        """The same answers, but for anyone: what an empty pool offers to try instead."""
        tiles = {
            key: field.tiles
            for key, field in self.fields.items()
            if isinstance(field, TileField)
        }
        widest = {
            key: tile.token
            for key in tiles
            for tile in tiles[key]
            if tile.gender == "anyone"
        }
        if not set(tiles) <= set(answers):
            return []
        widened = {key: widest.get(key, str(answers[key])) for key in tiles}
        is_wider = any(widened[key] != answers[key] for key in tiles)
        return list(widened.items()) if is_wider else []

    @cached_property
    def body(self) -> bytes:
        return self.render(self.form()).encode()

    @cached_property
    def gzipped(self) -> bytes:
        return gzip.compress(self.body, mtime=0)

    @cached_property
    def headers(self) -> dict[str, str]:
        return {
            "Cache-Control": "public, max-age=60",
            "Content-Type": "text/html; charset=utf-8",
            "ETag": f'W/"{blake2s(self.body, digest_size=12).hexdigest()}"',
            "Vary": "Accept-Encoding",
        }


def cover_faces(quiz: Quiz) -> Iterator[Face]:
    """The faces an editor chose for the cover, filled up from the pool, six in all."""
    chosen = list(quiz.cover_faces.servable()[:NUM_COVER_FACES])
    others = Face.objects.servable().exclude(pk__in=[face.pk for face in chosen])
    yield from chosen
    yield from others.order_by("picture_sha256")[: NUM_COVER_FACES - len(chosen)]


class Pages:
    """The pages of published quizzes, as read CONTENT_CACHE_SECONDS ago at most.

    A face that was taken away is off the cover sooner, whatever that setting says.
    """

    def __init__(self) -> None:
        self._read: dict[str, tuple[float, QuizPage | None]] = {}
        self._looked_at = 0.0

    def get(self, slug: str) -> QuizPage | None:
        """Return the quiz of that address, or the first one for an empty slug."""
        now = time.monotonic()
        self.drop_outdated_covers(now)
        read_at, page = self._read.get(slug, (None, None))
        if read_at is None or now - read_at >= settings.CONTENT_CACHE_SECONDS:
            published = Quiz.objects.published()
            quiz = (published.filter(slug=slug) if slug else published).first()
            page = QuizPage.read(quiz) if quiz else None
            self.remember(slug, now, page)
        return page

    def drop_outdated_covers(self, now: float) -> None:
        """Forget the pages when a face on a cover was taken away."""
        if now - self._looked_at < SECONDS_BETWEEN_LOOKS:
            return
        self._looked_at = now
        covers = [page.cover_faces for _, page in list(self._read.values()) if page]
        shown = {face.pk for cover in covers for face in cover}
        if Face.objects.servable().filter(pk__in=shown).count() < len(shown):
            self._read.clear()

    def remember(self, slug: str, now: float, page: QuizPage | None) -> None:
        if page is None:
            self._read.pop(slug, None)  # addresses that do not exist must not pile up
        else:
            self._read[slug] = (now, page)

    def clear(self) -> None:
        self._read.clear()
        self._looked_at = 0.0


pages = Pages()
