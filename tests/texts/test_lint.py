"""What a writer hears about a line before visitors do."""

from datetime import date

import pytest

from tests.make import make_line, make_tone, make_words
from texts.lint import MAY, MUST, lint, musts
from texts.models import FlaggedWord, MessageTemplate
from texts.reading_age import reading_age
from texts.surroundings import Surroundings

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _texts():
    make_words("hobby", "chess", "golf", "judo", "yoga", "naps")
    make_words("job", "a pilot", "a vet", "a mime", "a spy", "a chef")
    for part in MessageTemplate.Part.values:
        make_line(part, "Something else altogether")


def findings(text, part="about", **fields):
    line = MessageTemplate(part=part, text=text, **fields)
    return lint(line, Surroundings.now())


def messages(text, **fields):
    return [finding.message for finding in findings(text, **fields)]


def test_nothing_is_said_of_a_good_line():
    assert findings("I am {job} and I relax by {hobby}") == []


@pytest.mark.parametrize(
    ("text", "fixed"),
    [
        ("I do {hobb}", "I do {hobby}"),
        ("I do {Hobb} too", "I do {Hobby} too"),
        ("I like {hobbi:a}", "I like {hobby:a}"),
        ("Ask {she}", "Ask {they}"),
        ("I do {Hobby }", "I do {hobby}"),
        ("I do {hobby, and rest", "I do {hobby}, and rest"),
        ("At {5 o’clock", "At {{5 o’clock"),
        ("My name} is", "My {name} is"),
        ("I do chess}", "I do chess"),
        ("I do {} chess", "I do chess"),
    ],
)
def test_one_click_mends_what_must_be_mended(text, fixed):
    finding = findings(text)[0]

    assert (finding.severity, finding.fix.text) == (MUST, fixed)
    assert not musts(MessageTemplate(part="about", text=fixed), Surroundings.now())


def test_everything_that_is_wrong_is_said_at_once():
    assert len(findings("{hobb} and {jobb} and {")) == 3


@pytest.mark.parametrize(
    ("part", "text", "fixed"),
    [
        ("about", "I  do {hobby}", "I do {hobby}"),
        ("caption", "You two will do {hobby}", "You two will do {hobby}."),
        ("intro", "{name} said “hi”", "{name} said “hi”."),
        ("hello", "Hi there.", "Hi there"),
    ],
)
def test_one_click_tidies_what_may_stay(part, text, fixed):
    [finding] = findings(text, part=part)

    assert (finding.severity, finding.fix.text) == (MAY, fixed)


@pytest.mark.parametrize(
    ("part", "text"),
    [
        ("about", "I do {hobby}…"),
        ("about", "So..."),
        ("caption", "Really, {hobby}?"),
        ("intro", "{name} said “hi.”"),
    ],
)
def test_other_ends_are_left_alone(part, text):
    assert findings(text, part=part) == []


def test_a_line_that_can_become_too_long_is_told_so():
    make_words("pet", *(letter * 70 for letter in "abcde"))

    message = messages("I have {pet} and also {pet#2}")[0]

    assert "157 letters: too long for a bubble, where 120 fit." in message


@pytest.mark.parametrize(
    ("words", "severity"), [([], MUST), (["a"], MUST), (["a", "b", "c"], MAY)]
)
def test_a_list_that_is_too_short_is_named(words, severity):
    make_words("pet", *words)

    [finding] = findings("{pet} and {pet#2}")

    assert finding.severity == severity
    assert "list pet" in finding.message


def test_a_near_duplicate_is_shown():
    other = make_line("about", "By day I do {hobby} and by night I sleep")

    [finding] = findings("By day I do {hobby}, and by night I do sleep")

    assert (finding.severity, finding.line_id) == (MAY, other.pk)


def test_a_line_is_no_duplicate_of_itself_nor_of_another_tone():
    line = make_line("about", "By day I do {hobby}", "shy")

    assert lint(line, Surroundings.now()) == []
    assert findings("By day I do {hobby}", tone=make_tone("loud")) == []


def test_a_line_whose_last_day_has_passed_is_told_so():
    assert messages("I do {hobby}", expires_on=date(2020, 2, 14)) == [
        "Nobody reads it any more: its last day was 14 February 2020."
    ]


def test_the_only_line_of_some_lovers_is_told_so():
    MessageTemplate.objects.filter(part="about").update(gender="woman")

    [message] = messages("I do {hobby}", gender="man", age_bucket="30s")

    assert message == "For men in their 30s it would be the only line in its place."


def test_a_stored_line_does_not_count_as_company_for_itself():
    MessageTemplate.objects.filter(part="about").delete()
    line = make_line("about", "I do {hobby}")

    [finding] = lint(line, Surroundings.now())

    assert "the only line" in finding.message


@pytest.mark.parametrize(
    ("text", "is_flagged"),
    [("You crazy thing", True), ("CRAZY", True), ("Crazyhorse", False)],
)
def test_flagged_words_are_found_as_whole_words(text, is_flagged):
    FlaggedWord.objects.create(word="crazy", note="Say odd.")

    found = messages(text)

    assert found == (["Do without “crazy” if you can. Say odd."] * is_flagged)


def test_a_refused_word_must_go():
    FlaggedWord.objects.create(word="crazy", severity="refuse")

    assert findings("You crazy thing")[0].severity == MUST


def test_there_is_no_list_of_words_but_our_own():
    assert not FlaggedWord.objects.exists()
    assert findings("I am gay and queer") == []


def test_long_words_in_long_sentences_need_older_readers():
    text = "Notwithstanding institutional considerations, I characteristically procrastinate everything"

    assert "It is hard to read" in messages(text)[0]
    assert reading_age("Hi. I am a cat. I nap.") < 7


def test_what_keeps_from_publishing_is_part_of_the_lint():
    line = MessageTemplate(part="about", text="I do {hobb} .")
    around = Surroundings.now()

    assert musts(line, around) == [f for f in lint(line, around) if f.severity == MUST]
