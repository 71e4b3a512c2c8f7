"""How many different results each tone can give, and what to write first for more.

Counted are the things said: every choice of one line for each part, times every choice of
the words and numbers in them. A word that stands in two lines is one choice, as one pick
lasts for the result. Not counted, though they differ too: the lover's name, age, sign and
home town; which words the visitor chose; lines for one sign or for trainwrecks only.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import perm, prod
from typing import NamedTuple

from texts.filling import AGES, ANY_TONE, PARTS, Content
from texts.parsing import Line, slots_of
from texts.pronouns import PRONOUNS

THOUSANDS = ["thousand", "million", "billion", "trillion", "quadrillion", "quintillion"]


class Blank(NamedTuple):
    """One free choice of a line: a word of a list, or how many (`span` numbers)."""

    name: str
    pick: int
    span: int = 0


Blanks = frozenset[Blank]


def blanks_of(line: Line) -> Blanks:
    blanks = set()
    for slot in slots_of(line):
        if slot.is_word:
            blanks.add(Blank(slot.name, slot.pick))
            if slot.high:
                blanks.add(Blank(slot.name, slot.pick, slot.high - slot.low + 1))
    return frozenset(blanks)


def ways(blanks: Blanks, sizes: Mapping[str, int]) -> int:
    """In how many ways the blanks are filled, with no word of a list twice."""
    picks = Counter(blank.name for blank in blanks if not blank.span)
    words = prod(perm(sizes.get(name, 0), number) for name, number in picks.items())
    return words * prod(blank.span for blank in blanks if blank.span)


def ways_to_say(line: Line, content: Content) -> int:
    return ways(blanks_of(line), sizes_of(content))


def sizes_of(content: Content) -> dict[str, int]:
    return {name: len(words.items) for name, words in content.words.items()}


@dataclass(frozen=True)
class Cell:
    """What can be said to visitors of one tone by lovers of one gender and age."""

    tone: str
    gender: str
    age_bucket: str
    lines: Mapping[str, Sequence[Blanks]]
    """The blanks of each line, by part."""
    sizes: Mapping[str, int]
    """The number of words by list."""

    @cached_property
    def combinations(self) -> Counter[Blanks]:
        """How many choices of lines leave the same blanks."""
        found = Counter({frozenset[Blank](): 1})
        for lines in filter(None, self.lines.values()):
            longer: Counter[Blanks] = Counter()
            for more, num_more in Counter(lines).items():
                for blanks, number in found.items():
                    longer[blanks | more] += number * num_more
            found = longer
        return found

    def count_with(self, sizes: Mapping[str, int]) -> int:
        if not any(self.lines.values()):
            return 0
        return sum(
            number * ways(blanks, sizes) for blanks, number in self.combinations.items()
        )

    @cached_property
    def count(self) -> int:
        return self.count_with(self.sizes)

    @property
    def empty_parts(self) -> list[str]:
        return [part for part in PARTS if not self.lines[part]]

    @property
    def part_to_extend(self) -> str:
        """The part where one more line adds most: the one that has the fewest."""
        return min(PARTS, key=lambda part: len(self.lines[part]))

    @cached_property
    def list_to_extend(self) -> str:
        """The word list where one more word adds most."""
        used = {blank.name for blanks in self.combinations for blank in blanks}
        return max(sorted(used), key=self.count_with_one_more, default="")

    def count_with_one_more(self, name: str) -> int:
        return self.count_with({**self.sizes, name: self.sizes.get(name, 0) + 1})


@dataclass(frozen=True)
class ToneCoverage:
    tone: str
    cells: list[Cell] = field(default_factory=list)

    @property
    def least(self) -> Cell:
        return min(self.cells, key=lambda cell: cell.count)

    @property
    def is_even(self) -> bool:
        return len({cell.count for cell in self.cells}) == 1

    def rows(self) -> Iterator[tuple[str, list[Cell]]]:
        for age_bucket in AGES:
            yield age_bucket, [c for c in self.cells if c.age_bucket == age_bucket]


def coverage(content: Content, tones: Iterable[str]) -> list[ToneCoverage]:
    sizes = sizes_of(content)
    known: dict[tuple[tuple[Blanks, ...], ...], Cell] = {}
    found = []
    for tone in list(tones) or [ANY_TONE]:
        cells = []
        for gender in PRONOUNS:
            for age_bucket in AGES:
                lines = lines_for(content, tone, gender, age_bucket)
                cell = Cell(tone, gender, age_bucket, lines, sizes)
                twin = known.setdefault(tuple(lines.values()), cell)
                vars(cell)["count"] = twin.count  # most cells are alike: count once
                cells.append(cell)
        found.append(ToneCoverage(tone, cells))
    return found


def lines_for(
    content: Content, tone: str, gender: str, age_bucket: str
) -> dict[str, tuple[Blanks, ...]]:
    return {
        part: tuple(
            blanks_of(candidate.line)
            for candidate in content.candidates(part, tone).items
            if candidate.gender in ("", gender)
            and candidate.age_bucket in ("", age_bucket)
            and not candidate.sign
            and not candidate.only_trainwreck
        )
        for part in PARTS
    }


def in_words(number: int) -> str:
    """12 million: two figures, rounded down, so that nobody is promised more."""
    if number < 1_000_000:
        return f"{number:,}"
    power = min((len(str(number)) - 1) // 3, len(THOUSANDS))
    tenths = number * 10 // 1000**power
    figure = f"{tenths // 10:,}" if tenths >= 100 or tenths % 10 == 0 else tenths / 10
    return f"{figure} {THOUSANDS[power - 1]}"
