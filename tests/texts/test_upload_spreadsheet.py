import io

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.make import make_line, make_tone, make_workbook
from texts.loading import load_sheets
from texts.models import MessageTemplate

pytestmark = pytest.mark.django_db

URL = "/admin/texts/messagetemplate/spreadsheet/"


def log_in(client, *codenames):
    user = User.objects.create_user("editor", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client.force_login(user)


@pytest.fixture
def editor(client):
    log_in(client, "add_messagetemplate", "change_messagetemplate")
    return client


def upload(client, rows, **ticks):
    content = make_workbook({"Hellos": rows}).getvalue()
    file = SimpleUploadedFile("texts.xlsx", content)
    return client.post(URL, {"file": file} | ticks, follow=True)


def test_the_list_of_lines_leads_to_the_spreadsheet(editor):
    response = editor.get("/admin/texts/messagetemplate/")

    assert f'href="{URL}"' in response.text


def test_the_sheet_can_be_downloaded(editor):
    make_line("hello", "Hi!")
    page = editor.get(URL)

    response = editor.get(f"{URL}texts.xlsx")

    assert f'href="{URL}texts.xlsx"' in page.text
    assert response["Content-Disposition"] == 'attachment; filename="texts.xlsx"'
    [hellos, *_] = load_sheets(io.BytesIO(response.getvalue()))
    assert hellos.rows[1][0].text == "Hi!"


def test_an_uploaded_sheet_is_taken_and_counted(editor):
    make_line("hello", "Old")

    response = upload(editor, [["Any tone"], ["Hi!"]])

    assert response.redirect_chain[0][0] == "/admin/texts/messagetemplate/"
    assert "The sheet is in: 1 added, 0 removed, 0 unchanged." in response.text
    assert MessageTemplate.objects.count() == 2


def test_lines_that_are_gone_are_removed_when_that_is_ticked(editor):
    make_line("hello", "Old")

    upload(editor, [["Any tone"], ["Hi!"]], remove_missing="on")

    assert [line.text for line in MessageTemplate.objects.all()] == ["Hi!"]


def test_problems_are_shown_by_sheet_row_and_column(editor):
    make_tone("wholesome")

    response = upload(editor, [["Wholesome"], ["<b>{nmae}</b>"]])

    assert response.status_code == 400
    for cell in (
        "Hellos",
        "2",
        "Wholesome",
        "There is no slot {nmae}. Did you mean {name}?",
    ):
        assert f"<td>{cell}</td>" in response.text
    assert "Nothing has changed. 1 problem." in response.text
    assert not MessageTemplate.objects.exists()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\0Any tone", "This is no spreadsheet that can be read."),
        (b"", "The submitted file is empty."),
    ],
)
def test_a_file_that_is_no_workbook_is_refused(editor, content, sentence):
    response = editor.post(URL, {"file": SimpleUploadedFile("texts.xlsx", content)})

    assert response.status_code == 400
    assert sentence in response.text


def test_a_forgotten_file_is_asked_for(editor):
    response = editor.post(URL, {})

    assert response.status_code == 400
    assert "This field is required." in response.text


@pytest.mark.parametrize("url", [URL, f"{URL}texts.xlsx"])
@pytest.mark.parametrize("permission", ["view", "add", "change"])
def test_the_spreadsheet_is_only_for_those_who_may_add_and_change(
    client, permission, url
):
    log_in(client, f"{permission}_messagetemplate", "view_messagetemplate")

    assert client.get(url).status_code == 403
    assert f'href="{URL}"' not in client.get("/admin/texts/messagetemplate/").text


@pytest.mark.parametrize("url", [URL, f"{URL}texts.xlsx"])
def test_strangers_are_asked_to_log_in(client, url):
    assert client.get(url).url.startswith("/admin/login/")


def test_the_page_needs_no_inline_script_or_style(editor):
    page = upload(editor, [["Nobody"], ["Hi"]]).text

    assert "<style" not in page
    assert " style=" not in page
    assert "<script>" not in page
