from datetime import date

import pytest

from tests.make import make_line, make_texts, make_tone, make_words
from texts.content import current_content, read_content
from texts.filling import ANY_TONE
from texts.models import GrammarException, MessageTemplate
from texts.parsing import Slot

pytestmark = pytest.mark.django_db


def lines(content, tone=ANY_TONE):
    return [candidate.line for candidate in content.candidates("hello", tone).items]


def test_the_content_holds_lines_by_tone_and_words_by_list():
    make_words("hobby", "ironing", "chess")
    make_line("hello", "Hi!")
    make_line("hello", "Dear {hobby}", "wholesome")

    content = read_content()

    assert lines(content, "wholesome") == [("Dear ", Slot("hobby")), ("Hi!",)]
    assert lines(content, ANY_TONE) == [("Hi!",)]
    assert content.candidate_words("hobby").items == ["ironing", "chess"]


def test_reading_the_content_takes_three_queries(django_assert_num_queries):
    make_texts()

    with django_assert_num_queries(3):
        read_content()


def test_a_line_that_somebody_broke_in_the_database_is_left_out(caplog):
    MessageTemplate.objects.create(part="hello", text="Hi {")
    make_line("hello", "Hi!")

    assert lines(read_content()) == [("Hi!",)]
    assert "is left out" in caplog.text


def test_the_content_is_kept_for_as_long_as_it_may_be(settings, monkeypatch):
    seconds = iter([1000, 1004, 1005])
    monkeypatch.setattr("texts.content.monotonic", lambda: next(seconds))
    monkeypatch.setattr("texts.content._latest", None)
    settings.CONTENT_CACHE_SECONDS = 5

    first = current_content()
    make_tone()
    make_line("hello", "Hi!")

    assert current_content() is first
    assert lines(current_content()) == [("Hi!",)]


def test_the_content_is_never_kept_when_it_may_not_be(settings):
    settings.CONTENT_CACHE_SECONDS = 0
    current_content()
    make_line("hello", "Hi!")

    assert lines(current_content()) == [("Hi!",)]


@pytest.mark.parametrize("status", ["draft", "archived"])
def test_a_line_that_is_not_approved_is_not_said(status):
    make_line("hello", "Hi!", status=status)

    assert lines(read_content()) == []


def test_an_archived_word_is_not_said():
    hobby = make_words("hobby", "ironing", "chess")
    hobby.words.filter(text="chess").update(status="archived")

    assert read_content().candidate_words("hobby").items == ["ironing"]


@pytest.mark.parametrize(
    ("day", "is_said"),
    [
        ("2026-02-09", False),
        ("2026-02-10", True),
        ("2026-02-14", True),
        ("2026-02-15", False),
    ],
)
def test_a_line_of_a_season_is_said_from_its_first_day_to_its_last(
    time_machine, day, is_said
):
    days = {"starts_on": date(2026, 2, 10), "expires_on": date(2026, 2, 14)}
    make_line("hello", "Be mine!", **days)

    time_machine.move_to(f"{day}T12:00:00Z")

    assert bool(lines(read_content())) == is_said


def test_exceptions_of_the_editors_come_before_the_grammar():
    make_words("pet", "cat called Steve", "gnu")
    GrammarException.objects.create(word="gnu", plural="gnu")
    make_line("hello", "{pet:plural}")

    forms = read_content().grammar.forms

    assert forms["gnu", "plural"] == "gnu"
    assert forms["cat called Steve", "plural"] == "cats called Steve"
