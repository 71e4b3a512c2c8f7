"""From a wish to a face and a text, frozen in a Result."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self

from django.db import IntegrityError

from faces.models import AGE_BUCKETS, GENDERS, QUALITIES, Face
from faces.pool import Cell, pick
from quiz.models import Choice, Result, new_code
from texts.content import current_content
from texts.counting import shown_lines
from texts.filling import Content, draw_lover, fill

WIDENED = {
    "20s": "Nobody in their twenties was free tonight, so we widened the search.",
    "30s": "Nobody in their thirties was free tonight, so we widened the search.",
    "40s": "Nobody in their forties was free tonight, so we widened the search.",
    "50+": "Nobody over fifty was free tonight, so we widened the search.",
    "good": "Only our misprints were free tonight, so we widened the search.",
    "trainwreck": "All our trainwrecks were out tonight. This one is suspiciously presentable.",
}
"""What the result page says of an age bucket or a quality that was given up."""

WISHED_GENDERS = frozenset(Choice.WishedGender.values)
WISHED_AGES = frozenset(Choice.WishedAge.values)
ANYONE, SURPRISE = Choice.WishedGender.ANYONE, Choice.WishedGender.SURPRISE


class NobodyFree(Exception):
    """No servable face has a gender that was wished for."""


class QuizGone(Exception):
    """The quiz was deleted while somebody was taking it."""


@dataclass(frozen=True)
class Wish:
    """What a visitor asked for. Kept in their own browser, never with the result."""

    gender: str = ANYONE
    age_bucket: str = Choice.WishedAge.ANY
    tone: str = ""
    chaos: int = 0
    words: dict[str, str] = field(default_factory=dict)
    """By the slot that they fill."""
    answers: dict[str, str] = field(default_factory=dict)
    """What the chosen tiles say, by the key of their question."""

    def __post_init__(self) -> None:
        """Refuse what no tile can ask for: a cookie may be older than the site."""
        if self.gender not in WISHED_GENDERS or self.age_bucket not in WISHED_AGES:
            raise ValueError("unknown gender or age bucket")
        if not isinstance(self.chaos, int) or not isinstance(self.tone, str):
            raise ValueError("chaos is a number and a tone is a slug")
        for words in (self.words, self.answers):
            if not isinstance(words, dict):
                raise ValueError("words are told apart by slot or question")
            if not all(isinstance(word, str) for word in words.values()):
                raise ValueError("words are texts")

    @classmethod
    def from_choices(cls, choices: Sequence[Choice]) -> Self:
        """Add up the effects of the chosen tiles; a later question wins."""
        effects: dict[str, Any] = {"words": {}, "answers": {}}
        for choice in choices:
            effects |= choice.effects
            effects["words"] |= choice.words
            effects["answers"] |= choice.answer
        return cls(**effects)


class Search(NamedTuple):
    """One step of the search: cells to look in, and what was given up to get there."""

    cells: list[Cell]
    gave_up: str


class Match(NamedTuple):
    face: Face
    gave_up: str


def match(wish: Wish, seen: Sequence[int], rng: random.Random) -> Match:
    """Find a face for the wish; NobodyFree when there is none.

    Gives up the quality first, then the age bucket for its neighbours, then any age.
    Never the gender, never the gate.
    """
    quality = "trainwreck" if rng.randrange(100) < wish.chaos else "good"
    for genders in wished_genders(wish, rng):
        for cells, gave_up in searches(genders, wish.age_bucket, quality):
            if face := pick(cells, seen, rng):
                return Match(face, gave_up)
    raise NobodyFree


def wished_genders(wish: Wish, rng: random.Random) -> list[list[str]]:
    """The genders to search, together or, for a surprise, one after the other."""
    if wish.gender == SURPRISE:
        return [[gender] for gender in rng.sample(GENDERS, len(GENDERS))]
    return [GENDERS if wish.gender == ANYONE else [wish.gender]]


def searches(genders: Sequence[str], age_bucket: str, quality: str) -> Iterator[Search]:
    for ages, gave_up_age in age_steps(age_bucket):
        yield Search(cells_of(genders, ages, [quality]), gave_up_age)
        yield Search(cells_of(genders, ages, QUALITIES), gave_up_age or quality)


def age_steps(age_bucket: str) -> Iterator[tuple[list[str], str]]:
    if age_bucket == Choice.WishedAge.ANY:
        yield AGE_BUCKETS, ""
        return
    at = AGE_BUCKETS.index(age_bucket)
    yield [age_bucket], ""
    yield AGE_BUCKETS[max(at - 1, 0) : at + 2], age_bucket
    yield AGE_BUCKETS, age_bucket


def cells_of(
    genders: Sequence[str], ages: Sequence[str], qualities: Sequence[str]
) -> list[Cell]:
    return [Cell(g, a, q) for g in genders for a in ages for q in qualities]


def any_tone(content: Content, rng: random.Random) -> str:
    return rng.choice(sorted({tone for _, tone in content.lines if tone}) or [""])


def meet(
    quiz_id: int,
    wish: Wish,
    seen: Sequence[int],
    attempt: str,
    heard: Sequence[int] = (),
) -> tuple[Result, str]:
    """Return a saved result and what was given up for it.

    Faces seen and lines heard before are avoided where there are others. The same attempt
    always gives the same result, however often it is sent.
    """
    rng = random.SystemRandom()
    face, gave_up = match(wish, seen, rng)
    result = imagine(face, wish, heard, rng)
    result.quiz_id, result.attempt = quiz_id, attempt or None
    try:
        result.save(force_insert=True)  # a transaction of its own: failing spoils none
    except IntegrityError as error:
        first = Result.objects.select_related("face").filter(attempt=attempt).first()
        if not attempt or not first:
            raise QuizGone from error
        if not first.face.is_servable:
            return meet(quiz_id, wish, seen, attempt="", heard=heard)
        return first, ""
    shown_lines.add(result.line_ids)
    return result, gave_up


def imagine(
    face: Face,
    wish: Wish,
    heard: Sequence[int],
    rng: random.Random,
    content: Content | None = None,
) -> Result:
    """Somebody to go with the face, and what they say; not saved yet."""
    code, content = new_code(), content or current_content()
    lover = draw_lover(
        content, face.gender, face.age_bucket, rng, is_trainwreck=face.is_trainwreck
    )
    said = fill(
        content,
        tone=wish.tone or any_tone(content, rng),
        lover=lover,
        words=wish.words,
        answers=wish.answers,
        seed=code,
        avoid=heard,
    )
    return Result(
        code=code,
        face=face,
        name=lover.full_name,
        age=lover.age,
        sign=lover.sign,
        home_town=lover.home_town,
        lines=said.lines,
        line_ids=said.line_ids,
    )
