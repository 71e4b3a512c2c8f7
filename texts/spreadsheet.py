"""Workbook ↔ texts: a workbook is taken whole, or every problem is named and nothing changes."""

import re
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import IO, Any, NamedTuple

import openpyxl
from django.contrib.auth.models import User
from django.db import transaction
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from texts.cells import Problem, Sheet
from texts.changes import changes_of
from texts.conditions import (
    CONDITIONS,
    HEADINGS,
    LIST_HEADINGS,
    LISTS,
    write_conditions,
)
from texts.csv_files import write_csv
from texts.loading import load_sheets
from texts.models import MessageTemplate, Tone, Word, WordList
from texts.parsing import one_line
from texts.publishing import lock_texts, publish
from texts.sheets import ANY_TONE_HEADING, TO_MEND, WORD_HEADING, checked_workbook

AS_TEXT = "@"
BUTTER = PatternFill("solid", fgColor="FFDF4A")
WIDTH = 50
NOT_IN_A_TITLE = re.compile(r"[\[\]*?:/\\]")

Rows = list[Sequence[str]]


class Counts(NamedTuple):
    """How many lines and words an import touched."""

    added: int = 0
    changed: int = 0
    archived: int = 0
    unchanged: int = 0

    def __str__(self) -> str:
        counts = zip(self._fields, self, strict=True)
        return ", ".join(f"{number} {what}" for what, number in counts)


def import_workbook(file: IO[bytes], *, name: str = "", **options: Any) -> Counts:
    """Take a whole file, or raise SpreadsheetError with all that is wrong with it."""
    return import_sheets(load_sheets(file, name), name=name, **options)


def import_sheets(
    sheets: list[Sheet],
    *,
    name: str = "",
    remove_missing: bool = False,
    dry_run: bool = False,
    by: User | None = None,
) -> Counts:
    """Add what is new; remove_missing also archives what its columns no longer hold."""
    with transaction.atomic():
        lock_texts()
        changes = changes_of(checked_workbook(sheets), pairs=remove_missing)
        done = publish(changes, by, name, archive_gone=remove_missing)
        if dry_run:
            transaction.set_rollback(True)
    return Counts(
        done.num_added, done.num_changed, done.num_archived, done.num_unchanged
    )


def current_sheets() -> Iterator[tuple[str, Rows]]:
    """All lines and words but archived ones, as sheets that import_workbook takes."""
    lines, conditions = defaultdict(list), []
    for line in MessageTemplate.objects.unarchived().select_related("tone"):
        lines[line.part, line.tone_id].append(line.text)
        title = MessageTemplate.Part(line.part).label
        conditions.append(write_conditions(title, line))
    tones = [(None, ANY_TONE_HEADING), *Tone.objects.values_list("pk", "name")]
    for part, title in MessageTemplate.Part.choices:
        columns = [[heading, *lines[part, tone]] for tone, heading in tones]
        yield title, list(zip_longest(*columns, fillvalue=""))
    words = defaultdict(list)
    for word in Word.objects.unarchived().select_related("word_list"):
        words[word.word_list_id].append(word.text)
        conditions.append(write_conditions(word.word_list.name, word))
    lists = WordList.objects.values_list("pk", "name", "note")
    for pk, name, _ in lists:
        yield name, [(text,) for text in (WORD_HEADING, *words[pk])]
    yield LISTS, [LIST_HEADINGS, *([name, note] for _, name, note in lists)]
    yield CONDITIONS, [HEADINGS, *(row for row in conditions if row)]


def write_workbook(file: IO[bytes]) -> None:
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.worksheets[0])
    for title, rows in current_sheets():
        write_sheet(workbook.create_sheet(title), rows)
    workbook.save(file)


def write_csv_files(file: IO[bytes]) -> None:
    """Write an archive with a .csv file for each sheet."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for title, rows in current_sheets():
            archive.writestr(f"{title}.csv", write_csv(rows))


def annotate(file: IO[bytes], sheets: list[Sheet], problems: list[Problem]) -> None:
    """Write an uploaded workbook again, its bad cells marked, and a list of what to mend."""
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.worksheets[0])
    rows = [(p.sheet, str(p.row or ""), p.column, str(p.message)) for p in problems]
    write_sheet(
        workbook.create_sheet(TO_MEND), [("Sheet", "Row", "Column", TO_MEND), *rows]
    )
    for sheet in sheets:
        if sheet.title == TO_MEND:
            continue
        bad = {(p.row, p.column) for p in problems if p.sheet == sheet.title}
        worksheet = workbook.create_sheet(NOT_IN_A_TITLE.sub("_", sheet.title))
        top = {(cell.column, cell.text) for row in sheet.rows[:2] for cell in row}
        for row in sheet.rows:
            for cell in row:
                write_text(worksheet, cell.row, cell.column, cell.text)
                names = {cell.letter, *(text for n, text in top if n == cell.column)}
                if any((cell.row, name) in bad for name in names):
                    worksheet.cell(cell.row, cell.column).fill = BUTTER
        set_widths(worksheet)
    workbook.save(file)


def write_sheet(sheet: Worksheet, rows: Rows) -> None:
    for row, texts in enumerate(rows, 1):
        for column, text in enumerate(texts, 1):
            if text:
                write_text(sheet, row, column, text)
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    set_widths(sheet)
    sheet.freeze_panes = "A2"


def set_widths(sheet: Worksheet) -> None:
    for column in range(1, sheet.max_column + 1):
        dimension = sheet.column_dimensions[get_column_letter(column)]
        dimension.width = WIDTH
        dimension.number_format = AS_TEXT


def write_text(sheet: Worksheet, row: int, column: int, text: str) -> None:
    cell = sheet.cell(row, column)
    cell.value = one_line(text)
    cell.data_type = "s"  # Text, even where it reads =1+1.
    cell.number_format = AS_TEXT
    cell.alignment = Alignment(wrap_text=True, vertical="top")
