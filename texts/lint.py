"""What is wrong with a line, in an editor's words, with what one click would make of it."""

import difflib
import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from texts.filling import BUBBLES
from texts.models import FlaggedWord, MessageTemplate
from texts.parsing import (
    FIXED_SLOTS,
    SLOT,
    TOKEN,
    Line,
    Slot,
    TemplateError,
    UnknownSlot,
    known_slots,
    one_line,
    parse,
    parse_token,
)
from texts.pronouns import MEANT, PRONOUNS
from texts.reading_age import reading_age
from texts.rehearsal import picks_of
from texts.surroundings import Surroundings, found_in

MUST, MAY = "must", "may"

MOST_LETTERS = {"hello": 40, "caption": 140, "intro": 160}
MOST_IN_A_BUBBLE = 120
FEW_WORDS = 5
OLDEST_READER = 17
FEWEST_TO_RATE = 6
"""The reading age of fewer words says nothing."""

SLOT_START = re.compile(r"[A-Za-z][a-z0-9_]*(?:#[1-9])?(?::[A-Za-z0-9_-]+)?")
WORD_BEFORE = re.compile(r"[A-Za-z][a-z0-9_]*$")
ENDS = re.compile(r"[.!?…][”\"’')\]]*$")


class Fix(NamedTuple):
    label: str
    text: str
    """The whole line as the fix makes it."""


class Finding(NamedTuple):
    severity: str
    """must: it cannot be published so; may: it can."""
    message: str
    fix: Fix | None = None
    line_id: int = 0
    """Another line that it is about."""


def lint(line: MessageTemplate, around: Surroundings) -> list[Finding]:
    """Everything to say about a line, saved or not; what must be mended comes first."""
    findings = list(spelling(line, around))
    if not any(finding.severity == MUST for finding in findings):
        said = parse(line.text)
        for check in CHECKS:
            findings += check(line, said, around)
    return sorted(findings, key=lambda finding: finding.severity != MUST)


def musts(line: MessageTemplate, around: Surroundings) -> list[Finding]:
    """What keeps a line from being published; costs a small part of the whole lint."""
    findings = [found for found in spelling(line, around) if found.severity == MUST]
    if not findings:
        findings = list(too_few_words(line, parse(line.text), around))
    return [found for found in findings if found.severity == MUST]


def spelling(line: MessageTemplate, around: Surroundings) -> Iterator[Finding]:
    """What only needs the letters of the line, right or wrong as its slots may be."""
    text = line.text
    if not text.strip():
        yield Finding(MUST, "There is nothing to say yet.")
        return
    yield from wrong_slots(text, around)
    if one_line(text) != text:
        fix = Fix("Take them out", one_line(text))
        yield Finding(MAY, "There are doubled spaces or line breaks in it.", fix)
    for flagged in found_in(text, around.flagged):
        yield about_flagged(flagged)


def about_flagged(flagged: FlaggedWord) -> Finding:
    note = f" {flagged.note}" if flagged.note else ""
    if flagged.severity == FlaggedWord.Severity.REFUSE:
        return Finding(MUST, f"Not with “{flagged.word}”: it is on our list.{note}")
    return Finding(MAY, f"Do without “{flagged.word}” if you can.{note}")


def word_musts(text: str, flagged: Iterable[FlaggedWord]) -> list[str]:
    """What keeps a word out of the lists, in sentences."""
    findings = [about_flagged(row) for row in found_in(text, flagged)]
    return [finding.message for finding in findings if finding.severity == MUST]


def wrong_slots(text: str, around: Surroundings) -> Iterator[Finding]:
    for token in TOKEN.finditer(text):
        try:
            slot = parse_token(token[0], token.start() + 1)
        except TemplateError as error:
            yield Finding(MUST, str(error), mend_token(text, token))
            continue
        if not isinstance(slot, Slot):
            continue
        known = known_slots(slot, around.word_lists, around.answers or None)
        if known is not None and slot.name not in known:
            fix = mend_name(text, token, slot, known)
            yield Finding(MUST, str(UnknownSlot(slot.name, known)), fix)


