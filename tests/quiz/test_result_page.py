import re

import pytest

from quiz.models import Result
from tests.make import (
    answers,
    make_face,
    make_network,
    make_quiz,
    make_result,
    make_texts,
)

HOSTS = [
    "evil.example",
    "testserver.evil.example",
    "127.0.0.1:666@evil.example",
    "[::1].evil",
]


@pytest.fixture
def met(db, client):
    """A visitor who has just met somebody; returns the result."""
    make_texts()
    make_quiz()
    make_face(picture=True)
    client.post("/ai-lover/lover/", answers(pet="robots"))
    return Result.objects.get()


def page(client, result, **headers):
    response = client.get(result.get_absolute_url(), headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def test_page_shows_the_lover(met, client):
    text = page(client, met)

    assert met.name in text
    assert met.facts in text
    assert "I have nine robots" in text
    assert "Congrats, hope you have a great life together!" in text
    assert met.face.picture_url(512) in text


def test_page_says_who_drew_the_face_and_that_nobody_is_in_it(db, client):
    network = make_network(
        name="mobile", title="MobileStyleGAN (FFHQ)", sha256="1" * 64
    )
    result = make_result(
        face=make_face(network=network, seed=1234, picture=True, review="shipped")
    )

    text = page(client, result)

    assert (
        "Legend L. does not exist. Face: MobileStyleGAN (FFHQ), seed 1234, made May 2026, "
        "reviewed before anyone met them." in text
    )
    assert "checked by people" not in text


def test_owner_can_ask_for_another_one(met, client):
    make_face()

    response = client.post(
        f"/r/{met.code}/another/", {"attempt": "a" * 32}, follow=True
    )

    other = response.context["result"]
    assert other != met
    assert other.face != met.face
    assert other.lines["pet"] == "I have nine robots"


@pytest.mark.django_db(transaction=True)
def test_doubled_tap_on_another_one_gives_one_more_result(met, client):
    for _ in range(2):
        client.post(f"/r/{met.code}/another/", {"attempt": "a" * 32})

    assert Result.objects.count() == 2


@pytest.mark.parametrize("attempt", ["\x00" * 20, "a" * 99, "{name}", ""])
def test_strange_attempt_is_no_attempt(met, client, attempt):
    response = client.post(f"/r/{met.code}/another/", {"attempt": attempt})

    assert response.status_code == 303


def test_older_lover_of_another_wish_offers_no_other_one(met, client):
    make_face(gender="man")
    client.post("/ai-lover/lover/", answers(who="man"))

    assert "/another/" not in page(client, met)
    assert client.post(f"/r/{met.code}/another/")["Location"] == "/ai-lover/"


def test_older_lover_of_the_same_wish_offers_another_one(met, client):
    client.post(f"/r/{met.code}/another/")

    assert "/another/" in page(client, met)


@pytest.mark.django_db(transaction=True)
def test_doubled_submit_keeps_what_was_said_of_the_search(client):
    make_texts()
    make_quiz()
    make_face(age_bucket="40s")
    form = answers(age="50+") | {"attempt": "a" * 32}

    for _ in range(2):
        response = client.post("/ai-lover/lover/", form, follow=True)

    assert b"Nobody over fifty" in response.content


@pytest.mark.django_db(transaction=True)
def test_repeated_attempt_does_not_lead_to_a_revoked_lover(client):
    make_texts()
    make_quiz()
    gone = make_face(picture=True)
    form = answers() | {"attempt": "a" * 32}
    client.post("/ai-lover/lover/", form)
    gone.revoke("Reported.")
    other = make_face(picture=True)

    response = client.post("/ai-lover/lover/", form, follow=True)

    assert response.context["result"].face == other


@pytest.mark.django_db(transaction=True)
def test_quiz_deleted_meanwhile_is_not_found(client, settings):
    make_texts()
    make_face()
    quiz = make_quiz()
    form = answers()
    settings.CONTENT_CACHE_SECONDS = 3600
    client.get("/ai-lover/")
    quiz.delete()

    assert client.post("/ai-lover/lover/", form).status_code == 404


def test_friend_sees_find_yours_and_no_retake(met, client):
    client.cookies.clear()

    text = page(client, met)

    assert "Find yours" in text
    assert "/another/" not in text


def test_friend_cannot_retake_somebody_elses_result(met, client):
    client.cookies.clear()

    response = client.post(f"/r/{met.code}/another/")

    assert response["Location"] == "/ai-lover/"
    assert Result.objects.count() == 1


def test_owner_sees_why_and_a_friend_does_not(met, client):
    assert "Pet robots" in page(client, met)

    client.cookies.clear()

    assert "Pet robots" not in page(client, met)


def test_widened_search_is_said_to_the_owner_alone(db, client):
    make_texts()
    make_quiz()
    make_face(age_bucket="40s")
    client.post("/ai-lover/lover/", answers(age="50+"))
    result = Result.objects.get()

    assert "Nobody over fifty was free tonight" in page(client, result)
    client.cookies.clear()
    assert "Nobody over fifty" not in page(client, result)


def test_revoked_face_leaves_the_text_and_a_drawing(met, client):
    met.face.revoke("Reported.")

    text = page(client, met)

    assert met.name in text
    assert met.face.key not in text
    assert 'content="noindex"' in text
    assert client.get(f"/r/{met.code}/card.jpg").status_code == 410


@pytest.mark.parametrize("code", ["x", "A" * 22, "%00", "..%2f", "é" * 22, "a" * 8000])
def test_unknown_codes_are_not_found_in_words(db, client, code):
    response = client.get(f"/r/{code}/")

    assert response.status_code == 404
    assert b"neither do our lovers" in response.content


def test_codes_are_exact(met, client):
    for code in (met.code.swapcase(), met.code[:-1], met.code + "a"):
        assert client.get(f"/r/{code}/").status_code == 404
    assert client.get(f"/r/{met.code}/style.css").status_code == 404


def test_page_is_not_kept_by_caches(met, client):
    assert "no-store" in client.get(met.get_absolute_url())["Cache-Control"]


def test_link_preview_is_complete_and_absolute(met, client, settings):
    settings.SITE_URL = "https://lovers.example"

    tags = dict(
        re.findall(
            r'<meta (?:property|name)="([^"]+)" content="([^"]*)"', page(client, met)
        )
    )

    assert tags["og:url"] == f"https://lovers.example/r/{met.code}/"
    assert tags["og:image"] == tags["twitter:image"] == f"{tags['og:url']}card.jpg"
    assert (tags["og:image:width"], tags["og:image:height"]) == ("1200", "630")
    assert tags["twitter:card"] == "summary_large_image"
    assert met.name in tags["og:title"]
    for name in (
        "og:type",
        "og:site_name",
        "og:description",
        "og:image:alt",
        "twitter:title",
    ):
        assert tags[name]


@pytest.mark.parametrize("host", HOSTS)
def test_address_never_comes_from_the_request(met, client, host):
    for header in ("X-Forwarded-Host", "Forwarded", "X-Host", "Referer"):
        assert "evil" not in page(client, met, **{header: host})

    assert client.get(met.get_absolute_url(), headers={"Host": host}).status_code == 400


def test_words_of_a_result_are_only_ever_text(db, client):
    hostile = "<script>alert(1)</script>"
    result = make_result(
        name=hostile, home_town=hostile, lines={"hello": hostile, "intro": hostile}
    )

    assert hostile not in page(client, result)


def test_result_of_an_unpublished_quiz_stays_alive(met, client):
    met.quiz.is_published = False
    met.quiz.save()

    assert met.name in page(client, met)
    assert client.post(f"/r/{met.code}/another/")["Location"] == "/"
    client.cookies.clear()
    assert 'href="/"' in page(client, met)
