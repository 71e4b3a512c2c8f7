from datetime import date

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from tests.make import make_line, make_tone, make_words
from texts.approval import MayNotPublish, may_publish
from texts.counting import count_shared
from texts.history import NotFree, put_back, save_line
from texts.models import (
    FlaggedWord,
    GrammarException,
    MessageTemplate,
    TextEvent,
    TextSettings,
    Word,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    return User.objects.create_user("ada")


def test_a_new_line_is_written_down_with_who_wrote_it(ada):
    line = MessageTemplate(part="hello", text="Hi!", tone=make_tone())

    event = save_line(line, ada)

    assert (event.kind, event.row_id, event.what, event.by) == (
        *("line", line.pk),
        *("created", ada),
    )
    assert (event.before, event.after["text"]) == ({}, "Hi!")
    assert (line.created_by, line.updated_by) == (ada, ada)


def test_a_change_keeps_what_was_there_before(ada):
    line = make_line("hello", "Hi!")
    line.text = "Ho!"

    event = save_line(line, ada)

    assert (event.before["text"], event.after["text"]) == ("Hi!", "Ho!")
    assert (event.what, str(event)) == ("changed", "changed: Ho!")
    assert (line.created_by, line.updated_by) == (None, ada)


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("draft", "approved", "published"),
        ("approved", "archived", "archived"),
        ("archived", "approved", "restored"),
        ("archived", "draft", "restored"),
        ("approved", "draft", "changed"),
    ],
)
def test_the_status_says_what_happened(old, new, what):
    line = make_line("hello", "Hi!", status=old)
    line.status = new

    assert save_line(line, None).what == what


def test_nothing_is_written_down_when_nothing_has_changed(ada):
    assert save_line(make_line("hello", "Hi!"), ada) is None
    assert not TextEvent.objects.exists()


def test_saving_a_line_leaves_its_counts_alone(ada):
    line = make_line("hello", "Hi!")
    count_shared([line.pk])
    line.text = "Ho!"

    save_line(line, ada)

    line.refresh_from_db()
    assert (line.text, line.times_shared) == ("Ho!", 1)


def test_a_line_goes_back_to_what_it_was(ada):
    line = MessageTemplate(part="hello", text="Hi!", expires_on=date(2026, 2, 14))
    first = save_line(line, ada)
    line.text, line.expires_on, line.status = "Ho!", None, "archived"
    save_line(line, ada)

    event = put_back(TextEvent.objects.get(pk=first.pk), ada)

    line.refresh_from_db()
    assert (line.text, line.expires_on) == ("Hi!", date(2026, 2, 14))
    assert (event.what, event.after["status"]) == ("restored", "approved")


def test_a_word_has_its_history_too(ada):
    hobby = make_words("hobby")
    word = Word(word_list=hobby, text="chess")
    created = save_line(word, ada)
    word.status = "archived"
    save_line(word, ada)

    put_back(TextEvent.objects.get(pk=created.pk), ada)

    assert hobby.words.get().status == "approved"
    assert set(TextEvent.objects.values_list("kind", "row_id")) == {("word", word.pk)}


