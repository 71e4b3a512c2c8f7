"""From a wish to a face and a text, frozen in a Result."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple, Self

from django.db import IntegrityError

from faces.models import Face
from faces.pool import Cell, pick, pool
from quiz.models import Choice, Result, new_code
from texts.content import current_content
from texts.filling import Content, draw_lover, fill

GENDERS = ["woman", "man", "androgynous"]
AGE_BUCKETS = ["20s", "30s", "40s", "50+"]
QUALITIES = ["good", "trainwreck"]
WIDENED = {
    "20s": "Nobody in their twenties was free tonight, so we widened the search.",
    "30s": "Nobody in their thirties was free tonight, so we widened the search.",
    "40s": "Nobody in their forties was free tonight, so we widened the search.",
    "50+": "Nobody over fifty was free tonight, so we widened the search.",
    "good": "Only our misprints were free tonight, so we widened the search.",
    "trainwreck": "All our trainwrecks were out tonight. This one is suspiciously presentable.",
}
"""What the result page says of an age bucket or a quality that was given up."""

ANYONE, SURPRISE = Choice.WishedGender.ANYONE, Choice.WishedGender.SURPRISE


class NobodyFree(Exception):
    """No servable face has a gender that was wished for."""


@dataclass(frozen=True)
class Wish:
    """What a visitor asked for. Kept in their own browser, never with the result."""

    gender: str = ANYONE
    age_bucket: str = Choice.WishedAge.ANY
    tone: str = ""
    chaos: int = 0
    words: dict[str, str] = field(default_factory=dict)

    @classmethod
    def from_choices(cls, choices: Sequence[Choice]) -> Self:
        """Add up the effects of the chosen tiles; a later question wins."""
        effects: dict[str, Any] = {"words": {}}
        for choice in choices:
            effects |= choice.effects
            effects["words"] |= choice.words
        return cls(**effects)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


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
    genders = wished_genders(wish, rng)
    quality = "trainwreck" if rng.randrange(100) < wish.chaos else "good"
    for cells, gave_up in searches(genders, wish.age_bucket, quality):
        if face := pick(cells, seen, rng):
            return Match(face, gave_up)
    raise NobodyFree


def wished_genders(wish: Wish, rng: random.Random) -> list[str]:
    if wish.gender == SURPRISE:
        in_pool = [gender for gender in GENDERS if has_faces(gender)]
        return [rng.choice(in_pool)] if in_pool else []
    return GENDERS if wish.gender == ANYONE else [wish.gender]


def has_faces(gender: str) -> bool:
    return any(pool.ids(cell) for cell in cells_of([gender], AGE_BUCKETS, QUALITIES))


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
    quiz_id: int, wish: Wish, seen: Sequence[int], attempt: str
) -> tuple[Result, str]:
    """Return a saved result and what was given up for it.

    The same attempt always gives the same result, however often it is sent.
    """
    code, rng = new_code(), random.SystemRandom()
    face, gave_up = match(wish, seen, rng)
    content = current_content()
    lover = draw_lover(content, face.gender, face.age_bucket, rng)
    tone = wish.tone or any_tone(content, rng)
    lines = fill(content, tone=tone, lover=lover, words=wish.words, seed=code)
    result = Result(
        code=code,
        attempt=attempt or None,
        quiz_id=quiz_id,
        face=face,
        name=lover.full_name,
        age=lover.age,
        sign=lover.sign,
        home_town=lover.home_town,
        lines=lines,
    )
    try:
        result.save(force_insert=True)  # a transaction of its own: failing spoils none
    except IntegrityError:
        return Result.objects.select_related("face").get(attempt=attempt), ""
    return result, gave_up
