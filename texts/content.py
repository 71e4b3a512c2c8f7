"""The texts in the memory of a process."""

import logging
from collections import defaultdict
from collections.abc import Iterator
from random import Random
from time import monotonic

from django.conf import settings
from django.utils import timezone

from texts.counting import shown_lines
from texts.filling import (
    AGES,
    ANY_TONE,
    PARTS,
    Candidate,
    Content,
    draw_lover,
    fill,
)
from texts.grammar import Grammar, Override
from texts.models import GrammarException, MessageTemplate, Word, possible_answers
from texts.parsing import TemplateError, parse
from texts.pronouns import PRONOUNS

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
    lines = lines.exclude(status="archived") if with_drafts else lines.approved()
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


def samples(text: str, number: int = 3) -> list[str]:
    """The line as so many lovers would say it; empty if a word list has too few words."""
    line = [(PARTS[0], ANY_TONE, Candidate(parse(text)))]
    content = Content.of(line, read_words(), read_grammar())
    answers = possible_answers()
    filled: list[str] = []
    for turn in range(number):
        rng = Random(turn)
        gender, age_bucket = list(PRONOUNS)[turn % 3], list(AGES)[turn % 4]
        filled += fill(
            content,
            tone=ANY_TONE,
            lover=draw_lover(content, gender, age_bucket, rng),
            words={},
            seed=str(turn),
            answers={key: rng.choice(list(said)) for key, said in answers.items()},
        ).lines.values()
    return filled
