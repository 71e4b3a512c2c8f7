"""Content, a lover and a seed → what the lover says. Lines are joined, nothing is run."""

import random
import string
from bisect import bisect
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Generic, NamedTuple, Self, TypeVar

from texts.grammar import PLURAL, Grammar
from texts.parsing import ANSWER, FACTS, Line, Slot, slots_of
from texts.pronouns import PRONOUNS, with_verb

BUBBLES = ["hello", "about", "pet", "confession", "invitation"]
"""The parts that the lover says, in the order of the chat."""

PARTS = [*BUBBLES, "caption", "intro"]
ANY_TONE = ""

AGES = {"20s": (22, 29), "30s": (30, 39), "40s": (40, 49), "50+": (50, 68)}
SIGNS = [
    *("Aries", "Taurus", "Gemini", "Cancer", "Leo", "Virgo"),
    *("Libra", "Scorpio", "Sagittarius", "Capricorn", "Aquarius", "Pisces"),
]
NUM_DRAWS = 8

T = TypeVar("T")


@dataclass(frozen=True)
class Lover:
    """The made-up person a text is about."""

    name: str
    age: int
    sign: str
    home_town: str
    gender: str
    initial: str = ""
    age_bucket: str = ""
    is_trainwreck: bool = False

    @property
    def full_name(self) -> str:
        return f"{self.name} {self.initial}." if self.initial else self.name

    @property
    def slots(self) -> dict[str, str]:
        facts = [self.name, str(self.age), self.sign, self.home_town]
        return dict(zip(FACTS, facts, strict=True)) | PRONOUNS[self.gender]._asdict()


@dataclass(frozen=True)
class Candidate:
    """A line as it was read, and for whom it is."""

    line: Line
    pk: int = 0
    weight: int = 10
    gender: str = ""
    age_bucket: str = ""
    sign: str = ""
    only_trainwreck: bool = False

    def suits(self, lover: Lover) -> bool:
        return (
            self.gender in ("", lover.gender)
            and self.age_bucket in ("", lover.age_bucket)
            and self.sign in ("", lover.sign)
            and (lover.is_trainwreck or not self.only_trainwreck)
        )


class Weighted(Generic[T]):
    """Things to draw from, some of them more often than others."""

    def __init__(self, items: Sequence[T], weights: Iterable[int]):
        self.items = items
        self.sums = list(accumulate(weights))

    def in_random_order(self, rng: random.Random) -> Iterator[T]:
        """A few draws by weight, then all from a random one on, going round.

        Nearly always one of the few will do, and they cost the same however many there are.
        """
        if not self.items:
            return
        last = len(self.items) - 1
        for _ in range(NUM_DRAWS):
            yield self.items[bisect(self.sums, rng.random() * self.sums[-1], 0, last)]
        start = int(rng.random() * len(self.items))
        for turn in range(len(self.items)):
            yield self.items[start - turn]


@dataclass(frozen=True)
class Content:
    """All lines and words as they were at one moment, ready to fill."""

    lines: Mapping[tuple[str, str], Weighted[Candidate]]
    words: Mapping[str, Weighted[str]]
    grammar: Grammar = field(default_factory=Grammar)

    @classmethod
    def of(
        cls,
        lines: Iterable[tuple[str, str, Candidate]],
        words: Mapping[str, Mapping[str, int]],
        grammar: Grammar | None = None,
    ) -> Self:
        """Each line comes with its part and its tone or ANY_TONE, each word with its weight."""
        by_place: dict[tuple[str, str], list[Candidate]] = defaultdict(list)
        for part, tone, candidate in lines:
            by_place[part, tone].append(candidate)
        for part, tone in list(by_place):
            if tone != ANY_TONE:
                by_place[part, tone] += by_place.get((part, ANY_TONE), [])
        content = cls(
            {
                place: Weighted(found, [candidate.weight for candidate in found])
                for place, found in by_place.items()
            },
            {name: Weighted(list(of), of.values()) for name, of in words.items()},
            grammar or Grammar(),
        )
        content.work_out_forms()
        return content

    def work_out_forms(self) -> None:
        """Articles and plurals that a line asks for, so that filling need not."""
        wanted = {
            (slot.name, PLURAL if slot.high else slot.form)
            for candidates in self.lines.values()
            for candidate in candidates.items
            for slot in slots_of(candidate.line)
            if slot.form or slot.high
        }
        for name, form in wanted:
            for word in self.candidate_words(name).items:
                self.grammar.form(word, form)

    def candidates(self, part: str, tone: str) -> Weighted[Candidate]:
        found = self.lines.get((part, tone)) or self.lines.get((part, ANY_TONE))
        return found or Weighted([], [])

    def candidate_words(self, name: str) -> Weighted[str]:
        return self.words.get(name) or Weighted([], [])

    def draw_word(self, name: str, rng: random.Random) -> str | None:
        return next(self.candidate_words(name).in_random_order(rng), None)


