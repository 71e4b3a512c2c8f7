import io
import zipfile

import openpyxl
import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from tests.make import make_line, make_ods, make_tone, make_words, make_workbook
from texts.history import save_line
from texts.loading import load_sheets
from texts.models import (
    FlaggedWord,
    MessageTemplate,
    SpreadsheetImport,
    TextEvent,
    TextSettings,
    Tone,
    Upload,
    Word,
    WordList,
)
from texts.publishing import UNDO_TIME

pytestmark = pytest.mark.django_db

URL = "/admin/texts/messagetemplate/spreadsheet/"
MAY = [
    f"{action}_{model}"
    for action in ("add", "change")
    for model in ("messagetemplate", "word")
]


def log_in(client, *codenames, name="editor"):
    user = User.objects.create_user(name, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client.force_login(user)
    return user


@pytest.fixture
def editor(client):
    log_in(client, *MAY)
    return client


def file_of(rows, title="Hellos"):
    content = make_workbook({title: rows}).getvalue()
    return SimpleUploadedFile("texts.xlsx", content)


def upload(client, rows):
    """Upload a sheet of hellos; the page that checks it."""
    return client.post(URL, {"file": file_of(rows)}, follow=True)


def publish(client, page, **ticks):
    seen = page.context["form"]["latest_event"].value()
    url = (
        page.redirect_chain[-1][0] if page.redirect_chain else page.request["PATH_INFO"]
    )
    ticks = {"warnings": "on"} | ticks
    return client.post(url, {"latest_event": seen} | ticks, follow=True)


def said():
    return sorted(line.text for line in MessageTemplate.objects.approved())


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


def test_the_sheet_can_be_downloaded_as_csv(editor):
    make_line("hello", "=Hi!")

    response = editor.get(f"{URL}texts-csv.zip")

    archive = zipfile.ZipFile(io.BytesIO(response.getvalue()))
    assert archive.read("Hellos.csv").decode("utf-8-sig") == "Any tone\r\n'=Hi!\r\n"


def test_nothing_is_saved_before_it_is_published(editor):
    page = upload(editor, [["Any tone"], ["Hi!"]])

    assert "1 new" in page.text
    assert said() == []

    response = publish(editor, page)

    assert "The sheet is published: 1 new, 0 changed, 0 archived, 0 unchanged." in (
        response.text
    )
    assert said() == ["Hi!"]
    [event] = TextEvent.objects.all()
    assert (event.text, event.by.username) == ("Hi!", "editor")
    assert event.spreadsheet_import == SpreadsheetImport.objects.get()
    assert not Upload.objects.exists()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("texts.ods", make_ods({"Hellos": [["Any tone"], ["Hi!"]]}).getvalue()),
        ("Hellos.csv", b"Any tone\nHi!\n"),
    ],
)
def test_other_kinds_of_files_are_taken_too(editor, name, content):
    file = SimpleUploadedFile(name, content)

    publish(editor, editor.post(URL, {"file": file}, follow=True))

    assert said() == ["Hi!"]


def test_a_changed_line_is_shown_word_by_word_and_keeps_its_row(editor):
    line = make_line("hello", "Hello there, {name}. Tea?")
    MessageTemplate.objects.filter(pk=line.pk).update(times_shown=7)

    page = upload(editor, [["Any tone"], ["Hello there, {name}. Coffee?"]])
    publish(editor, page)

    assert "<del>Tea</del><ins>Coffee</ins>" in page.text
    line.refresh_from_db()
    assert (line.text, line.times_shown) == ("Hello there, {name}. Coffee?", 7)
    assert MessageTemplate.objects.count() == 1


