"""Lines with slots, parsed once and joined when filled."""

import difflib
import random
import re
import string
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self, TypeVar

BUBBLES = ["hello", "about", "pet", "confession", "invitation"]
"""The parts that the lover says, in the order of the chat."""

PARTS = [*BUBBLES, "caption", "intro"]
ANY_TONE = ""

FIXED_SLOTS = ["name", "age", "sign", "home_town", "they", "them", "their"]
"""Slots that the lover fills; every other slot is filled by the word list of its name."""

PRONOUNS = {
    "woman": ("she", "her", "her"),
    "man": ("he", "him", "his"),
    "androgynous": ("they", "them", "their"),
}
AGES = {"20s": (22, 29), "30s": (30, 39), "40s": (40, 49), "50+": (50, 68)}
SIGNS = [
    *("Aries", "Taurus", "Gemini", "Cancer", "Leo", "Virgo"),
    *("Libra", "Scorpio", "Sagittarius", "Capricorn", "Aquarius", "Pisces"),
]

# Control characters, empty spaces, turns of direction, halves of characters.
INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u200b\u2060\ufeff"
    "\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
SLOT_NAME = re.compile("[a-z][a-z0-9_]*")
TOKEN = re.compile(r"\{\{|\}\}|\{[^{}]*\}|\[[A-Za-z][a-z0-9_]*\]|[{}]")

T = TypeVar("T")


class TemplateError(ValueError):
    """What is wrong with a line, in a sentence for its editor."""


class UnknownSlot(TemplateError):
    def __init__(self, name: str, known: Iterable[str]):
        self.name = name
        self.known = known

    def __str__(self) -> str:
        slots = [f"{{{name}}}" for name in self.known]
        return f"There is no slot {{{self.name}}}. {suggest(f'{{{self.name}}}', slots)}"


