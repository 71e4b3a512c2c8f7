"""Reads and writes .csv files: one sheet, named like the file."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

from texts.cells import (
    FAR_TOO_MUCH,
    MAX_CELLS,
    UNREADABLE,
    Cell,
    Problem,
    Sheet,
    SpreadsheetError,
    refusal,
    refuse_oversize,
)
from texts.parsing import one_line, shorten

FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")
"""A program that opens a CSV file takes a cell that starts so for a formula."""
LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
NO_TEXT = "This is no text in UTF-8. Save it as “CSV UTF-8”, or as .xlsx."


def read_csv(data: bytes, title: str) -> list[Sheet]:
    text = decode(data)
    lines = LINE.findall(text)[:-1]  # The last match is the end itself.
    first = next((line for line in lines if line.strip()), "")
    delimiter = max(",;\t", key=first.count)
    sheet = Sheet(shorten(one_line(title)), [])
    num_cells = 0
    try:
        for row, texts in enumerate(
            csv.reader(lines, delimiter=delimiter, strict=True), 1
        ):
            num_cells += len(texts)
            if num_cells > MAX_CELLS:
                raise refusal(FAR_TOO_MUCH)
            cells = (Cell(row, n, read_text(text)) for n, text in enumerate(texts, 1))
            sheet.rows.append([cell for cell in cells if cell.text])
    except csv.Error as error:
        place = Problem(
            f"The row cannot be read: {error}.", sheet.title, len(sheet.rows) + 1
        )
        raise SpreadsheetError([place]) from error
    refuse_oversize(sheet)
    return [sheet]


def decode(data: bytes) -> str:
    is_utf_16 = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    if b"\0" in data and not is_utf_16:
        raise refusal(UNREADABLE)
    try:
        text = data.decode("utf-16" if is_utf_16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise refusal(NO_TEXT) from error
    if "\0" in text or not text.strip():
        raise refusal(UNREADABLE)
    return text


def read_text(text: str) -> str:
    is_escaped = text[:1] == "'" and text[1:].startswith((*FORMULA_STARTS, "'"))
    return one_line(text[1:] if is_escaped else text)


def write_text(text: str) -> str:
    """The text with ' in front where a program would take it for a formula."""
    return f"'{text}" if text.startswith((*FORMULA_STARTS, "'")) else text


def write_csv(rows: Iterable[Sequence[str]]) -> bytes:
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerows([write_text(text) for text in row] for row in rows)
    return file.getvalue().encode("utf-8-sig")