def test_other_conditions_are_shown_in_words(editor):
    make_line("hello", "Hi!")
    headings = ["Sheet", "Text", "Weight", "Only trainwrecks"]
    conditions = [headings, ["Hellos", "Hi!", "20", "yes"]]
    sheets = {"Hellos": [["Any tone"], ["Hi!"]], "Conditions": conditions}
    file = SimpleUploadedFile("texts.xlsx", make_workbook(sheets).getvalue())

    page = editor.post(URL, {"file": file}, follow=True)

    [change] = page.context["changes"].changed
    assert change.conditions == ["weight: 10 → 20", "only with trainwrecks: no → yes"]


def test_lines_that_are_gone_are_archived_only_when_that_is_ticked(editor):
    make_line("hello", "Old")
    rows = [["Any tone"], ["Something quite different!"]]

    publish(editor, upload(editor, rows))
    kept = said()
    publish(editor, upload(editor, rows), archive_gone="on")

    assert kept == ["Old", "Something quite different!"]
    assert said() == ["Something quite different!"]
    assert MessageTemplate.objects.get(text="Old").status == "archived"


def test_a_line_comes_back_from_the_archive(editor):
    line = make_line("hello", "Hi!")
    MessageTemplate.objects.update(status="archived")

    publish(editor, upload(editor, [["Any tone"], ["Hi!"]]))

    line.refresh_from_db()
    assert line.status == "approved"


def test_problems_are_shown_by_sheet_row_and_column(editor):
    make_tone("wholesome")

    page = upload(editor, [["Wholesome"], ["<b>{nmae}</b>"]])

    for cell in (
        "Hellos",
        "2",
        "Wholesome",
        "There is no slot {nmae}. Did you mean {name}?",
    ):
        assert f"<td>{cell}</td>" in page.text


def test_a_sheet_with_problems_is_not_published_by_mistake(editor):
    page = upload(editor, [["Any tone"], ["Hi!"], ["{nmae}"]])

    response = publish(editor, page)

    assert response.status_code == 400
    assert "Tick this, or mend the sheet" in response.text
    assert said() == []


def test_the_good_rows_can_be_published_alone(editor):
    make_line("hello", "Hello {name}, you")
    rows = [["Any tone"], ["Hello {nmae}, you"], ["Hi!"]]

    publish(editor, upload(editor, rows), leave_out="on")

    assert said() == ["Hello {name}, you", "Hi!"]


def test_the_bad_rows_are_marked_in_a_copy_that_can_be_uploaded_again(editor):
    rows = [["Any tone"], ["Hi!"], ["{nmae}"]]
    page = upload(editor, rows)

    copy = editor.get(f"{page.redirect_chain[-1][0]}notes.xlsx").getvalue()

    workbook = openpyxl.load_workbook(io.BytesIO(copy))
    assert workbook.sheetnames == ["What to mend", "Hellos"]
    assert [cell.value for cell in workbook["What to mend"][2]][:3] == [
        *("Hellos", "3", "Any tone")
    ]
    fills = [workbook["Hellos"][f"A{n}"].fill.fgColor.rgb for n in (2, 3)]
    assert fills == ["00000000", "00FFDF4A"]
    again = SimpleUploadedFile("notes.xlsx", copy)
    page = editor.post(URL, {"file": again}, follow=True)
    assert "1 problem" in page.text


def test_a_file_with_brackets_in_its_name_has_a_marked_copy_too(editor):
    file = SimpleUploadedFile("Hellos[1].csv", b"Any tone\n{nmae}\n")
    page = editor.post(URL, {"file": file}, follow=True)

    copy = editor.get(f"{page.redirect_chain[-1][0]}notes.xlsx").getvalue()

    workbook = openpyxl.load_workbook(io.BytesIO(copy))
    assert workbook.sheetnames == ["What to mend", "Hellos_1_"]


def test_a_tone_of_any_letters_gets_a_slug(editor):
    make_tone("tone-1")
    rows = [["Дерзкий", "大胆", "Frech"], ["Hi.", "Hi.", "Hi."]]

    publish(editor, upload(editor, rows), new_tones="on")

    slugs = dict(Tone.objects.values_list("name", "slug"))
    del slugs["Tone-1"]
    assert slugs == {"Дерзкий": "tone-2", "大胆": "tone-3", "Frech": "frech"}


