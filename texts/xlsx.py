"""Reads .xlsx files from strangers into plain cells, or says what is wrong with them."""

import zipfile
from collections.abc import Iterable
from io import BytesIO
from itertools import chain
from typing import IO, Any, NamedTuple

import openpyxl
from openpyxl.cell.read_only import ReadOnlyCell
from openpyxl.utils import get_column_letter

from texts.parsing import TemplateError, one_line, shorten

MAX_BYTES = 5_000_000
MAX_UNPACKED_BYTES = 20_000_000
MAX_RATIO = 100
MAX_MEMBERS = 50
MAX_TAGS = 400_000
MAX_FRAME_TAGS = 10_000
"""Styles, themes and the list of sheets take openpyxl far longer than cells."""
MAX_ROWS = 5_000
MAX_COLUMNS = 30
MAX_CELLS = 1_000_000
MAX_LISTED = 100

PARTS_WITH_CELLS = ("xl/worksheets/", "xl/sharedStrings")
NUMBER = "a number"
FORMATTED_NUMBER = "a number that Excel shows in another form"
KINDS = {"f": "a formula", "e": "an error", "b": "true or false", "d": "a date or time"}
PLAIN_NUMBERS = ("General", "0", "@")

FAR_TOO_MUCH = "The file holds far more than texts. Copy them to a new workbook."
UNREADABLE = (
    "This is no Excel workbook that can be read. "
    "Save it as .xlsx, without a password, and try again."
)


class Problem(NamedTuple):
    """One thing to mend. An error is put into words only if the problem is listed."""

    message: str | TemplateError
    sheet: str = ""
    row: int = 0
    column: str = ""

    def __str__(self) -> str:
        row = self.row and f"row {self.row}"
        column = self.column and f"column {self.column}"
        place = ", ".join(str(part) for part in (self.sheet, row, column) if part)
        return f"{place}: {self.message}" if place else str(self.message)


class SpreadsheetError(Exception):
    """Why a spreadsheet was refused: the first problems, and how many there are."""

    def __init__(self, problems: list[Problem]):
        self.problems = problems[:MAX_LISTED]
        self.num_problems = len(problems)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)

    @property
    def summary(self) -> str:
        if self.num_problems == 1:
            return "1 problem."
        unlisted = self.num_problems - len(self.problems)
        more = f", {unlisted} of them not listed" if unlisted else ""
        return f"{self.num_problems} problems{more}."


class Cell(NamedTuple):
    row: int
    column: int
    text: str
    kind: str = ""
    """What the cell holds if it is not text, such as "a formula"."""

    @property
    def letter(self) -> str:
        return get_column_letter(self.column)


class Sheet(NamedTuple):
    title: str
    rows: list[list[Cell]]
    """The cells with something in them, for every row from the first."""


def load_sheets(file: IO[bytes]) -> list[Sheet]:
    data = file.read(MAX_BYTES + 1)
    try:
        return read_sheets(repack(unpack(data)))
    except SpreadsheetError:
        raise
    except Exception as error:  # A broken workbook makes openpyxl raise anything.
        raise refusal(UNREADABLE) from error


def refusal(message: str) -> SpreadsheetError:
    return SpreadsheetError([Problem(message)])


def unpack(data: bytes) -> dict[str, bytes]:
    """The members of the archive, read no further than the limits allow."""
    if len(data) > MAX_BYTES:
        raise refusal(f"The file is larger than {MAX_BYTES // 1_000_000} MB.")
    budget = min(MAX_UNPACKED_BYTES, MAX_RATIO * len(data))
    members: dict[str, bytes] = {}
    with zipfile.ZipFile(BytesIO(data)) as archive:
        if len(archive.infolist()) > MAX_MEMBERS:
            raise refusal(
                f"The file has more than {MAX_MEMBERS} parts. Keep fewer sheets."
            )
        for info in archive.infolist():
            with archive.open(info) as member:
                members[info.filename] = member.read(budget + 1)
            budget -= len(members[info.filename])
            if budget < 0:
                raise refusal(FAR_TOO_MUCH)
    return members


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
    if len(worksheets) > MAX_MEMBERS:
        raise refusal(f"The file has more than {MAX_MEMBERS} sheets.")
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


def refuse_oversize(sheet: Sheet) -> None:
    if len(sheet.rows) > MAX_ROWS:
        problem = (
            f"There are more than {MAX_ROWS} rows. Delete empty ones at the end too."
        )
        raise SpreadsheetError([Problem(problem, sheet.title, MAX_ROWS + 1, "A")])
    for cell in chain.from_iterable(sheet.rows):
        if cell.column > MAX_COLUMNS:
            problem = f"There are more than {MAX_COLUMNS} columns."
            raise SpreadsheetError(
                [Problem(problem, sheet.title, cell.row, cell.letter)]
            )
