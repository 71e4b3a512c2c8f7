import pytest
from django.db import OperationalError

from tests.make import make_line
from texts.content import current_content
from texts.counting import ShownLines, count_shared, shown_lines
from texts.models import MessageTemplate

pytestmark = pytest.mark.django_db


def counts():
    return dict(MessageTemplate.objects.values_list("text", "times_shown"))


def test_lines_are_counted_when_the_texts_are_read_anew(settings):
    settings.CONTENT_CACHE_SECONDS = 0
    often, once, _ = (make_line("hello", text) for text in "abc")

    for line_ids in ([often.pk, once.pk], [often.pk]):
        shown_lines.add(line_ids)
    current_content()
    shown_lines.add([often.pk])
    current_content()

    assert counts() == {"a": 3, "b": 1, "c": 0}


def test_all_counts_are_saved_in_one_update(django_assert_num_queries):
    lines, shown = [make_line("hello", text).pk for text in "abc"], ShownLines()
    shown.add([*lines, *lines[:2], lines[0]])

    with django_assert_num_queries(3):  # with the savepoint around it
        shown.save()

    with django_assert_num_queries(0):
        shown.save()


def test_counts_wait_for_a_database_that_is_busy(monkeypatch, caplog):
    line, shown = make_line("hello", "a"), ShownLines()
    shown.add([line.pk])
    with monkeypatch.context() as broken:
        broken.setattr(MessageTemplate.objects, "filter", refuse)
        shown.save()
    assert "The counts of 1 lines wait." in caplog.text

    shown.save()

    assert counts() == {"a": 1}


def refuse(**_):
    raise OperationalError("database is locked")


def test_a_share_counts_for_each_line_of_the_result():
    lines = [make_line("hello", text) for text in "ab"]

    count_shared([line.pk for line in lines])
    count_shared([lines[0].pk])

    assert list(
        MessageTemplate.objects.order_by("text").values_list("times_shared", flat=True)
    ) == [2, 1]
