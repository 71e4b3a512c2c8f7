import pytest

from tests.make import make_line, make_texts, make_tone, make_words
from texts.content import current_content, read_content
from texts.filling import ANY_TONE, Slot
from texts.models import MessageTemplate

pytestmark = pytest.mark.django_db


def test_the_content_holds_lines_by_tone_and_words_by_list():
    make_words("hobby", "ironing", "chess")
    make_line("hello", "Hi!")
    make_line("hello", "Dear {hobby}", "wholesome")

    content = read_content()

    assert content.candidates("hello", "wholesome") == [
        ("Dear ", Slot("hobby")),
        ("Hi!",),
    ]
    assert content.candidates("hello", ANY_TONE) == [("Hi!",)]
    assert content.words == {"hobby": ["ironing", "chess"]}


def test_reading_the_content_takes_two_queries(django_assert_num_queries):
    make_texts()

    with django_assert_num_queries(2):
        read_content()


def test_a_line_that_somebody_broke_in_the_database_is_left_out(caplog):
    MessageTemplate.objects.create(part="hello", text="Hi {")
    make_line("hello", "Hi!")

    assert read_content().candidates("hello", ANY_TONE) == [("Hi!",)]
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
    assert current_content().candidates("hello", ANY_TONE) == [("Hi!",)]


def test_the_content_is_never_kept_when_it_may_not_be(settings):
    settings.CONTENT_CACHE_SECONDS = 0
    current_content()
    make_line("hello", "Hi!")

    assert current_content().candidates("hello", ANY_TONE) == [("Hi!",)]
