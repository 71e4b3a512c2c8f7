"""What a spreadsheet file holds, whatever its kind: sheets, rows, cells, or problems."""

from collections.abc import Iterable
from itertools import chain
from typing import Any, NamedTuple

from openpyxl.utils import get_column_letter

from texts.parsing import TemplateError

MAX_BYTES = 5_000_000
MAX_ROWS = 5_000
MAX_COLUMNS = 30
MAX_CELLS = 300_000
MAX_SHEETS = 50
MAX_LISTED = 100

NUMBER = "a number"
FORMATTED_NUMBER = "a number that the program shows in another form"
FORMULA = "a formula"
ERROR = "an error"
TRUTH = "true or false"
TIME = "a date or time"

FAR_TOO_MUCH = "The file holds far more than texts. Copy them to a new workbook."
UNREADABLE = (
    "This is no spreadsheet that can be read. "
    "Save it as .xlsx, .ods or .csv, without a password, and try again."
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


def unpack(packed: Iterable[Any]) -> list[Sheet]:
    """Sheets of which JSON has made lists."""
    return [
        Sheet(title, [[Cell(*cell) for cell in row] for row in rows])
        for title, rows in packed
    ]


def refusal(message: str) -> SpreadsheetError:
    return SpreadsheetError([Problem(message)])


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