def test_what_is_gone_is_not_put_back(ada):
    line = MessageTemplate(part="hello", text="Hi!")
    event = save_line(line, ada)
    line.delete()

    assert put_back(event, ada) is None


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "gone"},
        {"weight": 0},
        {"weight": 101},
        {"gender": "unknown"},
        {"age_bucket": "10s"},
        {"sign": "Ophiuchus"},
        {"starts_on": date(2026, 3, 1), "expires_on": date(2026, 2, 28)},
    ],
)
def test_the_database_refuses_a_line_of_unknown_conditions(fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_line("hello", "Hi!", **fields)


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        (GrammarException, {"word": "gnu"}),
        (GrammarException, {"word": "gnu", "article": "th"}),
        (FlaggedWord, {"word": "gnu", "severity": "shrug"}),
        (TextSettings, {"pk": 2}),
    ],
)
def test_the_database_refuses_what_says_nothing(model, fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.create(**fields)


def test_an_exception_is_kept_in_small_letters():
    exception = GrammarException(word=" Old  SUV ", article="an")

    exception.full_clean()

    assert exception.word == "old suv"


@pytest.fixture
def spicy():
    TextSettings.objects.create(pk=1, two_person_for_spicy=True)
    return make_tone("spicy", is_spicy=True)


def test_nobody_publishes_a_spicy_line_they_wrote(ada, spicy):
    line = MessageTemplate(part="hello", text="Hi!", tone=spicy)

    assert not may_publish(line, ada)
    with pytest.raises(MayNotPublish, match="somebody else must publish it"):
        save_line(line, ada)
    assert not MessageTemplate.objects.exists()


def test_the_writer_is_who_gave_the_line_its_words(ada, spicy):
    bob = User.objects.create_user("bob")
    line = MessageTemplate(part="hello", text="Hi!", tone=spicy, status="draft")
    save_line(line, ada)
    line.weight = 20
    save_line(line, bob)

    assert may_publish(line, bob)
    assert not may_publish(line, ada)
    line.text = "Ho!"
    assert not may_publish(line, bob)


def test_putting_back_makes_nobody_a_writer(ada, spicy):
    bob = User.objects.create_user("bob")
    line = MessageTemplate(part="hello", text="Hi!", tone=spicy, status="draft")
    first = save_line(line, ada)
    line.text = "Ho!"
    save_line(line, bob)
    put_back(first, bob)

    line.refresh_from_db()
    assert may_publish(line, bob)
    assert not may_publish(line, ada)


@pytest.mark.parametrize("changes", [{"weight": 20}, {"status": "archived"}])
def test_the_writer_may_change_what_is_not_said(ada, spicy, changes):
    line = make_line("hello", "Hi!", "spicy", created_by=ada)
    vars(line).update(changes)

    assert save_line(line, ada)


@pytest.mark.parametrize(
    "stored",
    [{"text": "Ho!"}, {"tone": None}, {"status": "draft"}, {"status": "archived"}],
)
def test_what_is_said_anew_needs_another_person(ada, spicy, stored):
    line = make_line("hello", "Hi!", "spicy", created_by=ada)
    MessageTemplate.objects.update(**stored)

    assert not may_publish(line, ada)
    with pytest.raises(MayNotPublish):
        save_line(line, ada)


def test_one_person_will_do_for_other_tones_for_commands_and_by_default(ada, spicy):
    line = MessageTemplate(part="hello", text="Hi!", tone=spicy)

    assert may_publish(line, None)
    assert may_publish(MessageTemplate(part="hello", text="Hi!", tone=make_tone()), ada)
    TextSettings.objects.update(two_person_for_spicy=False)
    assert may_publish(line, ada)


def test_there_is_one_row_of_settings():
    assert TextSettings.now() == TextSettings.now()
    assert not TextSettings.now().two_person_for_spicy


def test_what_another_line_says_now_is_not_put_back(ada):
    line = MessageTemplate(part="hello", text="Hi!")
    first = save_line(line, ada)
    line.text = "Ho!"
    save_line(line, ada)
    make_line("hello", "Hi!")

    with pytest.raises(NotFree, match="Another one says the same"):
        put_back(TextEvent.objects.get(pk=first.pk), ada)


def test_a_line_is_not_put_back_under_a_tone_that_is_gone(ada):
    tone = make_tone()
    line = MessageTemplate(part="hello", text="Hi!", tone=tone)
    first = save_line(line, ada)
    line.tone = None
    save_line(line, ada)
    tone.delete()

    with pytest.raises(NotFree, match="Its tone is gone"):
        put_back(TextEvent.objects.get(pk=first.pk), ada)


def test_a_word_is_not_put_back_into_a_list_that_is_gone(ada):
    hobby, pet = make_words("hobby"), make_words("pet")
    word = Word(word_list=hobby, text="chess")
    first = save_line(word, ada)
    word.word_list = pet
    save_line(word, ada)
    hobby.delete()

    with pytest.raises(NotFree, match="Its list is gone"):
        put_back(TextEvent.objects.get(pk=first.pk), ada)


def test_the_same_words_may_stand_in_another_place(ada):
    line = MessageTemplate(part="hello", text="Hi!", tone=make_tone())
    first = save_line(line, ada)
    line.text = "Ho!"
    save_line(line, ada)
    make_line("hello", "Hi!")
    make_line("about", "Hi!", "wholesome")

    assert put_back(TextEvent.objects.get(pk=first.pk), ada)
