"""The texts in the memory of a process."""

import logging
from collections import defaultdict
from collections.abc import Iterator
from random import Random
from time import monotonic

from django.conf import settings

from texts.filling import (
    ANY_TONE,
    PARTS,
    PRONOUNS,
    Content,
    Line,
    TemplateError,
    draw_lover,
    fill,
    parse,
)
from texts.models import MessageTemplate, Word

logger = logging.getLogger(__name__)

_latest: tuple[float, Content] | None = None


def current_content() -> Content:
    """The texts as they were at most CONTENT_CACHE_SECONDS ago."""
    global _latest
    # Two threads may read at once; each leaves a pair that is whole and as old as it says.
    now = monotonic()
    if _latest and now - _latest[0] < settings.CONTENT_CACHE_SECONDS:
        return _latest[1]
    content = read_content()
    _latest = (now, content)
    return content


def read_content() -> Content:
    return Content.of(read_lines(), read_words())


def read_words() -> dict[str, list[str]]:
    words = defaultdict(list)
    for name, text in Word.objects.values_list("word_list__name", "text"):
        words[name].append(text)
    return dict(words)


def read_lines() -> Iterator[tuple[str, str, Line]]:
    rows = MessageTemplate.objects.values_list("pk", "part", "tone__slug", "text")
    for pk, part, tone, text in rows:
        try:
            yield part, tone or ANY_TONE, parse(text)
        except TemplateError as error:
            logger.error("Line %s is left out. %s", pk, error)


def samples(text: str) -> list[str]:
    """The line as three lovers would say it; empty if a word list has no words."""
    content = Content.of([(PARTS[0], ANY_TONE, parse(text))], read_words())
    filled: list[str] = []
    for gender in PRONOUNS:
        lover = draw_lover(content, gender, "30s", Random(gender))
        filled += fill(
            content, tone=ANY_TONE, lover=lover, words={}, seed=gender
        ).values()
    return filled
