"""Cells → checked texts, or every problem with its place."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.utils.text import slugify

from texts.cells import NUMBER, Cell, Problem, Sheet, SpreadsheetError, refusal
from texts.conditions import CONDITIONS, LISTS, Fields, read_conditions, read_notes
from texts.filling import ANY_TONE
from texts.models import MessageTemplate, Tone, Word, WordList, possible_answers
from texts.parsing import (
    SLOT_NAME,
    TemplateError,
    check,
    check_word,
    shorten,
    suggest,
)

ANY_TONE_HEADING = "Any tone"
WORD_HEADING = "Word"

MAX_LINE = MessageTemplate._meta.get_field("text").max_length or 0
MAX_TONE = Tone._meta.get_field("name").max_length or 0
MAX_WORD = Word._meta.get_field("text").max_length or 0


def fold(heading: str) -> str:
    """What is left of a heading when capitals, spaces and marks do not count."""
    return slugify(heading, allow_unicode=True).replace("-", "") or heading


LETTER = re.compile(" [A-Z]$")
TO_MEND = "What to mend"
"""The sheet that an annotated copy has beside its own."""
SETTINGS = {fold(CONDITIONS), fold(LISTS)}

PART_BY_TITLE = {fold(label): value for value, label in MessageTemplate.Part.choices}


@dataclass
class Workbook:
    """The texts of a workbook, all of them checked."""

    lines: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    """By part and name of the tone, or ANY_TONE."""
    words: dict[str, list[str]] = field(default_factory=dict)
    """By word list."""
    notes: dict[str, str] = field(default_factory=dict)
    """By word list: how its words must fit."""
    new_tones: list[str] = field(default_factory=list)
    """Headings of columns that no tone has yet."""
    conditions: dict[tuple[str, str, str], Fields] | None = None
    """What a line or word is shown for, by its part or list, tone and text, where that is
    not the usual; None if the workbook says nothing of it, so that all stays as it is."""


class Checked(NamedTuple):
    """What can be taken of a file, and what is wrong with the rest of it."""

    workbook: Workbook
    problems: list[Problem]


class Column(NamedTuple):
    sheet: str
    heading: Cell
    cells: list[Cell]


def check_sheets(sheets: list[Sheet], *, takes_new_tones: bool = False) -> Checked:
    """Check everything and list all problems; a new tone is one unless it is welcome."""
    sheets = [sheet for sheet in sheets if any(sheet.rows)]
    if not sheets:
        raise refusal("There is nothing in this workbook.")
    reader = Reader(sheets, takes_new_tones)
    for sheet in sorted(sheets, key=lambda sheet: fold(sheet.title) in SETTINGS):
        reader.read_sheet(sheet)
    order = {sheet.title: number for number, sheet in enumerate(sheets)}
    reader.problems.sort(key=lambda problem: (order[problem.sheet], problem.row))
    return Checked(reader.workbook, reader.problems)


def checked_workbook(sheets: list[Sheet]) -> Workbook:
    """The texts of a workbook without any problem; SpreadsheetError with all of them."""
    checked = check_sheets(sheets)
    if checked.problems:
        raise SpreadsheetError(checked.problems)
    return checked.workbook


class Reader:
    """Reads sheets into a workbook and collects what is wrong with them."""

    def __init__(self, sheets: list[Sheet], takes_new_tones: bool):
        self.workbook = Workbook()
        self.problems: list[Problem] = []
        named = [sheet for sheet in sheets if SLOT_NAME.fullmatch(sheet.title)]
        self.refused = {sheet.title: said for sheet in named if (said := misfit(sheet))}
        """Word lists that are not taken, and why; no line can use them."""
        lists = {sheet.title for sheet in named} - self.refused.keys()
        self.word_lists = sorted(lists.union(WordList.objects.names()))
        self.answers = possible_answers() or None  # texts may come before their quiz
        self.tones = {fold(tone.name): tone.name for tone in Tone.objects.all()}
        self.makes_tones = takes_new_tones or not self.tones
        self.tones[fold(ANY_TONE_HEADING)] = ANY_TONE

    def read_sheet(self, sheet: Sheet) -> None:
        title = fold(sheet.title)
        if part := PART_BY_TITLE.get(title):
            self.read_lines(sheet, part)
        elif title == fold(CONDITIONS):
            self.workbook.conditions, problems = read_conditions(sheet, self)
            self.problems += problems
        elif title == fold(LISTS):
            notes, problems = read_notes(sheet, self.word_lists)
            self.workbook.notes |= notes
            self.problems += problems
        elif title == fold(TO_MEND):
            return
        elif SLOT_NAME.fullmatch(sheet.title):
            self.read_words(sheet)
        else:
            titles = [*MessageTemplate.Part.labels, *self.word_lists]
            problem = f"There is no such sheet. {suggest(sheet.title, titles)}"
            self.problems.append(Problem(problem, sheet.title))

    def read_lines(self, sheet: Sheet, part: str) -> None:
        top = heading_row(sheet, lambda heading: self.find_tone(heading) is not None)
        for column in self.columns(sheet, top):
            texts = self.texts(column, self.check_line)
            heading = column.heading.text
            tone = self.find_or_make_tone(heading)
            if tone is None:
                names = [name or ANY_TONE_HEADING for name in self.tones.values()]
                self.refuse(column, f"There is no such tone. {suggest(heading, names)}")
            elif (part, tone) in self.workbook.lines:
                self.refuse(column, "This tone has two columns. Keep one.")
            else:
                self.workbook.lines[part, tone] = texts

    def find_tone(self, heading: str) -> str | None:
        """The tone of a column, which may have a letter: Wholesome A."""
        without_letter = LETTER.sub("", heading)
        return self.tones.get(fold(heading), self.tones.get(fold(without_letter)))

    def find_or_make_tone(self, heading: str) -> str | None:
        """A site without tones takes them from the columns of its first workbook."""
        tone = self.find_tone(heading)
        if tone is None and self.makes_tones and len(heading) <= MAX_TONE:
            tone = self.tones[fold(heading)] = LETTER.sub("", heading)
            self.workbook.new_tones.append(tone)
        return tone

    def place_of(self, title: str) -> str | None:
        place = PART_BY_TITLE.get(fold(title), title)
        parts = {part for part, _ in self.workbook.lines}
        return place if place in parts or place in self.workbook.words else None

    def holds(self, key: tuple[str, str, str]) -> bool:
        """Whether a column has a text, or had it when the workbook was made."""
        place, tone, text = key
        words = self.workbook.words.get(place, [])
        if text in self.workbook.lines.get((place, tone), words):
            return True
        lines = MessageTemplate.objects.filter(part=place, text=text)
        former = Word.objects.filter(word_list__name=place, text=text)
        return lines.filter(tone__name=tone or None).exists() or former.exists()

    def read_words(self, sheet: Sheet) -> None:
        if refused := self.refused.get(sheet.title):
            self.problems.append(Problem(refused, sheet.title))
        note = note_of(sheet)
        for column in self.columns(sheet, heading_row(sheet, is_word_heading)):
            words = self.texts(column, check_word_cell)
            if not is_word_heading(column.heading.text):
                self.refuse(
                    column, f"Write {WORD_HEADING} above the words, nothing else."
                )
            elif sheet.title in self.workbook.words:
                self.refuse(column, "This list has two columns. Keep one.")
            elif not refused:
                self.workbook.words[sheet.title] = words
                if note:
                    self.workbook.notes[sheet.title] = note

    def columns(self, sheet: Sheet, top: int) -> Iterator[Column]:
        """The headings in the row called top, each with the cells below it."""
        cells: dict[int, list[Cell]] = {cell.column: [] for cell in sheet.rows[top]}
        for cell in chain.from_iterable(sheet.rows[top + 1 :]):
            if cell.column not in cells:
                cells[cell.column] = []
                nameless = Column(sheet.title, cell._replace(row=top + 1), [])
                self.refuse(nameless, "This column has no heading.")
            cells[cell.column].append(cell)
        for heading in sheet.rows[top]:
            yield Column(sheet.title, heading, cells[heading.column])

    def texts(self, column: Column, check_cell: Callable[[Cell], object]) -> list[str]:
        rows: dict[str, int] = {}
        for cell in column.cells:
            try:
                check_cell(cell)
                if cell.text in rows:
                    raise TemplateError(
                        f"Row {rows[cell.text]} says the same. Keep one."
                    )
                rows[cell.text] = cell.row
            except TemplateError as error:
                place = (column.sheet, cell.row, shorten(column.heading.text))
                self.problems.append(Problem(error, *place))
        return list(rows)

    def check_line(self, cell: Cell) -> None:
        check_is_text(cell, MAX_LINE)
        check(cell.text, self.word_lists, self.answers)

    def refuse(self, column: Column, problem: str) -> None:
        heading = column.heading
        self.problems.append(
            Problem(problem, column.sheet, heading.row, heading.letter)
        )


def heading_row(sheet: Sheet, is_heading: Callable[[str], bool]) -> int:
    """The first row, or the second when a title stands above the headings."""
    for row, cells in enumerate(sheet.rows[:2]):
        if any(is_heading(cell.text) for cell in cells):
            return row
    return int([len(row) > 1 for row in sheet.rows[:2]] == [False, True])


def is_word_heading(heading: str) -> bool:
    return fold(heading) == fold(WORD_HEADING)


def note_of(sheet: Sheet) -> str:
    """What stands above the heading of a word list."""
    has_note = heading_row(sheet, is_word_heading) and sheet.rows[0]
    return sheet.rows[0][0].text if has_note else ""


def misfit(sheet: Sheet) -> str:
    """Why a sheet cannot become a word list, or nothing."""
    word_list = WordList(name=sheet.title, note=note_of(sheet))
    try:
        word_list.full_clean(validate_unique=False)
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


def check_word_cell(cell: Cell) -> None:
    check_is_text(cell._replace(kind="") if cell.kind == NUMBER else cell, MAX_WORD)
    check_word(cell.text)


def check_is_text(cell: Cell, max_length: int) -> None:
    if cell.kind:
        raise TemplateError(f"This is {cell.kind}. Write it as text, with ' in front.")
    if len(cell.text) > max_length:
        raise TemplateError(f"This has {len(cell.text)} characters. {max_length} fit.")
