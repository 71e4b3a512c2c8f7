"""Workbook ↔ texts: a workbook is taken whole, or every problem is named and nothing changes."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import zip_longest
from typing import IO, Any, NamedTuple

import openpyxl
from django.db import models, transaction
from django.utils.text import slugify
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from texts.cells import SpreadsheetError
from texts.filling import ANY_TONE
from texts.loading import load_sheets
from texts.models import MessageTemplate, Tone, Word, WordList
from texts.parsing import one_line
from texts.sheets import ANY_TONE_HEADING, WORD_HEADING, Workbook, check_sheets

AS_TEXT = "@"

__all__ = [
    "Counts",
    "SpreadsheetError",
    "import_workbook",
    "write_workbook",
]


class Counts(NamedTuple):
    """How many lines and words an import touched."""

    added: int = 0
    removed: int = 0
    unchanged: int = 0

    def __str__(self) -> str:
        return f"{self.added} added, {self.removed} removed, {self.unchanged} unchanged"


def import_workbook(
    file: IO[bytes], *, remove_missing: bool = False, dry_run: bool = False
) -> Counts:
    """Add what is new; remove_missing also removes what its columns no longer hold."""
    sheets = load_sheets(file)  # The slow part, before the database is locked.
    with transaction.atomic():
        counts = save_workbook(check_sheets(sheets), remove_missing)
        if dry_run:
            transaction.set_rollback(True)
    return counts


def save_workbook(workbook: Workbook, remove_missing: bool) -> Counts:
    counts = []
    for (part, tone_name), texts in workbook.lines.items():
        tone = save_tone(tone_name) if tone_name != ANY_TONE else None
        lines = [MessageTemplate(part=part, tone=tone, text=text) for text in texts]
        present = MessageTemplate.objects.filter(part=part, tone=tone)
        counts.append(save_column(lines, present, remove_missing))
    for name, texts in workbook.words.items():
        note = {"note": workbook.notes[name]}
        word_list, _ = WordList.objects.get_or_create(name=name, defaults=note)
        words = [Word(word_list=word_list, text=text) for text in texts]
        counts.append(save_column(words, word_list.words.all(), remove_missing))
    return Counts(*map(sum, zip(*counts, strict=True)))


def save_tone(name: str) -> Tone:
    position = Tone.objects.count()
    slug = slugify(name, allow_unicode=True)
    if not slug or Tone.objects.filter(slug=slug).exists():
        slug = f"tone-{position + 1}"
    new = {"slug": slug, "position": position}
    return Tone.objects.get_or_create(name=name, defaults=new)[0]


def save_column(
    rows: Sequence[MessageTemplate] | Sequence[Word],
    present: models.QuerySet[Any],
    remove_missing: bool,
) -> Counts:
    known = set(present.values_list("text", flat=True))
    wanted = {row.text for row in rows}
    new = [row for row in rows if row.text not in known]
    present.model.objects.bulk_create(new, ignore_conflicts=True)
    missing = known - wanted if remove_missing else set()
    present.filter(text__in=missing).delete()
    return Counts(len(new), len(missing), len(wanted & known))


def write_workbook(file: IO[bytes]) -> None:
    """Write all lines and words, in the form that import_workbook takes."""
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.worksheets[0])
    lines = defaultdict(list)
    for line in MessageTemplate.objects.all():
        lines[line.part, line.tone_id].append(line.text)
    tones = [(None, ANY_TONE_HEADING), *Tone.objects.values_list("pk", "name")]
    for part, title in MessageTemplate.Part.choices:
        columns = [[heading, *lines[part, tone]] for tone, heading in tones]
        write_sheet(workbook.create_sheet(title), columns)
    for word_list in WordList.objects.prefetch_related("words"):
        words = [WORD_HEADING, *(word.text for word in word_list.words.all())]
        write_sheet(workbook.create_sheet(word_list.name), [words], word_list.note)
    workbook.save(file)


def write_sheet(sheet: Worksheet, columns: list[list[str]], title: str = "") -> None:
    rows = list(zip_longest(*columns, fillvalue=""))
    if title:
        rows.insert(0, (title,))
    for row, texts in enumerate(rows, 1):
        for column, text in enumerate(texts, 1):
            if text:
                write_text(sheet, row, column, text)
    headings = 2 if title else 1
    for cell in sheet[headings]:
        cell.font = Font(bold=True)
    for column in range(1, len(columns) + 1):
        dimension = sheet.column_dimensions[get_column_letter(column)]
        dimension.width = 50
        dimension.number_format = AS_TEXT
    sheet.freeze_panes = f"A{headings + 1}"


def write_text(sheet: Worksheet, row: int, column: int, text: str) -> None:
    cell = sheet.cell(row, column)
    cell.value = one_line(text)
    cell.data_type = "s"  # Text, even where it reads =1+1.
    cell.number_format = AS_TEXT
    cell.alignment = Alignment(wrap_text=True, vertical="top")
