"""What a workbook would change: new, changed, gone. Nothing here writes."""

import difflib
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from texts.conditions import DEFAULTS, WORD_DEFAULTS, Fields
from texts.filling import ANY_TONE
from texts.history import Row, differences, fields_of
from texts.models import MessageTemplate, Tone, Word, WordList
from texts.sheets import Workbook

ALIKE = 0.6
"""From this likeness on (Ratcliff and Obershelp), a new text is the old one changed."""
MOST_PAIRS = 20_000
PIECE = re.compile(r"\{[^}]*\}|\w+|\s+|.")


class Change(NamedTuple):
    """One row as it would become, and its fields as they are; none for a new one."""

    row: Row
    before: Fields
    sheet: str
    column: str
    """The tone of a line; a new one has no row yet."""

    @property
    def words(self) -> list[tuple[str, str]]:
        return word_differences(self.before["text"], self.row.text)

    @property
    def conditions(self) -> list[str]:
        """What changes beside the text, such as "weight: 10 → 20"."""
        after = fields_of(self.row)
        before = self.before | {"text": self.row.text}
        found = differences(type(self.row), before, after)
        return [f"{name}: {old} → {new}" for name, old, new in found]


@dataclass
class Changes:
    new: list[Change] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    gone: list[Change] = field(default_factory=list)
    """Rows that the workbook does not hold, as archived ones."""
    num_unchanged: int = 0
    lists: list[WordList] = field(default_factory=list)
    """New ones, and those with another note."""
    new_tones: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.new or self.changed or self.lists or self.new_tones)


def word_differences(before: str, after: str) -> list[tuple[str, str]]:
    """Pieces of both texts, each "same", "out" or "in"."""
    old, new = PIECE.findall(before), PIECE.findall(after)
    pieces: list[tuple[str, str]] = []
    for what, a, b, c, d in difflib.SequenceMatcher(
        None, old, new, False
    ).get_opcodes():
        if what == "equal":
            pieces.append(("same", "".join(old[a:b])))
            continue
        pieces += [("out", "".join(old[a:b])), ("in", "".join(new[c:d]))]
    return [piece for piece in pieces if piece[1]]


def changes_of(workbook: Workbook, *, pairs: bool = True) -> Changes:
    """Compare a workbook with the texts. With `pairs`, a new text that is like one that
    the column no longer holds is that one changed, with its history and its counts."""
    comparison = Comparison(workbook, pairs)
    tones = {tone.name: tone for tone in Tone.objects.all()}
    lines = by_column(MessageTemplate.objects.select_related("tone"), line_column)
    for (part, tone_name), texts in workbook.lines.items():
        tone = tones.get(tone_name)
        title = MessageTemplate.Part(part).label
        comparison.column(
            (part, tone_name, title),
            texts,
            lines[part, tone_name],
            lambda text, p=part, t=tone: MessageTemplate(part=p, tone=t, text=text),  # type: ignore[misc]
        )
    words = by_column(Word.objects.select_related("word_list"), word_column)
    lists = {word_list.name: word_list for word_list in WordList.objects.all()}
    for name, texts in workbook.words.items():
        word_list = lists.setdefault(name, WordList(name=name))
        comparison.column(
            (name, ANY_TONE, name),
            texts,
            words[name, ANY_TONE],
            lambda text, of=word_list: Word(word_list=of, text=text),  # type: ignore[misc]
        )
    changes = comparison.changes
    for word_list in lists.values():
        note = workbook.notes.get(word_list.name, word_list.note)
        if word_list.pk is None or word_list.note != note:
            word_list.note = note
            changes.lists.append(word_list)
    tone_names = dict.fromkeys(workbook.new_tones)
    changes.new_tones = [name for name in tone_names if name not in tones]
    return changes


def line_column(line: MessageTemplate) -> tuple[str, str]:
    return line.part, line.tone.name if line.tone else ANY_TONE


def word_column(word: Word) -> tuple[str, str]:
    return word.word_list.name, ANY_TONE


def by_column(
    rows: Iterable[Any], column: Callable[[Any], tuple[str, str]]
) -> dict[tuple[str, str], dict[str, Row]]:
    columns: dict[tuple[str, str], dict[str, Row]] = defaultdict(dict)
    for row in rows:
        columns[column(row)][row.text] = row
    return columns


class Comparison:
    def __init__(self, workbook: Workbook, pairs: bool):
        self.conditions = workbook.conditions
        self.pairs = pairs
        self.changes = Changes()

    def column(
        self,
        place: tuple[str, str, str],
        texts: Collection[str],
        present: dict[str, Row],
        make: Callable[[str], Row],
    ) -> None:
        key, tone, title = place
        wanted = set(texts)
        missing = {
            text: row
            for text, row in present.items()
            if row.status != "archived" and text not in wanted
        }
        added = [text for text in texts if text not in present]
        former = pair(missing, added) if self.pairs else {}
        for text in texts:
            row = present.get(text) or missing.pop(former.get(text, ""), None)
            before = fields_of(row) if row else {}
            row = row or make(text)
            row.text = text
            self.set_conditions(row, (key, tone), [text, former.get(text, text)])
            self.add(Change(row, before, title, tone))
        for row in missing.values():
            before = fields_of(row)
            row.status = "archived"
            self.changes.gone.append(Change(row, before, title, tone))

    def set_conditions(
        self, row: Row, column: tuple[str, str], texts: Sequence[str]
    ) -> None:
        """Give a row what the workbook says of it, by its text or by the former one."""
        if row.status == "archived":
            row.status = "approved"
        if self.conditions is None:
            return
        usual = DEFAULTS if isinstance(row, MessageTemplate) else WORD_DEFAULTS
        found = (self.conditions.get((*column, text)) for text in texts)
        told = next((fields for fields in found if fields is not None), {})
        for name, value in usual.items():
            setattr(row, name, told.get(name, value))

    def add(self, change: Change) -> None:
        if not change.before or change.before["status"] == "archived":
            self.changes.new.append(change)
        elif fields_of(change.row) != change.before:
            self.changes.changed.append(change)
        else:
            self.changes.num_unchanged += 1


def pair(missing: Collection[str], added: Collection[str]) -> dict[str, str]:
    """Which missing text each added one was, as far as they are alike; the likest first."""
    if len(missing) * len(added) > MOST_PAIRS:
        return {}
    likeness = []
    for new in added:
        matcher = difflib.SequenceMatcher(None, "", new, False)
        for old in missing:
            matcher.set_seq1(old)
            if matcher.quick_ratio() >= ALIKE and (ratio := matcher.ratio()) >= ALIKE:
                likeness.append((ratio, new, old))
    former: dict[str, str] = {}
    for _, new, old in sorted(likeness, reverse=True):
        if new not in former and old not in former.values():
            former[new] = old
    return former
