"""The language of lines: text → literals and slots, or what is wrong in an editor's words."""

import difflib
import re
from collections.abc import Collection, Iterable
from typing import NamedTuple

from texts.grammar import FORMS, A
from texts.pronouns import MEANT, Pronouns

FACTS = ["name", "age", "sign", "home_town"]
FIXED_SLOTS = [*FACTS, *Pronouns._fields]
"""Slots that the lover fills; every other slot is filled by the word list of its name."""

ANSWER = "answer"
RESERVED_SLOTS = [*FIXED_SLOTS, ANSWER]

# Control characters, empty spaces, turns of direction, halves of characters.
INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u200b\u2060\ufeff"
    "\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
SLOT_NAME = re.compile("[a-z][a-z0-9_]*")
SLOT = re.compile(
    r"(?:(?P<low>[0-9]{1,4})[-–](?P<high>[0-9]{1,4}) )?"
    r"(?P<name>[A-Za-z][a-z0-9_]*)"
    r"(?:#(?P<pick>[1-9]))?"
    r"(?::(?P<form>[A-Za-z0-9_-]+))?"
    r"(?P<verb> [a-z]+(?:[’'][a-z]+)?|[’'](?:re|ve|ll|d))?"
)
TOKEN = re.compile(rf"\{{\{{|\}}\}}|\{{[^{{}}]*\}}|\[{SLOT.pattern}\]|[{{}}]")


class TemplateError(ValueError):
    """What is wrong with a line, in a sentence for its editor."""


class UnknownSlot(TemplateError):
    def __init__(self, name: str, known: Iterable[str]):
        self.name = name
        self.known = known

    def __str__(self) -> str:
        if self.name in MEANT:
            suggestion = f"Did you mean {{{MEANT[self.name]}}}?"
        else:
            slots = [f"{{{name}}}" for name in self.known]
            suggestion = suggest(f"{{{self.name}}}", slots)
        return f"There is no slot {{{self.name}}}. {suggestion}"


def suggest(word: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(word, known, n=1)
    if near:
        return f"Did you mean {near[0]}?"
    return f"There are {', '.join(known) or 'none'}."


class Slot(NamedTuple):
    """What a line leaves open; answer:first_date is the visitor's answer to that question."""

    name: str
    is_capital: bool = False
    form: str = ""
    """With its article, or plural."""
    pick: int = 1
    """Which of several words: {pet#2} is another one than {pet}."""
    low: int = 0
    high: int = 0
    """A number from low to high stands before the word; no number for 0."""
    verb: str = ""
    """What follows they, with the space before it."""

    @property
    def is_answer(self) -> bool:
        return self.name.startswith(f"{ANSWER}:")

    @property
    def is_word(self) -> bool:
        """Whether a word list fills it."""
        return self.name not in FIXED_SLOTS and not self.is_answer


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
    inside = token[1:-1]
    if token in ("{{", "}}"):
        return token[0]
    if found := SLOT.fullmatch(inside):
        if token[0] == "[" and found["verb"] and found["name"].lower() != "they":
            return token  # an aside, such as [sic transit]
        if not (problem := misfit(found)):
            return read_slot(found)
    elif token == "{":
        problem = "There is a { without its }. Write {{ for a brace."
    elif token == "}":
        problem = "There is a } without its {. Write }} for a brace."
    elif not inside.strip():
        problem = "There is nothing between { and }. Put a slot there, such as {name}."
    else:
        problem = f"{shorten(token)} is no slot. {advice(inside)}"
    raise TemplateError(f"At character {position}: {problem}")


def read_slot(found: re.Match[str]) -> Slot:
    name, form = found["name"], found["form"] or ""
    is_answer = name.lower() == ANSWER
    return Slot(
        name=f"{ANSWER}:{form}" if is_answer else name.lower(),
        is_capital=name[0].isupper(),
        form="" if is_answer else form,
        pick=int(found["pick"] or 1),
        low=int(found["low"] or 0),
        high=int(found["high"] or 0),
        verb=found["verb"] or "",
    )


def misfit(found: re.Match[str]) -> str:
    """What is wrong with the parts of a slot, or nothing."""
    name, form, counted = found["name"].lower(), found["form"], found["low"]
    is_list = name not in RESERVED_SLOTS
    if found["verb"] and (name != "they" or found["pick"] or form or counted):
        return "A verb stands after they alone, as in {they are}."
    if not is_list and (found["pick"] or counted):
        return f"{{{name}}} is one thing. Count and pick words of a list: {{3-12 pet}}, {{pet#2}}."
    if name == ANSWER and not form:
        return "Say which answer, by the key of its question: {answer:first_date}."
    if is_list and form and form not in FORMS:
        return (
            f"Write {{{name}:a}} or {{{name}:plural}}: nothing else follows the colon."
        )
    if form and not is_list and name != ANSWER and (name, form) != ("sign", A):
        return f"Write {{{name}}} alone: nothing follows it."
    if counted and int(counted) >= int(found["high"]):
        return "Write the smaller number first, as in {3-12 pet}."
    if counted and (form or found["name"] != name):
        return "A number brings the plural and no capital: {3-12 pet}."
    return ""


def advice(inside: str) -> str:
    """What something in braces that is no slot may have been meant to be."""
    tidy = re.sub(r"\s*([:#–-])\s*", r"\1", " ".join(inside.lower().split()))
    if SLOT.fullmatch(tidy):
        return f"Did you mean {{{tidy}}}?"
    return "A slot is small letters, digits and _, such as {name}."


def shorten(text: str) -> str:
    text = one_line(text)
    return text if len(text) <= 40 else f"{text[:39]}…"


def slots_of(line: Line) -> list[Slot]:
    return [piece for piece in line if isinstance(piece, Slot)]


def slot_names(line: Line) -> set[str]:
    return {slot.name for slot in slots_of(line)}


def check(
    text: str, word_lists: Collection[str], answers: Iterable[str] | None = None
) -> Line:
    """Parse a line whose slots must all be fixed, word lists, or answers to known questions.

    Without answers, a line may ask for any: texts can be there before their quiz.
    """
    line = parse(text)
    for slot in slots_of(line):
        known = known_slots(slot, word_lists, answers)
        if known is not None and slot.name not in known:
            raise UnknownSlot(slot.name, known)
    return line


def known_slots(
    slot: Slot, word_lists: Collection[str], answers: Iterable[str] | None
) -> list[str] | None:
    """The names that such a slot may have; None for any, while no question is known."""
    if not slot.is_answer:
        return [*FIXED_SLOTS, *word_lists]
    return None if answers is None else [f"{ANSWER}:{key}" for key in answers]


def check_word(text: str) -> None:
    """Refuse what would look like a slot: words are printed as they are."""
    if re.search(r"[{}]", text) or TOKEN.search(text):
        raise TemplateError("A word is printed as it is: leave out { } and [ ].")