def test_a_word_is_never_a_draft(editor):
    conditions = [["Sheet", "Text", "Status"], ["hobby", "chess", "draft"]]
    sheets = {"hobby": [["Word"], ["chess"]], "Conditions": conditions}
    file = SimpleUploadedFile("texts.xlsx", make_workbook(sheets).getvalue())

    page = editor.post(URL, {"file": file}, follow=True)

    assert "<td>Words are never drafts.</td>" in page.text
    publish(editor, page, leave_out="on")
    assert Word.objects.get().status == "approved"


def test_new_tones_are_made_only_when_that_is_ticked(editor):
    make_tone("wholesome")
    rows = [["Intros use [name] to replace with name"], ["Wholesome A", "Dom B"]]
    rows.append(["[name] bakes.", "[name] decides."])

    def check():
        return editor.post(URL, {"file": file_of(rows, "Intros")}, follow=True)

    response = publish(editor, check())
    assert response.status_code == 400
    assert not Tone.objects.filter(name="Dom").exists()

    publish(editor, check(), new_tones="on")
    lines = MessageTemplate.objects.values_list("tone__name", "text")
    assert sorted(lines) == [("Dom", "[name] decides."), ("Wholesome", "[name] bakes.")]


def test_who_comes_second_is_told_and_sees_the_difference(editor):
    line = make_line("hello", "Hello there, {name}!")
    page = upload(editor, [["Any tone"], ["Hello there, you!"]])
    other = upload(editor, [["Any tone"], ["Hello there, my {name}!"]])
    publish(editor, other)

    response = publish(editor, page)

    assert response.status_code == 409
    assert "Somebody has changed texts since you looked." in response.text
    assert "<del>my {name}</del><ins>you</ins>" in response.text
    line.refresh_from_db()
    assert line.text == "Hello there, my {name}!"

    publish(editor, response)
    line.refresh_from_db()
    assert line.text == "Hello there, you!"


def answers_of_a_busy_site():
    """Somebody saves a line just while the sheet is compared."""
    if not MessageTemplate.objects.exists():
        save_line(MessageTemplate(part="hello", text="Ho!"), None)
    return {}


def test_a_change_made_while_the_sheet_is_compared_is_told(editor, settings):
    page = upload(editor, [["Any tone"], ["Hi!"]])
    usual = settings.POSSIBLE_ANSWERS
    settings.POSSIBLE_ANSWERS = f"{__name__}.answers_of_a_busy_site"
    checked = editor.get(page.redirect_chain[-1][0], follow=True)
    settings.POSSIBLE_ANSWERS = usual

    response = publish(editor, checked)

    assert response.status_code == 409
    assert said() == ["Ho!"]


def test_an_import_is_undone_with_all_it_did(editor):
    make_line("hello", "Hello there, {name}!")
    make_line("hello", "Old")
    rows = [["Any tone"], ["Hello there, you!"], ["Brand new and shiny."]]
    publish(editor, upload(editor, rows), archive_gone="on")
    assert said() == ["Brand new and shiny.", "Hello there, you!"]
    [done] = SpreadsheetImport.objects.all()

    response = editor.post(f"{URL}imports/{done.pk}/undo/", follow=True)

    assert "Undone: 3 put back." in response.text
    assert said() == ["Hello there, {name}!", "Old"]
    again = editor.post(f"{URL}imports/{done.pk}/undo/", follow=True)
    assert "This import was undone already." in again.text


def test_what_was_changed_after_an_import_stays_when_that_is_undone(editor):
    publish(editor, upload(editor, [["Any tone"], ["One."], ["Two."]]))
    MessageTemplate.objects.filter(text="One.").update(text="One and a half.")
    [done] = SpreadsheetImport.objects.all()

    response = editor.post(f"{URL}imports/{done.pk}/undo/", follow=True)

    assert "1 put back. 1 stay: changed since" in response.text
    assert said() == ["One and a half."]


