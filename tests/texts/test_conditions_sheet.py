"""The settings sheets: when lines are shown, and notes on word lists."""

from datetime import date

import pytest

from tests.make import make_line, make_tone, make_words, make_workbook
from texts.cells import SpreadsheetError
from texts.models import MessageTemplate, Word, WordList
from texts.spreadsheet import import_workbook

pytestmark = pytest.mark.django_db

HEADINGS = [
    *("Sheet", "Tone", "Text", "Status", "Weight", "Gender", "Age", "Sign"),
    *("Only trainwrecks", "From", "Until"),
]


def sheets(*conditions, headings=HEADINGS):
    return {
        "Hellos": [["Any tone", "Wholesome"], ["Hi!", "Tea?"]],
        "hobby": [["Word"], ["chess"]],
        "Conditions": [headings, *conditions],
    }


def test_a_line_gets_its_conditions():
    make_tone("wholesome")
    row = ["Hellos", "Wholesome", "Tea?", "draft", "40", "woman", "50+", "Leo", "yes"]

    import_workbook(make_workbook(sheets([*row, "2026-12-01", "2026-12-31"])))

    tea = MessageTemplate.objects.get(text="Tea?")
    assert (tea.status, tea.weight, tea.gender) == ("draft", 40, "woman")
    assert (tea.age_bucket, tea.sign, tea.only_trainwreck) == ("50+", "Leo", True)
    assert (tea.starts_on, tea.expires_on) == (date(2026, 12, 1), date(2026, 12, 31))


def test_days_may_be_dates_of_the_program():
    make_tone("wholesome")
    row = ["hellos", "", "Hi!", *[None] * 6, date(2026, 12, 1), date(2026, 12, 31)]

    import_workbook(make_workbook(sheets(row)))

    assert MessageTemplate.objects.get(text="Hi!").expires_on == date(2026, 12, 31)


def test_a_word_gets_its_weight():
    make_tone("wholesome")

    import_workbook(make_workbook(sheets(["hobby", "", "chess", "", "3"])))

    assert Word.objects.get().weight == 3


def test_what_is_not_listed_is_as_usual_again():
    line = make_line("hello", "Hi!")
    MessageTemplate.objects.update(weight=50, gender="man")
    make_tone("wholesome")

    import_workbook(make_workbook(sheets()))

    line.refresh_from_db()
    assert (line.weight, line.gender) == (10, "")


def test_a_line_that_is_changed_keeps_the_conditions_of_its_former_text(client):
    line = make_line("hello", "Hello there, {name}!")
    headings, row = HEADINGS, ["Hellos", "", "Hello there, {name}!", "", "40"]
    file = make_workbook(
        {"Hellos": [["Any tone"], ["Hello there, you!"]], "Conditions": [headings, row]}
    )

    import_workbook(file, remove_missing=True)

    line.refresh_from_db()
    assert (line.text, line.weight) == ("Hello there, you!", 40)


def test_without_the_sheet_conditions_stay_as_they_are():
    line = make_line("hello", "Hi!")
    MessageTemplate.objects.update(weight=50)

    import_workbook(make_workbook({"Hellos": [["Any tone"], ["Hi!"]]}))

    line.refresh_from_db()
    assert line.weight == 50


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (["Nothing", "", "Hi!"], "Text: This workbook has no sheet Nothing."),
        (["Hellos", "Rude", "Hi!"], "Text: There is no tone Rude."),
        (["Hellos", "", "Ho!"], "Text: Its sheet has no such text in this column."),
        (["Hellos", "", "Hi!", "secret"], "Status: There is no secret here."),
        (["Hellos", "", "Hi!", "", "101"], "Weight: A weight is a whole number"),
        (["Hellos", "", "Hi!", "", "", "cat"], "Gender: There is no cat here."),
        (["Hellos", "", "Hi!", "", "", "", "teens"], "Age: There is no teens here."),
        (["Hellos", "", "Hi!", *[""] * 6, "soon"], "From: Write the day like"),
        (
            ["Hellos", "", "Hi!", *[""] * 6, "2026-12-02", "2026-12-01"],
            "From: The last day is before the first.",
        ),
    ],
)
def test_a_bad_condition_is_named_with_its_place(row, problem):
    make_tone("wholesome")

    with pytest.raises(SpreadsheetError) as error:
        import_workbook(make_workbook(sheets(row)))

    [found] = error.value.problems
    assert str(found).startswith(f"Conditions, row 2, column {problem}")
    assert not MessageTemplate.objects.exists()


def test_an_unknown_column_is_named():
    make_tone("wholesome")

    with pytest.raises(SpreadsheetError) as error:
        import_workbook(make_workbook(sheets(headings=["Sheet", "Wieght"])))

    assert "There is no such column. Did you mean Weight?" in str(error.value)


def test_lists_keep_their_notes_in_a_sheet():
    make_words("hobby", "chess")
    rows = [["List", "Note"], ["hobby", "after I relax by"]]

    import_workbook(make_workbook({"hobby": [["Word"], ["chess"]], "Lists": rows}))

    assert WordList.objects.get().note == "after I relax by"


def test_an_unknown_list_is_named():
    make_words("hobby", "chess")
    rows = [["List", "Note"], ["hobbi", "x"]]

    with pytest.raises(SpreadsheetError, match="Lists, row 2, column List: .* hobby"):
        import_workbook(make_workbook({"Lists": rows}))
