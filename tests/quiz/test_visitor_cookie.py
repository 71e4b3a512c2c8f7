from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from faces.models import new_key
from quiz.matching import Wish
from quiz.models import Result, new_code
from quiz.visitor import MAX_CODES, MAX_HEARD, MAX_SEEN, Visitor, signer
from tests.make import answers, make_face, make_quiz, make_texts


@pytest.fixture
def met(db, client):
    make_texts()
    make_quiz()
    make_face()
    client.post("/ai-lover/lover/", answers())
    return Result.objects.get()


def visitor_with(cookie):
    request = RequestFactory().get("/")
    request.COOKIES["lover"] = cookie
    return Visitor.of(request)


def test_cookie_is_the_browsers_alone(met, client):
    cookie = client.cookies["lover"]

    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["max-age"] == 180 * 24 * 3600


def test_cookie_is_secure_where_the_site_is(met, client, settings):
    settings.IS_HTTPS = True

    client.post("/ai-lover/lover/", answers())

    assert client.cookies["lover"]["secure"]


def test_visitor_owns_what_they_met(met, client):
    visitor = visitor_with(client.cookies["lover"].value)

    assert visitor.owns(met)
    assert visitor.met_last(met)
    assert visitor.seen == [met.face.key]


@pytest.mark.parametrize(
    "spoil", [lambda value: value[:-1] + "x", lambda value: "", lambda _: "é{}"]
)
def test_forged_cookie_is_a_new_visitor(met, client, spoil):
    assert visitor_with(spoil(client.cookies["lover"].value)) == Visitor()


def test_old_cookie_is_a_new_visitor(met, client, settings, time_machine):
    time_machine.move_to(
        timezone.now() + timedelta(seconds=settings.LOVER_COOKIE_AGE + 1)
    )

    assert visitor_with(client.cookies["lover"].value) == Visitor()


def fields(**changes):
    wish = {"gender": "man", "age_bucket": "20s", "tone": "", "chaos": 0, "words": {}}
    good = {"wish": wish, "labels": [], "gave_up": "", "codes": "c" * 22}
    return good | {"num_for_wish": 1, "seen": "k" * 11} | changes


def test_signed_cookie_is_read():
    assert visitor_with(signer().sign_object(fields())).wish.gender == "man"


def test_cookie_from_before_lines_and_answers_were_kept_is_read():
    visitor = visitor_with(signer().sign_object(fields()))

    assert (visitor.wish.gender, visitor.wish.answers) == ("man", {})
    assert visitor.heard == []


def test_lines_heard_are_remembered_the_newest_of_them(met, client):
    visitor = visitor_with(client.cookies["lover"].value)
    assert visitor.heard == met.line_ids
    many = Visitor(heard=list(range(1, 1 + MAX_HEARD)))
    met.line_ids = [500, 2]

    after = many.after_meeting(met, Wish(), [], "")

    assert after.heard == [*range(3, 1 + MAX_HEARD), 500, 2]
    assert len(after.heard) == MAX_HEARD


@pytest.mark.parametrize(
    "data",
    [
        [],
        "text",
        fields(wish={"gender": "girl"}),
        fields(wish={"age_bucket": "teens"}),
        fields(wish={"chaos": None}),
        fields(wish={"words": ["a"]}),
        fields(wish={"words": {"a": 1}}),
        fields(wish={"other": 1}),
        fields(wish={"answers": {"a": 1}}),
        fields(wish={"answers": "a"}),
        fields(labels=5),
        fields(heard=5),
        fields(heard=["a"]),
        fields(seen=[1, 2]),
        fields(seen="\x00" * 11),
        fields(codes=None),
        fields(num_for_wish="many"),
    ],
)
def test_signed_cookie_of_another_shape_is_a_new_visitor(data):
    assert visitor_with(signer().sign_object(data)) == Visitor()


@pytest.mark.parametrize("text", ["\xff", "{", ".x", ""])
def test_signed_garbage_is_a_new_visitor(text):
    assert visitor_with(signer().sign(text)) == Visitor()


def test_full_cookie_in_another_alphabet_fits_and_keeps_the_newest():
    labels = ["Двадцать или чуть больше"] * 7
    words = {f"list_{n}": "прогулка под луной" for n in range(4)}
    said = {f"question_{n}": "прогулка под луной" for n in range(7)}
    keys = [new_key() for _ in range(MAX_SEEN)]
    codes = [new_code() for _ in range(MAX_CODES)]
    wish, heard = Wish(words=words, answers=said), [*range(90_000, 90_000 + MAX_HEARD)]
    visitor = Visitor(wish, labels, "good", codes, 3, keys, heard)

    again = visitor_with(visitor.packed())

    assert len(visitor.packed()) < 3900
    assert (again.wish, again.codes) == (visitor.wish, codes)
    assert again.seen == keys[-len(again.seen) :]
    assert len(again.seen) >= MAX_SEEN // 4


def test_full_cookie_fits_into_a_browser():
    labels = ["Couch. No talking, ever, please. Thanks"] * 7
    words = {
        f"word_list_{n}": "a couch and no talking, ever, thank you" for n in range(3)
    }
    said = {f"question_{n}": labels[n] for n in range(7)}
    wish = Wish("androgynous", "50+", "wholesome", 100, words, said)
    codes, keys = [new_code() for _ in range(MAX_CODES)], ["k" * 11] * MAX_SEEN
    heard = [*range(90_000, 90_000 + MAX_HEARD)]
    visitor = Visitor(wish, labels, "trainwreck", codes, 1, keys, heard)
    response = HttpResponse()

    visitor.remember(response)

    assert len(response.cookies["lover"].OutputString()) < 4096


def test_only_the_newest_are_remembered():
    visitor = Visitor(codes=["c"], seen=[f"{n:011}" for n in range(MAX_SEEN)])
    result = Result(code="c")
    result.face = make_unsaved_face("0" * 11)

    after = visitor.after_meeting(result, Wish(), [], "")

    assert after.codes == ["c"]
    assert len(after.seen) == MAX_SEEN
    assert after.seen[-1] == "0" * 11


def make_unsaved_face(key):
    from faces.models import Face

    return Face(key=key)
