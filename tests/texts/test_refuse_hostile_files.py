import io
import random
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.make import make_ods, make_texts, make_workbook, zip_ods
from texts.cells import SpreadsheetError
from texts.loading import load_sheets
from texts.models import MessageTemplate
from texts.reader import read_file
from texts.spreadsheet import import_workbook

pytestmark = pytest.mark.django_db

UNREADABLE = "This is no spreadsheet"
NO_TEXT = "This is no text in UTF-8"
TOO_MUCH = "The file holds far more than texts"
SHEET = "xl/worksheets/sheet1.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def workbook_bytes():
    return make_workbook({"Hellos": [["Any tone"], ["Hi!"]]}).getvalue()


def zip_of(members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def repacked(members):
    """A good workbook with some members replaced or added."""
    with zipfile.ZipFile(io.BytesIO(workbook_bytes())) as archive:
        return zip_of(
            {name: archive.read(name) for name in archive.namelist()} | members
        )


def with_part(name, content):
    """The part comes with noise, so that the file does not give itself away by its size."""
    return repacked(
        {name: content, "docProps/noise.bin": random.Random(1).randbytes(300_000)}
    )


def sheet_of(rows, before=""):
    xml = f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'
    return repacked({SHEET: before + xml})


def text_cell(place, text):
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def with_lying_size():
    """A member of 40 MB that says it has 1 kB, with the checksum to match."""
    data = bytearray(repacked({"xl/styles.xml": b" " * 40_000_000}))
    real, said = (40_000_000).to_bytes(4, "little"), (1000).to_bytes(4, "little")
    crc = zipfile.crc32(b" " * 40_000_000).to_bytes(4, "little")
    return data.replace(real, said).replace(
        crc, zipfile.crc32(b" " * 1000).to_bytes(4, "little")
    )


def with_macros():
    with zipfile.ZipFile(io.BytesIO(workbook_bytes())) as archive:
        types = archive.read("[Content_Types].xml")
    sheet = (
        b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    )
    macros = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    return repacked({"[Content_Types].xml": types.replace(sheet, macros)})


def with_broken_checksum():
    data = bytearray(workbook_bytes())
    data[60] ^= 0xFF
    return bytes(data)


def many_rows(number):
    return sheet_of(
        "".join(f"<row>{text_cell(f'A{n}', n)}</row>" for n in range(1, number + 1))
    )


def repeated(what, times):
    """One cell of an .ods file that says it stands there many times."""
    rows = f'table:number-rows-repeated="{times}"' if what == "rows" else ""
    cells = f'table:number-columns-repeated="{times}"' if what == "columns" else ""
    return (
        f'<table:table table:name="Hellos"><table:table-row {rows}><table:table-cell {cells}>'
        "<text:p>x</text:p></table:table-cell></table:table-row></table:table>"
    )


GOOD = workbook_bytes()
GOOD_ODS = make_ods({"Hellos": [["Any tone"], ["Hi!"]]}).getvalue()
BILLION_LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
XXE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'

FILES = {
    "nothing": (lambda: b"", UNREADABLE),
    "blank csv": (lambda: b"\xef\xbb\xbf \r\n\r\n", UNREADABLE),
    "csv of Windows": (lambda: "Any tone\nCafé\n".encode("cp1252"), NO_TEXT),
    "mixed csv": (lambda: "Any tone\né".encode() + b"\xe9\n", NO_TEXT),
    "csv with nul": (lambda: b"Any tone\nHi\0there\n", UNREADABLE),
    "half of utf-16": (lambda: b"\xff\xfeA", NO_TEXT),
    "unclosed quote": (lambda: b'Any tone\n"Hi\nHo\n', "cannot be read"),
    "text after a quote": (lambda: b'Any tone\n"Hi" there\n', "cannot be read"),
    "csv of a huge field": (
        lambda: b"Any tone\n" + b"x" * 200_000,
        "field larger than field limit",
    ),
    "csv of many rows": (lambda: b"Any tone\n" + b"x\n" * 5_000, "more than 5000 rows"),
    "csv of many columns": (lambda: b"Any tone" + b",x" * 30, "more than 30 columns"),
    "csv of many cells": (lambda: (b"," * 1_000 + b"\n") * 1_000, TOO_MUCH),
    "pdf": (lambda: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", NO_TEXT),
    "virus test file": (
        lambda: (
            b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
        ),
        "no such sheet",
    ),
    "ods of nothing": (lambda: make_ods({}).getvalue(), "There is nothing"),
    "ods without content": (
        lambda: zip_of({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}),
        UNREADABLE,
    ),
    "broken ods": (lambda: zip_ods("<table:table>").getvalue(), UNREADABLE),
    "ods with entities": (
        lambda: zip_ods("&b;", BILLION_LAUGHS).getvalue(),
        UNREADABLE,
    ),
    "ods with a foreign entity": (lambda: zip_ods("&a;", XXE).getvalue(), UNREADABLE),
    "ods repeating a row": (
        lambda: zip_ods(repeated("rows", 1_000_000)).getvalue(),
        "more than 5000 rows",
    ),
    "ods repeating a cell": (
        lambda: zip_ods(repeated("columns", 1_000_000)).getvalue(),
        "more than 30 columns",
    ),
    "ods repeating a lie": (
        lambda: zip_ods(repeated("rows", "many")).getvalue(),
        UNREADABLE,
    ),
    "ods of a huge cell": (
        lambda: make_ods({"Hellos": [["x" * 30_000_000]]}).getvalue(),
        TOO_MUCH,
    ),
    "ods of many sheets": (
        lambda: make_ods({f"Sheet {n}": [["x"]] for n in range(60)}).getvalue(),
        "more than 50 sheets",
    ),
    "ods with a formula": (
        lambda: zip_ods(
            '<table:table table:name="Hellos"><table:table-row><table:table-cell><text:p>'
            "Any tone</text:p></table:table-cell></table:table-row><table:table-row>"
            '<table:table-cell table:formula="of:=1+1"><text:p>2</text:p>'
            "</table:table-cell></table:table-row></table:table>"
        ).getvalue(),
        "This is a formula",
    ),
    "png": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(1000), UNREADABLE),
    "xls or password": (
        lambda: bytes.fromhex("d0cf11e0a1b11ae1") + bytes(4096),
        UNREADABLE,
    ),
    "other zip": (lambda: zip_of({"readme.txt": b"hi"}), UNREADABLE),
    "docx-like": (lambda: zip_of({"[Content_Types].xml": b"<Types/>"}), UNREADABLE),
    "truncated": (lambda: workbook_bytes()[:-300], UNREADABLE),
    "half": (lambda: workbook_bytes()[:3000], UNREADABLE),
    "broken checksum": (with_broken_checksum, UNREADABLE),
    "broken xml": (lambda: repacked({SHEET: b"<worksheet"}), UNREADABLE),
    "nonsense cell": (
        lambda: sheet_of('<row r="1"><c r="?"><v>x</v></c></row>'),
        UNREADABLE,
    ),
    "entities": (lambda: sheet_of(text_cell("A1", "&b;"), BILLION_LAUGHS), UNREADABLE),
    "foreign entity": (lambda: sheet_of(text_cell("A1", "&a;"), XXE), UNREADABLE),
    "macros": (with_macros, "may hold macros"),
    "too big": (lambda: random.Random(1).randbytes(5_000_001), "larger than 5 MB"),
    "many members": (
        lambda: repacked({f"xl/{n}.xml": b"" for n in range(50)}),
        "50 parts",
    ),
    "huge cell": (lambda: sheet_of(text_cell("A1", "x" * 30_000_000)), TOO_MUCH),
    "lying size": (with_lying_size, UNREADABLE),
    "many tags": (lambda: with_part(SHEET, "<row/>" * 600_000), TOO_MUCH),
    "many styles": (
        lambda: with_part(
            "xl/styles.xml",
            f'<styleSheet xmlns="{MAIN}">{"<xf/>" * 50_000}</styleSheet>',
        ),
        TOO_MUCH,
    ),
    "many sheets": (
        lambda: with_part(
            "xl/workbook.xml",
            f'<workbook xmlns="{MAIN}">{"<sheet/>" * 50_000}</workbook>',
        ),
        TOO_MUCH,
    ),
    "many rows": (
        lambda: many_rows(5_001),
        "Hellos, row 5001, column A: There are more than 5000",
    ),
    "one far cell": (
        lambda: sheet_of(f'<row r="1048576">{text_cell("XFD1048576", "x")}</row>'),
        "There are more than 5000 rows",
    ),
    "many columns": (
        lambda: sheet_of(f'<row r="1">{text_cell("AE1", "x")}</row>'),
        "Hellos, row 1, column AE: There are more than 30 columns",
    ),
    "wide rows": (
        lambda: sheet_of(
            "".join(f'<row r="{n}"><c r="XFD{n}"/></row>' for n in range(1, 100))
        ),
        TOO_MUCH,
    ),
}


@pytest.mark.parametrize(("make_file", "sentence"), FILES.values(), ids=FILES)
def test_a_hostile_file_is_refused_in_a_sentence(make_file, sentence):
    make_texts()
    num_lines = MessageTemplate.objects.count()
    file = io.BytesIO(make_file())

    with pytest.raises(SpreadsheetError) as error:
        import_workbook(file, remove_missing=True)

    [problem] = error.value.problems
    assert sentence in str(problem)
    assert MessageTemplate.objects.count() == num_lines


@given(st.binary(max_size=300), st.integers(0, 6000), st.sampled_from([GOOD, GOOD_ODS]))
def test_a_workbook_with_any_damage_is_read_or_refused(noise, position, good):
    data = good[:position] + noise + good[position + len(noise) :]

    assert read_file(data, "Hellos").keys() in ({"sheets"}, {"problem"})


def test_a_workbook_of_five_thousand_rows_is_read():
    [sheet] = load_sheets(io.BytesIO(many_rows(5_000)))

    assert len(sheet.rows) == 5_000


def test_foreign_parts_of_a_workbook_are_not_touched(tmp_path):
    canary = "../" * 20 + str(tmp_path / "canary")
    file = io.BytesIO(
        repacked({canary: b"x", "xl/externalLinks/externalLink1.xml": b"<a/>"})
    )

    assert import_workbook(file).added == 1
    assert list(tmp_path.iterdir()) == []
