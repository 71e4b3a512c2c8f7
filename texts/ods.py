"""Reads .ods files, as LibreOffice and Google Sheets save them (OpenDocument 1.3)."""

from collections.abc import Iterator
from io import BytesIO
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import iterparse

from texts.archives import unpack
from texts.cells import (
    FAR_TOO_MUCH,
    FORMATTED_NUMBER,
    FORMULA,
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_ROWS,
    MAX_SHEETS,
    NUMBER,
    TIME,
    TRUTH,
    UNREADABLE,
    Cell,
    Sheet,
    refusal,
    refuse_oversize,
)
from texts.parsing import one_line, shorten

NAMES = "urn:oasis:names:tc:opendocument:xmlns:"
TABLE = f"{{{NAMES}table:1.0}}"
TEXT = f"{{{NAMES}text:1.0}}"
OFFICE = f"{{{NAMES}office:1.0}}"
CELLS = (f"{TABLE}table-cell", f"{TABLE}covered-table-cell")
KINDS = {
    "float": NUMBER,
    "percentage": FORMATTED_NUMBER,
    "currency": FORMATTED_NUMBER,
    "date": TIME,
    "time": TIME,
    "boolean": TRUTH,
}


def read_ods(data: bytes) -> list[Sheet]:
    content = unpack(data).get("content.xml")
    if content is None:
        raise refusal(UNREADABLE)
    sheets: list[Sheet] = []
    num_cells = 0
    for event, element in iterparse(BytesIO(content), ("start", "end")):
        if event == "start" and element.tag == f"{TABLE}table":
            sheets.append(Sheet(shorten(one_line(element.get(f"{TABLE}name", ""))), []))
        elif event == "end" and element.tag == f"{TABLE}table-row" and sheets:
            num_cells += add_rows(sheets[-1], element)
            element.clear()
        if num_cells > MAX_CELLS:
            raise refusal(FAR_TOO_MUCH)
        if len(sheets) > MAX_SHEETS:
            raise refusal(f"The file has more than {MAX_SHEETS} sheets.")
    for sheet in sheets:
        while sheet.rows and not sheet.rows[-1]:  # The empty rest of the page.
            sheet.rows.pop()
        refuse_oversize(sheet)
    return sheets


def add_rows(sheet: Sheet, element: Element) -> int:
    """Add a row as often as it says it is repeated, up to the limit."""
    times = repeats(element, f"{TABLE}number-rows-repeated", MAX_ROWS + 1)
    times = min(times, MAX_ROWS + 1 - len(sheet.rows))
    for _ in range(times):
        row = len(sheet.rows) + 1
        cells = read_cells(row, element)
        sheet.rows.append([cell for cell in cells if cell.text or cell.kind])
    return times * len(element)


def read_cells(row: int, element: Element) -> Iterator[Cell]:
    column = 1
    for cell in element:
        if cell.tag not in CELLS:
            continue
        times = repeats(cell, f"{TABLE}number-columns-repeated", MAX_COLUMNS + 1)
        text, kind = cell_text(cell), cell_kind(cell)
        for number in range(column, column + times if text or kind else column):
            yield Cell(row, number, text, kind)
        column += times


def repeats(element: Element, attribute: str, most: int) -> int:
    return max(1, min(int(element.get(attribute, "1")), most))


def cell_text(cell: Element) -> str:
    if cell.get(f"{OFFICE}value-type") == "float":
        return f"{float(cell.get(f'{OFFICE}value', 'nan')):.15g}"
    paragraphs = (paragraph_text(p) for p in cell.findall(f"{TEXT}p"))
    return one_line(" ".join(paragraphs))


def paragraph_text(element: Element) -> str:
    """The text with its spaces and line breaks, without comments and footnotes."""
    text = element.text or ""
    for child in element:
        if child.tag in (f"{TEXT}s", f"{TEXT}tab", f"{TEXT}line-break"):
            text += " "
        elif not child.tag.startswith(OFFICE):
            text += paragraph_text(child)
        text += child.tail or ""
    return text


def cell_kind(cell: Element) -> str:
    if cell.get(f"{TABLE}formula"):
        return FORMULA
    return KINDS.get(cell.get(f"{OFFICE}value-type", ""), "")
