import contextlib
import io
import random
import time
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.make import make_texts, make_workbook
from texts.models import MessageTemplate
from texts.spreadsheet import SpreadsheetError, import_workbook
from texts.xlsx import load_sheets

pytestmark = pytest.mark.django_db

UNREADABLE = "This is no Excel workbook"
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


GOOD = workbook_bytes()
BILLION_LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
XXE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'

FILES = {
    "nothing": (lambda: b"", UNREADABLE),
    "csv": (lambda: b"Any tone;Wholesome\nHi;Ho\n", UNREADABLE),
    "utf-16 csv": (lambda: "Any tone\nHi\n".encode("utf-16"), UNREADABLE),
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

    start = time.process_time()
    with pytest.raises(SpreadsheetError) as error:
        import_workbook(file, remove_missing=True)

    assert time.process_time() - start < 20  # a bomb would take minutes
    [problem] = error.value.problems
    assert sentence in str(problem)
    assert MessageTemplate.objects.count() == num_lines


@given(st.binary(max_size=300), st.integers(0, 6000))
def test_a_workbook_with_any_damage_is_read_or_refused(noise, position):
    data = GOOD[:position] + noise + GOOD[position + len(noise) :]

    with contextlib.suppress(SpreadsheetError):
        load_sheets(io.BytesIO(data))


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