def suggest(word: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(word, known, n=1)
    return f"Did you mean {near[0]}?" if near else f"There are {', '.join(known)}."


class Slot(NamedTuple):
    name: str
    is_capital: bool = False


Line = tuple[str | Slot, ...]


def one_line(text: str) -> str:
    """The text without line breaks, doubled spaces and characters that nobody sees."""
    return " ".join(INVISIBLE.sub("", text).split())


def parse(text: str) -> Line:
    pieces: list[str | Slot] = []
    end = 0
    for token in TOKEN.finditer(text):
        pieces += [text[end : token.start()], parse_token(token[0], token.start() + 1)]
        end = token.end()
    pieces.append(text[end:])
    return tuple(piece for piece in pieces if piece)


def parse_token(token: str, position: int) -> str | Slot:
    name = token[1:-1]
    if token in ("{{", "}}"):
        return token[0]
    if SLOT_NAME.fullmatch(name[:1].lower() + name[1:]):
        return Slot(name[0].lower() + name[1:], is_capital=name[0].isupper())
    if token == "{":
        problem = "There is a { without its }. Write {{ for a brace."
    elif token == "}":
        problem = "There is a } without its {. Write }} for a brace."
    elif not name.strip():
        problem = "There is nothing between { and }. Put a slot there, such as {name}."
    else:
        problem = f"{shorten(token)} is no slot. A slot is small letters, digits and _, such as {{name}}."
    raise TemplateError(f"At character {position}: {problem}")


def shorten(text: str) -> str:
    text = one_line(text)
    return text if len(text) <= 40 else f"{text[:39]}…"


def slot_names(line: Line) -> set[str]:
    return {piece.name for piece in line if isinstance(piece, Slot)}


def check(text: str, word_lists: Iterable[str]) -> Line:
    """Parse a line whose slots must all be fixed or word lists."""
    line = parse(text)
    known = [*FIXED_SLOTS, *word_lists]
    for piece in line:
        if isinstance(piece, Slot) and piece.name not in known:
            raise UnknownSlot(piece.name, known)
    return line


def check_word(text: str) -> None:
    """Refuse what would look like a slot: words are printed as they are."""
    if re.search(r"[{}]", text) or TOKEN.search(text):
        raise TemplateError("A word is printed as it is: leave out { } and [ ].")


@dataclass(frozen=True)
class Lover:
    """The made-up person a text is about."""

    name: str
    age: int
    sign: str
    home_town: str
    gender: str
    initial: str = ""

    @property
    def full_name(self) -> str:
        return f"{self.name} {self.initial}." if self.initial else self.name

    @property
    def slots(self) -> dict[str, str]:
        facts = [self.name, str(self.age), self.sign, self.home_town]
        return dict(zip(FIXED_SLOTS, [*facts, *PRONOUNS[self.gender]], strict=True))


@dataclass(frozen=True)
class Content:
    """All lines and words as they were at one moment, ready to fill."""

    lines: Mapping[tuple[str, str], Sequence[Line]]
    words: Mapping[str, Sequence[str]]

    @classmethod
    def of(
        cls, lines: Iterable[tuple[str, str, Line]], words: Mapping[str, Sequence[str]]
    ) -> Self:
        """Each line comes as (part, slug of its tone or ANY_TONE, line)."""
        candidates: dict[tuple[str, str], list[Line]] = defaultdict(list)
        for part, tone, line in lines:
            candidates[part, tone].append(line)
        for part, tone in list(candidates):
            if tone != ANY_TONE:
                candidates[part, tone] += candidates[part, ANY_TONE]
        return cls(dict(candidates), words)

    def candidates(self, part: str, tone: str) -> Sequence[Line]:
        return self.lines.get((part, tone)) or self.lines.get((part, ANY_TONE), [])


def draw_lover(
    content: Content, gender: str, age_bucket: str, rng: random.Random
) -> Lover:
    return Lover(
        name=rng.choice(content.words.get(f"first_name_{gender}") or ["Somebody"]),
        initial=rng.choice(string.ascii_uppercase),
        age=rng.randint(*AGES[age_bucket]),
        sign=rng.choice(SIGNS),
        home_town=rng.choice(content.words.get("home_town") or ["somewhere nice"]),
        gender=gender,
    )


def fill(
    content: Content, *, tone: str, lover: Lover, words: Mapping[str, str], seed: str
) -> dict[str, str]:
    """The lover's lines by part; the same seed and content give the same lines.

    The visitor's own words go to the first slots that take them. A part is left out
    when each of its lines would say something twice.
    """
    speech = Speech(content, lover, words, random.Random(seed))
    filled = {part: speech.say(content.candidates(part, tone)) for part in PARTS}
    return {part: text for part, text in filled.items() if text is not None}


class Speech:
    """What one lover has said so far, so that nothing is said twice."""

    def __init__(
        self,
        content: Content,
        lover: Lover,
        words: Mapping[str, str],
        rng: random.Random,
    ):
        self.rng = rng
        self.fixed = lover.slots
        self.words = content.words
        self.visitors_words: dict[str, str] = {}
        self.used_words: set[str] = set()
        for slot, word in words.items():
            if word and word.casefold() not in self.used_words:
                self.visitors_words[slot] = word
                self.used_words.add(word.casefold())
        self.used_words |= {lover.name.casefold(), lover.home_town.casefold()}
        self.said: set[Line | str] = set()

    def say(self, candidates: Sequence[Line]) -> str | None:
        for line in self.in_random_order(candidates):
            if line in self.said:
                continue
            text = self.try_line(line)
            if text is not None:
                self.said |= {line, text.casefold()}
                return text
        return None

    def try_line(self, line: Line) -> str | None:
        """The filled line, or None, with no word used up, if it cannot be fresh."""
        visitors_words, used_words = dict(self.visitors_words), set(self.used_words)
        pieces: list[str] = []
        for piece in line:
            if isinstance(piece, Slot):
                value = self.value(piece.name, visitors_words, used_words)
                if value is None:
                    return None
                piece = value[:1].upper() + value[1:] if piece.is_capital else value
            pieces.append(piece)
        text = "".join(pieces)
        if text.casefold() in self.said:
            return None
        self.visitors_words, self.used_words = visitors_words, used_words
        return text

    def value(
        self, slot: str, visitors_words: dict[str, str], used_words: set[str]
    ) -> str | None:
        if slot in self.fixed:
            return self.fixed[slot]
        return visitors_words.pop(slot, None) or self.fresh_word(slot, used_words)

    def fresh_word(self, slot: str, used_words: set[str]) -> str | None:
        for word in self.in_random_order(self.words.get(slot, [])):
            if word.casefold() not in used_words:
                used_words.add(word.casefold())
                return word
        return None

    def in_random_order(self, items: Sequence[T]) -> Iterator[T]:
        """All items from a random one on, going round: the first is as random as needed."""
        start = int(self.rng.random() * len(items))  # twice as fast as randrange
        return (items[start - turn] for turn in range(len(items)))
