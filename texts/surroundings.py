"""The texts around a line, read once however many lines are looked at."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import product
from math import ceil
from typing import NamedTuple, Self

from django.utils import timezone

from texts.content import read_content
from texts.filling import AGES, Content
from texts.models import FlaggedWord, MessageTemplate, WordList, possible_answers
from texts.pronouns import PRONOUNS
from texts.rehearsal import Longest

WORD = re.compile(r"\{[^{}]*\}|[^\W_]+")
ALIKE = 0.8
"""Lines of which so many words are the same read as one."""


def gist(text: str) -> frozenset[str]:
    """The words and slots of a line, which two lines that read alike share."""
    return frozenset(WORD.findall(text.casefold()))


class Other(NamedTuple):
    pk: int
    tone_id: int | None
    text: str
    gist: frozenset[str]


def found_in(text: str, flagged: Iterable[FlaggedWord]) -> Iterator[FlaggedWord]:
    for row in flagged:
        if re.search(rf"(?<!\w){re.escape(row.word)}(?!\w)", text, re.IGNORECASE):
            yield row


def lovers_of(line: MessageTemplate) -> list[tuple[str, str]]:
    """Gender and age of the lovers who may say it."""
    genders = [line.gender] if line.gender else list(PRONOUNS)
    ages = [line.age_bucket] if line.age_bucket else list(AGES)
    return list(product(genders, ages))


def is_dependable(line: MessageTemplate) -> bool:
    """Whether every such lover may say it, whatever their sign and face."""
    is_approved = line.status == MessageTemplate.Status.APPROVED
    return is_approved and not (line.sign or line.only_trainwreck)


@dataclass(frozen=True)
class Surroundings:
    content: Content
    """What visitors read: its words, and how they are bent."""
    word_lists: Sequence[str]
    answers: Mapping[str, Sequence[str]] = field(default_factory=dict)
    flagged: Sequence[FlaggedWord] = ()
    lines: Iterable[MessageTemplate] = ()
    """Lines that are not archived or expired, with their tones."""
    today: date = field(default_factory=timezone.localdate)

    @classmethod
    def now(cls) -> Self:
        today = timezone.localdate()
        lines = MessageTemplate.objects.unarchived().in_season(today)
        return cls(
            content=read_content(),
            word_lists=WordList.objects.names(),
            answers=possible_answers(),
            flagged=list(FlaggedWord.objects.all()),
            lines=list(lines),
            today=today,
        )

    @cached_property
    def longest(self) -> Longest:
        return Longest(self.content, self.answers)

    @cached_property
    def by_word(self) -> dict[tuple[str, str], list[Other]]:
        found = defaultdict(list)
        for line in self.lines:
            other = Other(line.pk, line.tone_id, line.text, gist(line.text))
            for word in other.gist:
                found[line.part, word].append(other)
        return found

    def much_like(self, line: MessageTemplate) -> Other | None:
        """Another line that visitors of the same tone may read, in nearly the same words."""
        mine = gist(line.text)
        named = [self.by_word.get((line.part, word), []) for word in mine]
        # A line so alike cannot lack all of these; the rarest lead to the fewest lines.
        num_needed = len(mine) - ceil(ALIKE * len(mine)) + 1
        for others in sorted(named, key=len)[:num_needed]:
            for other in others:
                if (
                    len(mine & other.gist) >= ALIKE * len(mine | other.gist)
                    and other.pk != line.pk
                    and (other.tone_id is None or line.tone_id in (None, other.tone_id))
                ):
                    return other
        return None

    @cached_property
    def dependable(self) -> dict[str, dict[int | None, Counter[tuple[str, str]]]]:
        """How many lines each kind of lover can rely on, by part and tone."""
        found: dict[str, dict[int | None, Counter[tuple[str, str]]]] = defaultdict(
            lambda: defaultdict(Counter)
        )
        for line in filter(is_dependable, self.lines):
            found[line.part][line.tone_id].update(lovers_of(line))
        return found

    @cached_property
    def stored(self) -> dict[int, MessageTemplate]:
        return {line.pk: line for line in self.lines}

    def alone(self, line: MessageTemplate) -> list[tuple[str, str]]:
        """The lovers who would have nothing else to say in the place of the line."""
        by_tone = self.dependable.get(line.part, {})
        tones = by_tone if line.tone_id is None else [line.tone_id, None]
        others = sum((by_tone.get(tone, Counter()) for tone in tones), Counter())
        before = self.stored.get(line.pk) if line.pk else None
        if before and before.part == line.part and before.tone_id in tones:
            others.subtract(lovers_of(before) if is_dependable(before) else [])
        return [lover for lover in lovers_of(line) if others[lover] <= 0]
