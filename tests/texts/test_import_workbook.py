import datetime
import io

import openpyxl
import pytest

from tests.make import make_line, make_tone, make_words, make_workbook
from texts.cells import SpreadsheetError
from texts.models import MessageTemplate, Tone, Word, WordList
from texts.spreadsheet import Counts, import_workbook

pytestmark = pytest.mark.django_db

LONG = "x" * 301


@pytest.fixture(autouse=True)
def tones():
    make_tone("wholesome")
    make_tone("in-charge", name="In charge")


def texts():
    lines = MessageTemplate.objects.approved()
    lines = lines.values_list("part", "tone__slug", "text")
    words = Word.objects.approved().values_list("word_list__name", "text")
    return sorted(map(str, [*lines, *words]))


def problems_of(sheets, **options):
    """What is wrong with the workbook, which must have changed nothing."""
    before = texts()
    with pytest.raises(SpreadsheetError) as error:
        import_workbook(make_workbook(sheets), **options)
    assert texts() == before
    return [str(problem) for problem in error.value.problems]


def test_lines_and_words_of_a_workbook_are_added():
    rows = [["Any tone", "Wholesome"], ["Hi!", None], [None, "Tea, {name}? {Hobby}?"]]

    counts = import_workbook(
        make_workbook({"Hellos": rows, "hobby": [["Word"], ["ironing"], [9]]})
    )

    assert counts == Counts(added=4)
    assert texts() == [
        "('hello', 'wholesome', 'Tea, {name}? {Hobby}?')",
        "('hello', None, 'Hi!')",
        "('hobby', '9')",
        "('hobby', 'ironing')",
    ]


def test_what_is_there_already_is_kept():
    make_line("hello", "Hi!")
    make_line("hello", "Hello!")
    make_words("hobby", "chess")
    sheets = {"Hellos": [["Any tone"], ["Hi!"], ["Yo!"]], "hobby": [["Word"], ["golf"]]}

    counts = import_workbook(make_workbook(sheets))

    assert counts == Counts(added=2, unchanged=1)
    assert MessageTemplate.objects.count() == 3
    assert Word.objects.count() == 2


def test_missing_texts_are_archived_on_request_from_the_columns_that_are_there():
    for tone in (None, "wholesome"):
        make_line("hello", "Old", tone)
        make_line("about", "Old", tone)
    make_words("hobby", "chess", "golf")
    make_words("pet", "otters")
    sheets = {"Hellos": [["Wholesome"], ["New"]], "hobby": [["Word"], ["golf"]]}

    counts = import_workbook(make_workbook(sheets), remove_missing=True)

    assert counts == Counts(added=1, archived=2, unchanged=1)
    assert texts() == [
        "('about', 'wholesome', 'Old')",
        "('about', None, 'Old')",
        "('hello', 'wholesome', 'New')",
        "('hello', None, 'Old')",
        "('hobby', 'golf')",
        "('pet', 'otters')",
    ]


def test_a_dry_run_counts_and_changes_nothing():
    file = make_workbook({"Hellos": [["Any tone"], ["Hi!"]]})

    assert import_workbook(file, dry_run=True) == Counts(added=1)
    assert texts() == []


@pytest.mark.parametrize(
    "heading",
    ["wholesome", " WHOLE SOME ", "Wholesome A", "\ufeffWholesome"],
)
def test_a_tone_is_known_by_its_letters(heading):
    import_workbook(make_workbook({" intros": [[heading], ["Hi!"]]}))

    assert MessageTemplate.objects.get().tone.slug == "wholesome"


def test_a_title_may_stand_above_the_headings():
    title = ["Intros  use [name] to replace with name"]
    headings = ["Wholesome A", "In charge B"]

    import_workbook(make_workbook({"Intros": [title, headings, ["[name]", "Sit."]]}))

    assert set(texts()) == {
        "('intro', 'wholesome', '[name]')",
        "('intro', 'in-charge', 'Sit.')",
    }


def test_a_new_word_list_takes_its_note_from_the_title():
    import_workbook(make_workbook({"hobby": [["I relax by …"], ["Word"], ["chess"]]}))

    assert WordList.objects.get().note == "I relax by …"


def test_a_site_without_tones_takes_them_from_the_workbook():
    Tone.objects.all().delete()

    import_workbook(
        make_workbook({"Hellos": [["Any tone", "In charge"], ["Hi", "Sit"]]})
    )

    assert list(Tone.objects.values_list("slug", "name")) == [
        ("in-charge", "In charge")
    ]


