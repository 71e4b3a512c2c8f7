"""Reads .xlsx files."""

import zipfile
from collections.abc import Iterable
from io import BytesIO
from typing import IO, Any

import openpyxl
from openpyxl.cell.read_only import ReadOnlyCell

from texts.archives import unpack
from texts.cells import (
    ERROR,
    FAR_TOO_MUCH,
    FORMATTED_NUMBER,
    FORMULA,
    MAX_CELLS,
    MAX_ROWS,
    MAX_SHEETS,
    NUMBER,
    TIME,
    TRUTH,
    Cell,
    Sheet,
    refusal,
    refuse_oversize,
)
from texts.parsing import one_line, shorten

MAX_TAGS = 400_000
MAX_FRAME_TAGS = 10_000
"""Styles, themes and the list of sheets take openpyxl far longer than cells."""

PARTS_WITH_CELLS = ("xl/worksheets/", "xl/sharedStrings")
KINDS = {"f": FORMULA, "e": ERROR, "b": TRUTH, "d": TIME}
PLAIN_NUMBERS = ("General", "0", "@")


def read_xlsx(data: bytes) -> list[Sheet]:
    return read_sheets(repack(unpack(data)))


def repack(members: dict[str, bytes]) -> IO[bytes]:
    """A new archive, because openpyxl would trust the sizes that the old one states."""
    if b"macroEnabled" in members["[Content_Types].xml"]:
        raise refusal(
            "This kind of file may hold macros. Save it as .xlsx and try again."
        )
    tags = {name: content.count(b"<") for name, content in members.items()}
    frame = [num for name, num in tags.items() if not name.startswith(PARTS_WITH_CELLS)]
    if sum(tags.values()) > MAX_TAGS or sum(frame) > MAX_FRAME_TAGS:
        raise refusal(FAR_TOO_MUCH)
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file


def read_sheets(file: IO[bytes]) -> list[Sheet]:
    worksheets = openpyxl.load_workbook(file, read_only=True).worksheets
    if len(worksheets) > MAX_SHEETS:
        raise refusal(f"The file has more than {MAX_SHEETS} sheets.")
    num_cells = 0
    sheets = []
    for worksheet in worksheets:
        sheet = Sheet(shorten(one_line(worksheet.title)), [])
        worksheet.reset_dimensions()  # It may lie about its size.
        for row, cells in enumerate(worksheet.iter_rows(max_row=MAX_ROWS + 1), 1):
            num_cells += len(cells)
            if num_cells > MAX_CELLS:
                raise refusal(FAR_TOO_MUCH)
            sheet.rows.append(read_row(row, cells))
        refuse_oversize(sheet)
        sheets.append(sheet)
    return sheets


def read_row(row: int, cells: Iterable[Any]) -> list[Cell]:
    read = (read_cell(row, column, cell) for column, cell in enumerate(cells, 1))
    return [cell for cell in read if cell.text or cell.kind]


def read_cell(row: int, column: int, cell: ReadOnlyCell) -> Cell:
    if cell.value is None:
        return Cell(row, column, "")
    if cell.data_type == "n":
        is_plain = cell.number_format in PLAIN_NUMBERS
        kind = NUMBER if is_plain else FORMATTED_NUMBER
        return Cell(row, column, f"{cell.value:.15g}", kind)
    text = str(cell.value).replace("_x000D_", " ")  # Excel's line break from Windows.
    return Cell(row, column, one_line(text), KINDS.get(cell.data_type, ""))