def test_a_line_whose_old_words_are_taken_stays_when_its_import_is_undone(editor):
    make_line("hello", "Hello there, {name}!")
    publish(editor, upload(editor, [["Any tone"], ["Hello there, you!"], ["Two"]]))
    make_line("hello", "Hello there, {name}!")
    done = SpreadsheetImport.objects.get()

    response = editor.post(f"{URL}imports/{done.pk}/undo/", follow=True)

    assert "1 put back. 1 stay: changed since, or their old text is taken." in (
        response.text
    )
    assert said() == ["Hello there, you!", "Hello there, {name}!"]


def test_an_import_can_be_undone_for_thirty_days(editor):
    publish(editor, upload(editor, [["Any tone"], ["Hi!"]]))
    SpreadsheetImport.objects.update(at=timezone.now() - UNDO_TIME)
    [done] = SpreadsheetImport.objects.all()

    response = editor.post(f"{URL}imports/{done.pk}/undo/", follow=True)

    assert "Only the imports of the last 30 days can be undone." in response.text
    assert said() == ["Hi!"]


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


def test_what_lint_warns_of_needs_a_tick(editor):
    page = upload(editor, [["Any tone"], ["Hi there, {name}!"], ["Hi there {name}!"]])

    response = publish(editor, page, warnings="")

    assert response.status_code == 400
    assert "Tick this if they are well as they are." in response.text
    assert said() == []


def test_a_flagged_word_is_left_out_like_any_problem(editor):
    FlaggedWord.objects.create(word="chubby", severity="refuse", note="Be kind.")
    rows = [["Any tone"], ["Hi, chubby one."], ["Hi!"]]

    page = upload(editor, rows)
    refused = publish(editor, page)
    publish(editor, page, leave_out="on")

    assert "chubby" in page.text
    assert refused.status_code == 400
    assert said() == ["Hi!"]


def test_a_new_list_comes_with_the_lines_that_use_it(editor):
    content = make_workbook(
        {
            "Hellos": [["Any tone"], ["I have {snack} and {snack#2}!"]],
            "snack": [["Word"], ["crisps"], ["plums"]],
        }
    ).getvalue()
    file = SimpleUploadedFile("texts.xlsx", content)

    page = editor.post(URL, {"file": file}, follow=True)
    publish(editor, page)

    assert "0 problems" in page.text
    assert said() == ["I have {snack} and {snack#2}!"]
    assert [word.text for word in Word.objects.all()] == ["crisps", "plums"]
    event = TextEvent.objects.get(text="plums")
    assert event.after["word_list_id"] == WordList.objects.get().pk


def test_a_word_that_replaces_another_does_not_count_twice(editor):
    make_words("snack", "salty crisps")
    content = make_workbook(
        {
            "Hellos": [["Any tone"], ["I have {snack} and {snack#2}!"]],
            "snack": [["Word"], ["salted crisps"]],
        }
    ).getvalue()
    file = SimpleUploadedFile("texts.xlsx", content)

    page = editor.post(URL, {"file": file}, follow=True)

    assert "The list snack has only 1, and it needs more" in page.text


@pytest.mark.parametrize(
    ("name", "note"), [("they", ""), ("x" * 32, ""), ("snack", "x" * 201)]
)
def test_a_refused_list_is_left_out_with_the_lines_that_use_it(editor, name, note):
    sheets = {
        "Hellos": [["Any tone"], ["Hi!"], [f"Have {{{name}}} and {{pet}}"]],
        name: [[note], ["Word"], ["crisps"]],
        "pet": [["Word"], ["otter"]],
    }
    file = SimpleUploadedFile("texts.ods", make_ods(sheets).getvalue())

    page = editor.post(URL, {"file": file}, follow=True)
    publish(editor, page, leave_out="on")

    assert [word_list.name for word_list in WordList.objects.all()] == ["pet"]
    assert [word.text for word in Word.objects.all()] == ["otter"]
    is_slot_of_the_lover = name == "they"
    assert ("Have" in " ".join(said())) == is_slot_of_the_lover


