"""Whatever is sent: the page again with a sentence, or 4xx in words; nothing saved."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quiz.forms import STRANGE, TileField
from quiz.models import Result
from tests.make import answers, make_face, make_question, make_quiz, make_texts

SENTENCES = TileField.default_error_messages
ADDRESS = "/ai-lover/lover/"


@pytest.fixture
def quiz(db):
    make_texts()
    make_face()
    return make_quiz()


def sentences(page):
    """The errors that are shown, by question."""
    return dict(re.findall(r'id="(\w+)-error"[^>]*(?<!hidden)>([^<]+)<', page))


def errors(response):
    assert response.status_code == 422
    assert not Result.objects.exists()
    assert not response.cookies
    return response.content.decode()


def test_missing_answer_is_asked_for_at_its_question(quiz, client):
    form = answers()
    del form["pet"]

    page = errors(client.post(ADDRESS, form))

    assert sentences(page) == {"pet": SENTENCES["required"]}
    assert page.count(" checked") == len(form)  # the other answers are kept


def test_empty_form_asks_for_every_answer(quiz, client):
    said = sentences(errors(client.post(ADDRESS, {})))

    assert said == dict.fromkeys(answers(), SENTENCES["required"])


def test_doubled_answer_is_one_too_many(quiz, client):
    form = answers() | {
        "pet": [answers(pet=pet)["pet"] for pet in ("macaws", "robots")]
    }

    assert SENTENCES["doubled"] in errors(client.post(ADDRESS, form))


@pytest.mark.parametrize(
    "value", ["x", "0", "None", "é", "<script>", "\x00", "a" * 5000, "{name}"]
)
def test_unknown_answer_is_asked_again(quiz, client, value):
    page = errors(client.post(ADDRESS, answers() | {"pet": value}))

    assert SENTENCES["unknown"] in page
    assert "<script>alert" not in page


def test_answer_of_an_older_version_of_the_quiz_is_asked_again(quiz, client):
    form = answers()
    pet = quiz.questions.get(key="pet").choices.first()
    pet.label = "Parrots"
    pet.save()

    page = errors(client.post(ADDRESS, form))

    assert sentences(page) == {"pet": SENTENCES["unknown"]}


def test_question_added_in_the_meantime_is_asked(quiz, client):
    form = answers()
    make_question(quiz, "new", gender=["woman"])

    assert SENTENCES["required"] in errors(client.post(ADDRESS, form))


@pytest.mark.parametrize(
    "extra",
    [
        {"next": "https://evil.example"},
        {"who[]": "x"},
        {"attempt": "a" * 400},
        {"attempt": "{name}"},
    ],
)
def test_fields_that_are_not_of_the_quiz_are_refused(quiz, client, extra):
    assert STRANGE in errors(client.post(ADDRESS, answers() | extra))


def test_thousand_fields_are_too_many(quiz, client):
    response = client.post(ADDRESS, {f"q{n}": "x" for n in range(1001)})

    assert response.status_code == 413
    assert b"take the quiz again" in response.content


@pytest.mark.parametrize("size", [20_001, 3_000_000])
def test_oversized_body_is_refused(quiz, client, size):
    body = "who=" + "x" * size
    response = client.post(
        ADDRESS, body, content_type="application/x-www-form-urlencoded"
    )

    assert response.status_code == 413
    assert b"too large" in response.content


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"\xff\xfe who=\x80", "application/x-www-form-urlencoded"),
        (b"who=%ff%fe&age=%00", "application/x-www-form-urlencoded"),
        (b"who=x", "application/x-www-form-urlencoded; charset=utf-16"),
        (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
        (b"who=x", "multipart/form-data"),
        (b'{"who": 1}', "application/json"),
        (b"<who/>", "text/xml"),
        (b"", ""),
    ],
)
def test_malformed_body_is_answered_in_words(quiz, client, body, content_type):
    response = client.post(ADDRESS, body, content_type=content_type)

    assert response.status_code in (400, 422)
    assert b"quiz" in response.content
    assert not Result.objects.exists()


@pytest.mark.parametrize("charset", ["base64", "zlib_codec", "idna", "utf-16", "x"])
def test_other_encodings_are_answered_in_words(quiz, client, charset):
    content_type = f"multipart/form-data; boundary=x; charset={charset}"
    response = client.generic("POST", ADDRESS, b"--x--", content_type)

    assert response.status_code == 400
    assert b"quiz" in response.content


def test_endless_length_is_refused(quiz, client):
    response = client.generic("POST", ADDRESS, b"who=x", CONTENT_LENGTH="9" * 5000)

    assert response.status_code == 413


@pytest.mark.parametrize(
    "method", ["get", "put", "delete", "trace", "patch", "head", "options"]
)
def test_only_posts_are_taken(quiz, client, method):
    response = getattr(client, method)(ADDRESS)

    assert response.status_code == 405
    assert response["Allow"] == "POST"


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://["},
        {"Origin": ""},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"},
    ],
)
def test_posts_from_another_site_are_refused(quiz, client, headers):
    response = client.post(ADDRESS, answers(), headers=headers)

    assert response.status_code == 403
    assert b"another site" in response.content
    assert not Result.objects.exists()


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://testserver"},
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
    ],
)
def test_posts_from_our_own_pages_are_taken(quiz, client, headers):
    assert client.post(ADDRESS, answers(), headers=headers).status_code == 303


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.dictionaries(
        st.sampled_from(["who", "age", "tone", "pet", "chaos", "attempt"]), st.text()
    )
)
def test_random_answers_never_break_the_site(quiz, client, form):
    response = client.post(ADDRESS, form)

    assert response.status_code in (400, 413, 422)
    assert not Result.objects.exists()
