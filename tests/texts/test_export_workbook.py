import io

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.make import make_line, make_texts, make_tone, make_words
from texts.filling import PARTS
from texts.models import MessageTemplate, Tone, Word, WordList
from texts.parsing import one_line
from texts.spreadsheet import Counts, import_workbook, write_workbook

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
    lines = MessageTemplate.objects.values_list("part", "tone__name", "text")
    words = Word.objects.values_list("word_list__name", "text")
    notes = WordList.objects.values_list("name", "note")
    return list(lines), list(words), list(notes)


def empty_the_texts():
    MessageTemplate.objects.all().delete()
    WordList.objects.all().delete()


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(columns, st.lists(lines, unique=True, max_size=5), max_size=5),
    st.dictionaries(
        st.from_regex("(list|wort)_[a-z0-9_]{0,9}", fullmatch=True),
        st.lists(words.filter(is_plain), unique=True, max_size=5),
        max_size=3,
    ),
)
def test_an_export_brings_back_the_same_texts(lines, lists):
    empty_the_texts()
    make_tone("wholesome")
    for (part, tone), texts in lines.items():
        for text in texts:
            make_line(part, text, tone)
    for name, texts in lists.items():
        make_words(name, *texts)
    before, file = snapshot(), exported()

    empty_the_texts()
    import_workbook(file)

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

    assert workbook.sheetnames == [*MessageTemplate.Part.labels, "hobby"]
    headings = [cell.value for cell in workbook["Intros"][1]]
    assert headings == ["Any tone", "Wholesome", "In charge"]


def test_a_text_that_no_spreadsheet_can_hold_is_tidied():
    make_line("hello", "Hi\x07 \x0byou\ufffe")

    assert openpyxl.load_workbook(exported())["Hellos"]["A2"].value == "Hi you"
