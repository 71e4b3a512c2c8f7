"""The panel without scripts: one face, one form, and what a sitting came to."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from faces.models import Face, Rating
from faces.sitting import compare_with_panel
from faces.tickets import issue
from faces.voting import cast
from tests.make import make_face, make_rater, make_waiting_face

ANSWERS = {"gender": "woman", "age": "30s", "quality": "good"}
VOTE = {"adult": "yes", "problem": "none", "gender": "woman", "age_bucket": "30s"}


@pytest.fixture
def client(rita):
    client = Client()
    client.force_login(rita)
    return client


def ticket_on(page):
    return page.context["handed"]["ticket"]


def rate_many(rater, count, **fields):
    for _ in range(count):
        Rating.objects.create(
            face=make_face(), rater=rater, adult="yes", **ANSWERS_AS_LABELS, **fields
        )


ANSWERS_AS_LABELS = {"gender": "woman", "age_bucket": "30s", "quality": "good"}


def test_start_says_how_much_there_is(client):
    for _ in range(2):
        make_waiting_face(gender="man", age_bucket="50+")

    page = client.get("/panel/").text

    assert "2 faces, about 1 minute. Most needed now: men 50+." in page


def test_vote_leads_to_the_next_face_and_says_what_was_saved(client):
    make_waiting_face()
    make_waiting_face()
    first = ticket_on(client.get("/panel/rate/"))

    page = client.post("/panel/vote/", ANSWERS | {"ticket": first}, follow=True)

    assert "Saved: woman, 30s, good." in page.text
    assert "2 of 40" in page.text
    assert ticket_on(page) != first


def test_forgotten_row_is_named_and_the_others_stay_chosen(client):
    make_waiting_face()
    ticket = ticket_on(client.get("/panel/rate/"))

    page = client.post("/panel/vote/", ANSWERS | {"age": "", "ticket": ticket})

    assert page.status_code == 422
    assert "Still to choose: age." in page.text
    assert page.text.count("checked") == 3  # gender, quality, no problem
    assert ticket_on(page) == ticket


def test_undo_shows_the_same_face_again(client):
    for _ in range(3):
        make_waiting_face()
    ticket = ticket_on(client.get("/panel/rate/"))
    page = client.post("/panel/vote/", ANSWERS | {"ticket": ticket}, follow=True)

    page = client.post(
        "/panel/undo/", {"undo": page.context["last_ticket"]}, follow=True
    )

    assert "Taken back." in page.text
    assert ticket_on(page).partition(":")[0] == ticket.partition(":")[0]


def test_decided_meanwhile_is_said_and_the_next_face_shown(client, ruth):
    face = make_waiting_face()
    ticket = ticket_on(client.get("/panel/rate/"))
    make_waiting_face()
    cast(issue(ruth, face, "judge", 1), ruth, VOTE | {"quality": "good", "adult": "no"})

    page = client.post("/panel/vote/", ANSWERS | {"ticket": ticket}, follow=True)

    assert "This face was decided meanwhile." in page.text
    assert ticket_on(page) != ticket


def test_nothing_left_says_all_caught_up(client):
    assert "All caught up" in client.get("/panel/rate/").text


def test_nothing_left_because_others_are_at_it(client, ruth):
    make_waiting_face()
    Face.objects.update(
        leased_to=ruth, leased_until=timezone.now() + timedelta(minutes=3)
    )

    page = client.get("/panel/rate/").text

    assert "1 face is with other raters, back in 3 min" in page


def test_forty_faces_end_a_sitting(client, rita):
    client.post("/panel/start/")
    make_waiting_face(gender="man", age_bucket="50+")
    rate_many(rita, 40)

    page = client.get("/panel/rate/", follow=True).text

    assert "40 done" in page
    assert "You agreed with the panel 100%." in page
    assert "1 more needed: men 50+ first." in page


def test_next_sitting_starts_at_one(client, rita):
    rate_many(rita, 40)
    make_waiting_face()

    page = client.post("/panel/start/", follow=True)

    assert "1 of 40" in page.text


def test_tired_eyes_are_sent_to_the_window(client, rita):
    client.post("/panel/start/")
    rate_many(rita, 120)

    assert "Look out of a window" in client.get("/panel/done/").text


def test_comparison_leaves_out_what_nobody_decided_yet(rita, ruth):
    agreed, open_face = make_waiting_face(), make_waiting_face()
    for rater in (rita, ruth, make_rater("rosa")):
        gender = "man" if rater == rita else "woman"
        vote = {**VOTE, "quality": "good", "gender": gender}
        cast(issue(rater, agreed, "judge", 1), rater, vote)
    cast(issue(rita, open_face, "judge", 1), rita, {**VOTE, "quality": "good"})

    comparison = compare_with_panel(rita.ratings.select_related("face"))

    assert comparison == (2, 3)  # not the gender


def test_missed_veto_is_a_disagreement(rita, ruth):
    face = make_waiting_face()
    cast(issue(rita, face, "judge", 1), rita, {**VOTE, "quality": "good"})
    cast(
        issue(ruth, face, "judge", 1), ruth, {**VOTE, "quality": "good", "adult": "no"}
    )

    assert compare_with_panel(rita.ratings.select_related("face")) == (0, 1)
    assert compare_with_panel(ruth.ratings.select_related("face")) == (1, 1)
