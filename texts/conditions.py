"""The settings sheets of a workbook: when lines are shown, and notes on word lists."""

from collections.abc import Callable, Collection, Iterator
from datetime import date
from typing import Any, Protocol

from texts.cells import Cell, Problem, Sheet
from texts.models import MessageTemplate, Word
from texts.parsing import TemplateError, shorten, suggest

CONDITIONS, LISTS = "Conditions", "Lists"
LIST_HEADINGS = ["List", "Note"]

Fields = dict[str, Any]
Key = tuple[str, str, str]
"""Part or list, name of the tone, text."""

DEFAULTS: Fields = {
    "status": "approved",
    "weight": 10,
    "gender": "",
    "age_bucket": "",
    "sign": "",
    "only_trainwreck": False,
    "starts_on": None,
    "expires_on": None,
}
WORD_DEFAULTS: Fields = {"status": "approved", "weight": 10}


class Columns(Protocol):
    """What the sheets of lines and words have held."""

    def place_of(self, title: str) -> str | None:
        """The part or word list of a sheet."""

    def find_tone(self, heading: str) -> str | None: ...

    def holds(self, key: Key) -> bool: ...


def read_one_of(values: Collection[str]) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text.lower() in {value.lower() for value in values}:
            return next(value for value in values if value.lower() == text.lower())
        raise TemplateError(
            f"There is no {shorten(text)} here. {suggest(text, values)}"
        )

    return read


def read_weight(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 100:
        raise TemplateError("A weight is a whole number from 1 to 100.")
    return int(text)


def read_yes(text: str) -> bool:
    return read_one_of(["yes", "no"])(text) == "yes"


def read_date(text: str) -> date:
    try:
        return date.fromisoformat(text[:10])
    except ValueError as error:
        raise TemplateError("Write the day like 2026-12-31.") from error


READERS: dict[str, tuple[str, Callable[[str], Any]]] = {
    # heading: (field, how its cells are read)
    "Status": ("status", read_one_of(["approved", "draft"])),
    "Weight": ("weight", read_weight),
    "Gender": ("gender", read_one_of(MessageTemplate.Gender.values)),
    "Age": ("age_bucket", read_one_of(MessageTemplate.AgeBucket.values)),
    "Sign": (
        "sign",
        read_one_of(
            [s for s, _ in MessageTemplate._meta.get_field("sign").choices or []]
        ),
    ),
    "Only trainwrecks": ("only_trainwreck", read_yes),
    "From": ("starts_on", read_date),
    "Until": ("expires_on", read_date),
}
HEADINGS = ["Sheet", "Tone", "Text", *READERS]


def rows_of(
    sheet: Sheet, headings: Collection[str], problems: list[Problem]
) -> Iterator[tuple[int, dict[str, Cell]]]:
    """Rows by heading; columns may stand in any order, and unknown ones are problems."""
    known = {heading.lower(): heading for heading in headings}
    top = sheet.rows[0] if sheet.rows else []
    names = {cell.column: known.get(cell.text.lower()) for cell in top}
    for cell in top:
        if names[cell.column] is None:
            problem = f"There is no such column. {suggest(cell.text, headings)}"
            problems.append(Problem(problem, sheet.title, 1, cell.letter))
    for number, cells in enumerate(sheet.rows[1:], 2):
        row = {name: cell for cell in cells if (name := names.get(cell.column))}
        if row:
            yield number, row


def read_conditions(
    sheet: Sheet, columns: Columns
) -> tuple[dict[Key, Fields], list[Problem]]:
    """What the lines and words of a workbook are shown for, and what is wrong."""
    problems: list[Problem] = []
    conditions: dict[Key, Fields] = {}
    for number, row in rows_of(sheet, HEADINGS, problems):
        heading = "Text"
        try:
            key = key_of({name: cell.text for name, cell in row.items()}, columns)
            fields = {}
            for heading, cell in row.items():
                if heading in READERS:
                    name, read = READERS[heading]
                    fields[name] = read(cell.text)
            heading = "Status"
            check_status(key, fields)
            heading = "From"
            check_dates(fields)
            conditions[key] = fields
        except TemplateError as error:
            problems.append(Problem(error, sheet.title, number, heading))
    return conditions, problems


def check_status(key: Key, fields: Fields) -> None:
    is_word = key[0] not in MessageTemplate.Part.values
    if is_word and fields.get("status") == "draft":
        raise TemplateError("Words are never drafts.")


def check_dates(fields: Fields) -> None:
    starts_on, expires_on = fields.get("starts_on"), fields.get("expires_on")
    if starts_on and expires_on and expires_on < starts_on:
        raise TemplateError("The last day is before the first.")


def key_of(texts: dict[str, str], columns: Columns) -> Key:
    title, tone = texts.get("Sheet", ""), texts.get("Tone", "")
    place = columns.place_of(title)
    if place is None:
        raise TemplateError(f"This workbook has no sheet {shorten(title)}.")
    tone_name = columns.find_tone(tone) if tone else ""
    if tone_name is None:
        raise TemplateError(f"There is no tone {shorten(tone)}.")
    key = (place, tone_name, texts.get("Text", ""))
    if not columns.holds(key):
        raise TemplateError("Its sheet has no such text in this column.")
    return key


def read_notes(
    sheet: Sheet, word_lists: Collection[str]
) -> tuple[dict[str, str], list[Problem]]:
    problems: list[Problem] = []
    notes = {}
    for number, row in rows_of(sheet, LIST_HEADINGS, problems):
        name = row["List"].text if "List" in row else ""
        note = row["Note"].text if "Note" in row else ""
        if name not in word_lists:
            problem = f"There is no such list. {suggest(name, word_lists)}"
            problems.append(Problem(problem, sheet.title, number, "List"))
        elif len(note) > 200:
            problem = f"This has {len(note)} characters. 200 fit."
            problems.append(Problem(problem, sheet.title, number, "Note"))
        else:
            notes[name] = note
    return notes, problems


def write_conditions(sheet: str, row: MessageTemplate | Word) -> list[str] | None:
    """The row of a line or word in the sheet of conditions; None if all is as usual."""
    usual = DEFAULTS if isinstance(row, MessageTemplate) else WORD_DEFAULTS
    if all(getattr(row, name) == value for name, value in usual.items()):
        return None
    tone = row.tone.name if isinstance(row, MessageTemplate) and row.tone else ""
    cells = [sheet, tone, row.text]
    for name, _ in READERS.values():
        value = getattr(row, name) if name in usual else ""
        is_usual = name not in usual or value == usual[name]
        cells.append("" if is_usual else "yes" if value is True else str(value))
    return cells