def draw_lover(
    content: Content,
    gender: str,
    age_bucket: str,
    rng: random.Random,
    is_trainwreck: bool = False,
) -> Lover:
    return Lover(
        name=content.draw_word(f"first_name_{gender}", rng) or "Somebody",
        initial=rng.choice(string.ascii_uppercase),
        age=rng.randint(*AGES[age_bucket]),
        sign=rng.choice(SIGNS),
        home_town=content.draw_word("home_town", rng) or "somewhere nice",
        gender=gender,
        age_bucket=age_bucket,
        is_trainwreck=is_trainwreck,
    )


class Introduction(NamedTuple):
    lines: dict[str, str]
    """What the lover says, by part."""
    line_ids: list[int]


def fill(
    content: Content,
    *,
    tone: str,
    lover: Lover,
    words: Mapping[str, str],
    seed: str,
    answers: Mapping[str, str] | None = None,
    avoid: Sequence[int] = (),
) -> Introduction:
    """What the lover says; the same seed and content give the same lines.

    The visitor's own words come by slot, their answers by the key of the question. Lines to
    avoid, the longest ago first, are said only where no other line can be. A part is left
    out when none of its lines can be filled.
    """
    speech = Speech(content, lover, random.Random(seed), avoid)
    speech.listen(words, answers or {})
    for part in PARTS:
        speech.say(part, content.candidates(part, tone))
    return Introduction(speech.lines, speech.line_ids)


class Speech:
    """What one lover has said so far, so that nothing is said twice and all of it agrees."""

    def __init__(
        self, content: Content, lover: Lover, rng: random.Random, avoid: Sequence[int]
    ):
        self.content = content
        self.lover = lover
        self.rng = rng
        self.avoid = {pk: age for age, pk in enumerate(avoid)}
        self.fixed = lover.slots
        self.picks: dict[tuple[str, int], str] = {}
        """The word that {pet#2} stands for, by (pet, 2)."""
        self.numbers: dict[tuple[str, int], int] = {}
        self.used = {lover.name.casefold(), lover.home_town.casefold()}
        self.said: set[str] = set()
        self.lines: dict[str, str] = {}
        self.line_ids: list[int] = []

    def listen(self, words: Mapping[str, str], answers: Mapping[str, str]) -> None:
        """Take in the visitor's own words."""
        heard: set[str] = set()
        for slot, word in words.items():
            if word and word.casefold() not in heard:
                self.picks[slot, 1] = word
                heard.add(word.casefold())
        self.used |= heard
        for key, answer in answers.items():
            if answer:
                self.fixed[f"{ANSWER}:{key}"] = answer
                self.used.add(answer.casefold())

    def say(self, part: str, candidates: Weighted[Candidate]) -> None:
        for candidate in self.in_turn(candidates):
            text = self.try_line(candidate.line)
            if text is not None:
                self.said.add(text.casefold())
                self.lines[part] = text
                self.line_ids.append(candidate.pk)
                return

    def in_turn(self, candidates: Weighted[Candidate]) -> Iterator[Candidate]:
        """Lines for this lover at random; those to avoid come last, the oldest first."""
        late = {}
        for candidate in candidates.in_random_order(self.rng):
            if candidate.suits(self.lover):
                if candidate.pk in self.avoid:
                    late[self.avoid[candidate.pk]] = candidate
                else:
                    yield candidate
        for age in sorted(late):
            yield late[age]

    def try_line(self, line: Line) -> str | None:
        """The filled line, or None, with no word used up, if it cannot be said."""
        before = self.picks.copy(), self.numbers.copy(), self.used.copy()
        pieces: list[str] = []
        for piece in line:
            value = self.value(piece) if isinstance(piece, Slot) else piece
            if value is None:
                break
            pieces.append(value)
        else:
            text = "".join(pieces)
            if text.casefold() not in self.said:
                return text
        self.picks, self.numbers, self.used = before
        return None

    def value(self, slot: Slot) -> str | None:
        value = self.fixed.get(slot.name)
        if value is None:
            value = self.word(slot)
        if value is None:
            return None
        if slot.verb:
            value = with_verb(value, slot.verb)
        elif slot.form:
            value = self.content.grammar.form(value, slot.form)
        elif slot.high:
            value = self.counted(value, self.number(slot))
        return value[:1].upper() + value[1:] if slot.is_capital else value

    def word(self, slot: Slot) -> str | None:
        """The word picked for the slot before, or one that nobody has used yet."""
        picked = self.picks.get((slot.name, slot.pick))
        if picked is not None:
            return picked
        words = self.content.candidate_words(slot.name)
        for word in words.in_random_order(self.rng):
            if word.casefold() not in self.used:
                self.used.add(word.casefold())
                self.picks[slot.name, slot.pick] = word
                return word
        return None

    def number(self, slot: Slot) -> int:
        """How many there are: the number said before, where the slot allows it."""
        before = self.numbers.get((slot.name, slot.pick), -1)
        if slot.low <= before <= slot.high:
            return before
        number = self.rng.randint(slot.low, slot.high)
        self.numbers[slot.name, slot.pick] = number
        return number

    def counted(self, word: str, number: int) -> str:
        form = word if number == 1 else self.content.grammar.form(word, PLURAL)
        return f"{number} {form}"