def test_rows_may_be_empty_and_cells_padded():
    rows = [["Any tone"], [None], ["  Hi,\n you  "], ["   "], ["Yo"]]

    import_workbook(make_workbook({"Hellos": rows, "Sheet1": []}))

    assert texts() == ["('hello', None, 'Hi, you')", "('hello', None, 'Yo')"]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("{hobb}", "There is no slot {hobb}. Did you mean {hobby}?"),
        ("Hi {", "At character 4: There is a { without its }. Write {{ for a brace."),
        (LONG, "This has 301 characters. 300 fit."),
        ("=A1", "This is a formula. Write it as text, with ' in front."),
        ("#REF!", "This is an error. Write it as text, with ' in front."),
        (True, "This is true or false. Write it as text, with ' in front."),
        (9, "This is a number. Write it as text, with ' in front."),
        (
            datetime.date(2026, 2, 14),
            "This is a date or time. Write it as text, with ' in front.",
        ),
        ("Hi!", "Row 2 says the same. Keep one."),
    ],
)
def test_a_bad_line_is_named_with_its_place(line, problem):
    make_words("hobby", "chess")

    problems = problems_of({"Intros": [["Wholesome"], ["Hi!"], ["Yo!"], [line]]})

    assert problems == [f"Intros, row 4, column Wholesome: {problem}"]


@pytest.mark.parametrize(
    ("word", "problem"),
    [
        ("x" * 81, "This has 81 characters. 80 fit."),
        ("=1+1", "This is a formula. Write it as text, with ' in front."),
        ("chess", "Row 2 says the same. Keep one."),
    ],
)
def test_a_bad_word_is_named_with_its_place(word, problem):
    problems = problems_of({"hobby": [["Word"], ["chess"], [word]]})

    assert problems == [f"hobby, row 3, column Word: {problem}"]


def test_a_number_that_excel_shows_otherwise_is_refused():
    workbook = openpyxl.load_workbook(make_workbook({"number": [["Word"], [0.5]]}))
    workbook["number"]["A2"].number_format = "0%"
    file = io.BytesIO()
    workbook.save(file)
    file.seek(0)

    with pytest.raises(SpreadsheetError, match="number, row 2, column Word: This is a"):
        import_workbook(file)


@pytest.mark.parametrize(
    ("sheets", "problem"),
    [
        (
            {"Intros": [["Wholsome"], ["Hi"]]},
            "Intros, row 1, column A: There is no such tone. Did you mean Wholesome?",
        ),
        (
            {"Intros": [["Any tone", None], ["Hi", "Yo"]]},
            "Intros, row 1, column B: This column has no heading.",
        ),
        (
            {"Intros": [["Any tone", "any tone"], ["Hi", "Yo"]]},
            "Intros, row 1, column B: This tone has two columns. Keep one.",
        ),
        (
            {"Intro": [["Any tone"], ["Hi"]]},
            "Intro: There is no such sheet. Did you mean Intros?",
        ),
        (
            {"hobby": [["chess"], ["golf"]]},
            "hobby, row 1, column A: Write Word above the words, nothing else.",
        ),
        (
            {"hobby": [["Word", "Word"], ["golf", "chess"]]},
            "hobby, row 1, column B: This list has two columns. Keep one.",
        ),
        (
            {"they": [["Word"], ["golf"]]},
            "they: The name they is taken. Choose another one.",
        ),
        ({"Sheet1": []}, "There is nothing in this workbook."),
    ],
)
def test_a_bad_sheet_or_heading_is_named(sheets, problem):
    assert problems_of(sheets) == [problem]


def test_all_problems_are_named_in_the_order_of_the_workbook():
    problems = problems_of(
        {
            "Hellos": [["Any tone", "Wholesome"], ["{", "Hi"], ["Hi", "{x}"], ["}"]],
            "Intros": [["Wholsome"], ["{"]],
            "hobby": [["Word"], ["golf"], ["golf"]],
        },
        remove_missing=True,
    )

    assert [problem.partition(":")[0] for problem in problems] == [
        "Hellos, row 2, column Any tone",
        "Hellos, row 3, column Wholesome",
        "Hellos, row 4, column Any tone",
        "Intros, row 1, column A",
        "Intros, row 2, column Wholsome",
        "hobby, row 3, column Word",
    ]


def test_a_hundred_problems_are_listed_and_the_others_counted():
    file = make_workbook(
        {"Hellos": [["Any tone"], *[[f"{{x{n}}}"] for n in range(123)]]}
    )

    with pytest.raises(SpreadsheetError) as error:
        import_workbook(file)

    assert len(error.value.problems) == 100
    assert error.value.summary == "123 problems, 23 of them not listed."


def test_a_slot_may_be_a_list_of_the_workbook_or_of_the_site():
    make_words("pet", "otters")
    line = ["{pet} {hobby} {home_town} {their}"]

    import_workbook(
        make_workbook({"Pet lines": [["Any tone"], line], "hobby": [["Word"]]})
    )

    assert WordList.objects.filter(name="hobby").exists()
