import subprocess
import sys

import pytest
from django.conf import settings as site
from django.core.management import CommandError, call_command

from tests.make import make_line, make_texts, make_tone, make_workbook
from texts.models import MessageTemplate, Word

pytestmark = pytest.mark.django_db


@pytest.fixture
def good_file(tmp_path):
    file = tmp_path / "good.xlsx"
    file.write_bytes(make_workbook({"Hellos": [["Any tone"], ["Hi!"]]}).getvalue())
    return file


@pytest.fixture
def bad_file(tmp_path):
    make_tone("wholesome")
    rows = [["Wholesome"], ["Hi"], ["{nmae}"], ["{"]]
    file = tmp_path / "bad.xlsx"
    file.write_bytes(make_workbook({"Intros": rows}).getvalue())
    return file


def test_import_says_what_it_did(good_file, capsys):
    call_command("import_texts", good_file)

    assert capsys.readouterr().out == "1 added, 0 changed, 0 archived, 0 unchanged.\n"
    assert MessageTemplate.objects.get().text == "Hi!"


def test_a_dry_run_says_what_it_would_do(good_file, capsys):
    call_command("import_texts", good_file, "--dry-run")

    out = capsys.readouterr().out
    assert (
        out == "Nothing has changed yet: 1 added, 0 changed, 0 archived, 0 unchanged.\n"
    )
    assert not MessageTemplate.objects.exists()


def test_missing_lines_are_archived_on_request(good_file, capsys):
    make_line("hello", "Old")

    call_command("import_texts", good_file, "--remove-missing")

    assert capsys.readouterr().out == "1 added, 0 changed, 1 archived, 0 unchanged.\n"


def test_every_bad_row_is_named_on_a_line_of_its_own(bad_file, capsys):
    with pytest.raises(CommandError) as error:
        call_command("import_texts", bad_file)

    assert capsys.readouterr().err.splitlines() == [
        "Intros, row 3, column Wholesome: There is no slot {nmae}. Did you mean {name}?",
        "Intros, row 4, column Wholesome: At character 1: There is a { without its }. "
        "Write {{ for a brace.",
    ]
    assert str(error.value) == "Nothing was imported: 2 problems."
    assert error.value.returncode == 1


def test_a_refused_file_ends_the_program_with_status_1(tmp_path):
    file = tmp_path / "texts.xlsx"
    file.write_bytes(b"\0 no workbook")
    program = [sys.executable, "manage.py", "import_texts", str(file)]

    done = subprocess.run(program, cwd=site.BASE_DIR, capture_output=True, text=True)

    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.splitlines()[0].startswith("This is no spreadsheet")
    assert done.stderr.splitlines()[1:] == [
        "CommandError: Nothing was imported: 1 problem."
    ]


@pytest.mark.parametrize("name", ["missing.xlsx", "."])
def test_a_file_that_cannot_be_read_is_said_in_a_line(tmp_path, name):
    with pytest.raises(CommandError, match=r"^Cannot read .+: .+\.$"):
        call_command("import_texts", tmp_path / name)


def test_what_is_exported_can_be_imported(tmp_path):
    make_texts()
    before = [
        *MessageTemplate.objects.values_list("text"),
        *Word.objects.values_list("text"),
    ]
    call_command("export_texts", tmp_path / "texts.xlsx")
    MessageTemplate.objects.all().delete()
    Word.objects.all().delete()

    call_command("import_texts", tmp_path / "texts.xlsx")

    after = [
        *MessageTemplate.objects.values_list("text"),
        *Word.objects.values_list("text"),
    ]
    assert sorted(after) == sorted(before)


def test_an_export_replaces_a_file_only_on_request(tmp_path):
    file = tmp_path / "texts.xlsx"
    file.write_text("precious")

    with pytest.raises(CommandError, match="Add --force to replace it"):
        call_command("export_texts", file)
    assert file.read_text() == "precious"

    call_command("export_texts", file, "--force")
    assert file.read_bytes().startswith(b"PK")


def test_an_export_that_fails_leaves_nothing_behind(tmp_path):
    file = tmp_path / "missing" / "texts.xlsx"

    with pytest.raises(CommandError, match="was not written"):
        call_command("export_texts", file)

    (tmp_path / "folder").mkdir()
    with pytest.raises(CommandError, match="was not written"):
        call_command("export_texts", tmp_path / "folder", "--force")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]
