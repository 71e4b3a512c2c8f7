"""The texts in the memory of a process."""

import logging
from collections import defaultdict
from collections.abc import Iterator
from time import monotonic

from django.conf import settings
from django.utils import timezone

from texts.counting import shown_lines
from texts.filling import ANY_TONE, Candidate, Content
from texts.grammar import Grammar, Override
from texts.models import GrammarException, MessageTemplate, Word
from texts.parsing import TemplateError, parse

logger = logging.getLogger(__name__)

CONDITIONS = ["pk", "weight", "gender", "age_bucket", "sign", "only_trainwreck"]

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
    shown_lines.save()
    return content


def read_content(*, with_drafts: bool = False) -> Content:
    return Content.of(read_lines(with_drafts), read_words(), read_grammar())


def read_words() -> dict[str, dict[str, int]]:
    words: dict[str, dict[str, int]] = defaultdict(dict)
    rows = Word.objects.approved().values_list("word_list__name", "text", "weight")
    for name, text, weight in rows:
        words[name][text] = weight
    return dict(words)


def read_lines(with_drafts: bool) -> Iterator[tuple[str, str, Candidate]]:
    lines = MessageTemplate.objects.in_season(timezone.localdate())
    lines = lines.unarchived() if with_drafts else lines.approved()
    rows = lines.values_list("part", "tone__slug", "text", *CONDITIONS)
    for part, tone, text, *conditions in rows:
        try:
            candidate = Candidate(parse(text), *conditions)
        except TemplateError as error:
            logger.error("Line %s is left out. %s", conditions[0], error)
        else:
            yield part, tone or ANY_TONE, candidate


def read_grammar() -> Grammar:
    rows = GrammarException.objects.values_list("word", "article", "plural")
    return Grammar({word: Override(article, plural) for word, article, plural in rows})
