from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from quiz.matching import Wish
from quiz.models import Result, new_code
from quiz.visitor import MAX_CODES, MAX_SEEN, Visitor
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


def test_full_cookie_fits_into_a_browser():
    labels = ["Couch. No talking, ever, please. Thanks"] * 7
    words = {
        f"word_list_{n}": "a couch and no talking, ever, thank you" for n in range(3)
    }
    wish = Wish("androgynous", "50+", "wholesome", 100, words)
    codes = [new_code() for _ in range(MAX_CODES)]
    visitor = Visitor(wish, labels, "trainwreck", codes, ["k" * 11] * MAX_SEEN)
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
