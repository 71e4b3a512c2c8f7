"""Every kind of spreadsheet file gives the same cells."""

import io
import resource
import subprocess
import sys

import pytest

from tests.make import make_ods, make_workbook, zip_ods
from texts.csv_files import write_csv
from texts.loading import load_sheets

ROWS = [["Any tone", "Wholesome"], ["Hi!", "Héllo, you"], ["", "“Hi”\u2009♥"]]


def texts(file, name="Hellos.csv"):
    [sheet] = load_sheets(file, name)
    return sheet.title, [[(c.column, c.text) for c in row] for row in sheet.rows]


def test_all_kinds_of_files_give_the_same_cells():
    as_xlsx = texts(make_workbook({"Hellos": ROWS}))

    assert texts(make_ods({"Hellos": ROWS})) == as_xlsx
    assert texts(io.BytesIO(write_csv(ROWS))) == as_xlsx


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_csv_comes_in_many_forms(encoding, delimiter, end):
    rows = [["Any tone", "Wholesome"], ["Hi", '"a line, or; two"']]
    text = end.join(delimiter.join(row) for row in rows) + end

    title, read = texts(io.BytesIO(text.encode(encoding)))

    assert title == "Hellos"
    assert read[:2] == [
        [(1, "Any tone"), (2, "Wholesome")],
        [(1, "Hi"), (2, "a line, or; two")],
    ]


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@x", "＝1", "＋1", "－1", "＠x", "'quoted", "'=1", "plain"],
)
def test_no_program_takes_a_text_of_a_csv_for_a_formula(text):
    data = write_csv([[text]])

    assert data.decode("utf-8-sig")[0] not in "=+-@＝＋－＠\t\r"
    assert texts(io.BytesIO(data))[1] == [[(1, text)]]


def test_an_ods_cell_may_hold_styles_spaces_comments_and_empty_repeats():
    file = zip_ods(
        '<table:table table:name="Hellos"><table:table-row>'
        '<table:table-cell table:number-columns-repeated="2"/>'
        "<table:table-cell><office:annotation><text:p>Nice!</text:p></office:annotation>"
        "<text:p>Hi<text:s/><text:span>there</text:span></text:p><text:p>you</text:p>"
        "</table:table-cell></table:table-row>"
        '<table:table-row table:number-rows-repeated="1048576"><table:table-cell/>'
        "</table:table-row></table:table>"
    )

    assert texts(file) == ("Hellos", [[(3, "Hi there you")]])


def test_the_reader_loads_neither_django_nor_numpy():
    code = (
        "import sys, texts.reader; texts.reader.limit(); texts.reader.read_file(b'a', 'x'); "
        "print(*[name for name in ('django', 'numpy') if sys.modules.get(name)])"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)

    assert done.stdout == "\n", done.stderr


def test_the_reader_cannot_take_all_memory():
    code = "import texts.reader; texts.reader.limit(); bytes(1_000_000_000)"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)

    assert "MemoryError" in done.stderr
    assert resource.getrlimit(resource.RLIMIT_AS)[0] != 400_000_000