def test_a_list_of_the_site_keeps_its_words_when_its_sheet_is_refused(editor):
    make_words("snack", "plums")
    sheets = {
        "Hellos": [["Any tone"], ["Have {snack}!"]],
        "snack": [["x" * 201], ["Word"], ["crisps"]],
    }
    file = SimpleUploadedFile("texts.xlsx", make_workbook(sheets).getvalue())

    page = editor.post(URL, {"file": file}, follow=True)
    publish(editor, page, leave_out="on")

    assert said() == ["Have {snack}!"]
    assert [word.text for word in Word.objects.all()] == ["plums"]
    assert WordList.objects.get().note == ""


def test_a_flagged_word_of_a_list_is_left_out_too(editor):
    FlaggedWord.objects.create(word="crazy", severity="refuse")
    sheets = {
        "Hellos": [["Any tone"], ["I do {hobby}"], ["I like {sport}"]],
        "hobby": [["Word"], ["crazy golf"], ["chess"]],
        "sport": [["Word"], ["crazy golf"]],
    }
    file = SimpleUploadedFile("texts.xlsx", make_workbook(sheets).getvalue())

    page = editor.post(URL, {"file": file}, follow=True)
    publish(editor, page, leave_out="on")

    assert "Not with “crazy”" in page.text
    assert "The list sport has no words: nobody could say this." in page.text
    assert [word.text for word in Word.objects.all()] == ["chess"]
    assert said() == ["I do {hobby}"]


def test_a_spicy_line_comes_in_as_a_draft_where_two_people_are_wanted(editor):
    TextSettings.now()
    TextSettings.objects.update(two_person_for_spicy=True)
    make_tone("wholesome", is_spicy=True)

    page = upload(editor, [["Wholesome"], ["Come closer, {name}."]])
    publish(editor, page)

    assert "somebody else must publish it" in page.text
    assert MessageTemplate.objects.get().status == "draft"


@pytest.mark.parametrize(
    ("text", "status", "found"),
    [
        ("Come closer, {name}.", "approved", "approved"),
        ("Come closer, {name}.", "draft", "draft"),
        ("Come much closer, {name}.", "approved", "draft"),
    ],
)
def test_the_sheet_changes_the_weight_of_a_spicy_line_of_its_editor_alone(
    editor, text, status, found
):
    TextSettings.objects.create(pk=1, two_person_for_spicy=True)
    make_tone("wholesome", is_spicy=True)
    user = User.objects.get()
    line = make_line(
        "hello", "Come closer, {name}.", "wholesome", created_by=user, status=status
    )
    weights = [["Sheet", "Tone", "Text", "Weight"], ["Hellos", "Wholesome", text, "20"]]
    sheets = {"Hellos": [["Wholesome"], [text]], "Conditions": weights}
    file = SimpleUploadedFile("texts.xlsx", make_workbook(sheets).getvalue())

    publish(editor, editor.post(URL, {"file": file}, follow=True))

    line.refresh_from_db()
    assert (line.text, line.weight, line.status) == (text, 20, found)


def test_nobody_publishes_the_upload_of_another_editor(editor, client):
    page = upload(editor, [["Any tone"], ["Hi!"]])
    log_in(client, *MAY, name="other")

    assert client.get(page.redirect_chain[-1][0]).status_code == 404


@pytest.mark.parametrize("url", [URL, f"{URL}texts.xlsx"])
def test_strangers_are_asked_to_log_in(client, url):
    assert client.get(url).url.startswith("/admin/login/")


def test_the_page_needs_no_inline_script_or_style(editor):
    make_words("hobby", "chess")
    page = upload(editor, [["Nobody"], ["Hi {hobby}"]]).text

    assert "<style" not in page
    assert " style=" not in page
    assert "<script>" not in page