def mend_token(text: str, token: re.Match[str]) -> Fix | None:
    before, after = text[: token.start()], text[token.end() :]
    if token[0] == "{":
        if found := SLOT_START.match(after):
            slot = f"{{{found[0]}}}"
            return Fix(f"Make it {slot}", before + slot + after[found.end() :])
        return Fix("Print the brace", f"{before}{{{{{after}")
    if token[0] == "}":
        if (found := WORD_BEFORE.search(before)) and found[0] in FIXED_SLOTS:
            slot = f"{{{found[0]}}}"
            return Fix(f"Make it {slot}", before[: found.start()] + slot + after)
        return Fix("Take it out", before + after)
    inside = "_".join(token[0][1:-1].lower().split())
    if SLOT.fullmatch(inside):
        return Fix(f"Make it {{{inside}}}", f"{before}{{{inside}}}{after}")
    if not inside:
        return Fix("Take it out", one_line(before + after))
    return None


def mend_name(
    text: str, token: re.Match[str], slot: Slot, known: list[str]
) -> Fix | None:
    near = [MEANT[slot.name]] if slot.name in MEANT else []
    near = near or difflib.get_close_matches(slot.name, known, n=1)
    if not near:
        return None
    inside = re.sub(re.escape(slot.name), near[0], token[0][1:-1], flags=re.IGNORECASE)
    if slot.is_capital:
        inside = inside.replace(near[0], near[0][:1].upper() + near[0][1:])
    mended = f"{{{inside}}}"
    return Fix(f"Use {mended}", text[: token.start()] + mended + text[token.end() :])


def full_stop(
    line: MessageTemplate, said: Line, around: Surroundings
) -> Iterator[Finding]:
    """Captions and intros are sentences; bubbles are chat, where a full stop sounds cross."""
    text = line.text.rstrip()
    if line.part not in BUBBLES and not ENDS.search(text):
        fix = Fix("Add a full stop", f"{text}.")
        yield Finding(MAY, "It ends without a full stop.", fix)
    elif line.part in BUBBLES and text.endswith(".") and not text.endswith(".."):
        fix = Fix("Drop it", text[:-1])
        yield Finding(MAY, "Bubbles end without a full stop, as chats do.", fix)


def too_long(
    line: MessageTemplate, said: Line, around: Surroundings
) -> Iterator[Finding]:
    sample = around.longest.say(said, genders_of(line))
    most = MOST_LETTERS.get(line.part, MOST_IN_A_BUBBLE)
    if sample and len(sample.text) > most:
        place = "a bubble" if line.part in BUBBLES else "its place"
        yield Finding(
            MAY,
            f"With long words it has {len(sample.text)} letters: too long for {place}, where {most} fit.",
        )


def too_few_words(
    line: MessageTemplate, said: Line, around: Surroundings
) -> Iterator[Finding]:
    for name, picks in picks_of(said).items():
        number = len(around.content.candidate_words(name).items)
        if number < len(picks):
            needs = "no words" if not number else f"only {number}, and it needs more"
            yield Finding(MUST, f"The list {name} has {needs}: nobody could say this.")
        elif number < FEW_WORDS:
            yield Finding(MAY, f"The list {name} is short: {number} words.")


def near_duplicate(
    line: MessageTemplate, said: Line, around: Surroundings
) -> Iterator[Finding]:
    if other := around.much_like(line):
        yield Finding(MAY, f"It is much like “{other.text}”.", line_id=other.pk)


def dead(line: MessageTemplate, said: Line, around: Surroundings) -> Iterator[Finding]:
    if line.expires_on and line.expires_on < around.today:
        day = f"{line.expires_on:%-d %B %Y}"
        yield Finding(MAY, f"Nobody reads it any more: its last day was {day}.")
    elif alone := around.alone(line):
        gender, age = alone[0]
        who = f"{MessageTemplate.Gender(gender).label} in their {age.replace('50+', 'fifties')}"
        if len(alone) > 1:
            who += f" and {len(alone) - 1} other kinds of lovers"
        yield Finding(MAY, f"For {who} it would be the only line in its place.")


def hard_to_read(
    line: MessageTemplate, said: Line, around: Surroundings
) -> Iterator[Finding]:
    sample = around.longest.say(said, genders_of(line))
    if not sample or len(sample.text.split()) < FEWEST_TO_RATE:
        return
    if (age := reading_age(sample.text)) > OLDEST_READER:
        yield Finding(MAY, f"It is hard to read: for readers of about {age}.")


def genders_of(line: MessageTemplate) -> list[str]:
    return [line.gender] if line.gender else list(PRONOUNS)


Check = Callable[[MessageTemplate, Line, Surroundings], Iterator[Finding]]
CHECKS: list[Check] = [
    *(full_stop, too_long, too_few_words, near_duplicate, dead, hard_to_read),
]
