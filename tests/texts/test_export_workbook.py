import io
from datetime import date

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.make import make_line, make_texts, make_tone, make_words
from texts.filling import PARTS
from texts.history import FIELDS
from texts.loading import unpacked
from texts.models import MessageTemplate, Tone, Word, WordList
from texts.parsing import one_line
from texts.reader import read_file
from texts.spreadsheet import (
    Counts,
    import_sheets,
    import_workbook,
    write_workbook,
)

pytestmark = pytest.mark.django_db

awkward = st.sampled_from(
    ["=1+1", "#REF!", "9", "TRUE", "@a", "-1", "'hi", "Word", "“ü”", "👩‍❤️‍👨"]
)
words = (st.text(max_size=20).map(one_line) | awkward).filter(bool)


def is_plain(word):
    return not any(mark in word for mark in "{}[")


lines = words.map(
    lambda text: text.replace("{", "{{").replace("}", "}}").replace("[", "(")
)
columns = st.tuples(st.sampled_from(PARTS), st.sampled_from([None, "wholesome"]))


def exported():
    file = io.BytesIO()
    write_workbook(file)
    file.seek(0)
    return file


def snapshot():
    names = [name for name in FIELDS["line"] if name != "tone_id"]
    lines = MessageTemplate.objects.values_list("tone__name", *names)
    words = Word.objects.values_list("word_list__name", "text")
    notes = WordList.objects.values_list("name", "note")
    return list(lines), list(words), list(notes)


def empty_the_texts():
    MessageTemplate.objects.all().delete()
    WordList.objects.all().delete()


conditions = st.fixed_dictionaries(
    {},
    optional={
        "status": st.sampled_from(["approved", "draft"]),
        "weight": st.integers(1, 100),
        "gender": st.sampled_from(MessageTemplate.Gender.values),
        "age_bucket": st.sampled_from(MessageTemplate.AgeBucket.values),
        "sign": st.sampled_from(["Leo", "Virgo"]),
        "only_trainwreck": st.booleans(),
        "starts_on": st.dates(max_value=date(2026, 12, 31)),
        "expires_on": st.dates(min_value=date(2027, 1, 1)),
    },
)
column = st.dictionaries(lines, conditions, min_size=1, max_size=5)
word_list = st.lists(words.filter(is_plain), unique=True, min_size=1, max_size=5)
list_name = st.from_regex("(list|wort)_[a-z0-9_]{0,9}", fullmatch=True)


@settings(
    deadline=None,
    max_examples=200,  # of five to eleven tables each
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.dictionaries(columns, column, min_size=3, max_size=8),
    st.dictionaries(list_name, word_list, min_size=2, max_size=3),
)
def test_an_export_brings_back_the_same_texts(lines, lists):
    empty_the_texts()
    tones = {None: None, "wholesome": make_tone("wholesome")}
    MessageTemplate.objects.bulk_create(
        MessageTemplate(part=part, tone=tones[tone], text=text, **conditions)
        for (part, tone), texts in lines.items()
        for text, conditions in texts.items()
    )
    for name, texts in lists.items():
        make_words(name, *texts)
    before = snapshot()
    data = exported().getvalue()

    empty_the_texts()
    import_sheets(unpacked(read_file(data, "")))

    assert snapshot() == before


def test_an_export_brings_back_the_tones_too():
    make_texts()
    Tone.objects.filter(slug="devoted").update(position=1)
    before, file = snapshot(), exported()

    empty_the_texts()
    Tone.objects.all().delete()
    import_workbook(file)

    assert snapshot() == before


def test_importing_an_export_changes_nothing():
    make_texts()
    num_texts = MessageTemplate.objects.count() + Word.objects.count()

    counts = import_workbook(exported(), remove_missing=True)

    assert counts == Counts(unchanged=num_texts)


def test_a_note_stands_above_its_words():
    make_words("hobby", "chess")
    WordList.objects.update(note="I relax by …")
    before, file = snapshot(), exported()

    empty_the_texts()
    import_workbook(file)

    assert snapshot() == before


def test_no_cell_is_a_formula():
    make_line("hello", "=1+1")
    make_words("hobby", "=HYPERLINK(A1)", "+1", "-1", "@now", "#N/A", "9")

    workbook = openpyxl.load_workbook(exported())

    cells = [cell for sheet in workbook for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells if cell.value} == {"s"}


def test_sheets_are_parts_and_lists_and_columns_are_tones():
    make_tone("in-charge", name="In charge", position=2)
    make_tone("wholesome", position=1)
    make_words("hobby", "chess")

    workbook = openpyxl.load_workbook(exported())

    assert workbook.sheetnames == [
        *MessageTemplate.Part.labels,
        "hobby",
        "Lists",
        "Conditions",
    ]
    headings = [cell.value for cell in workbook["Intros"][1]]
    assert headings == ["Any tone", "Wholesome", "In charge"]


def test_a_text_that_no_spreadsheet_can_hold_is_tidied():
    make_line("hello", "Hi\x07 \x0byou\ufffe")

    assert openpyxl.load_workbook(exported())["Hellos"]["A2"].value == "Hi you"
