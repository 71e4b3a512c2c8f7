"""What a rater sends, and what becomes of it."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from faces.models import Face, GoldFace, Rating, Report, Skip
from faces.tickets import issue
from tests.faces.conftest import client_of
from tests.make import make_face, make_gold_face, make_rater, make_waiting_face

ANSWERS = {"gender": "woman", "age": "30s", "quality": "good", "seconds": "2.5"}
VOTE, UNDO, SKIP = "/panel/vote/", "/panel/undo/", "/panel/skip/"


def ticket_for(rater, face, purpose="judge", round=1):
    return issue(rater, face, purpose, round)


def vote(rater, face, **answers):
    ticket = answers.pop("ticket", None) or ticket_for(rater, face)
    return client_of(rater).post(VOTE, ANSWERS | answers | {"ticket": ticket})


def undo(rater, ticket):
    return client_of(rater).post(UNDO, {"undo": ticket})


@pytest.fixture
def face(db):
    return make_waiting_face()


@pytest.fixture
def decided_face(face, rita, ruth):
    """Approved by both, long enough ago to be shown again."""
    vote(rita, face)
    vote(ruth, face)
    return Face.objects.get(pk=face.pk)


def test_vote_is_kept_with_the_time_it_took(face, rita):
    response = vote(rita, face, skin_tone="7", note="Nice hat.")

    rating = Rating.objects.get()
    assert response.json()["words"] == "Saved: woman, 30s, good."
    assert (rating.adult, rating.problem, rating.gender) == ("yes", "none", "woman")
    assert (rating.age_bucket, rating.quality) == ("30s", "good")
    assert (rating.skin_tone, rating.note, rating.seconds) == (7, "Nice hat.", 2.5)


def test_two_raters_who_agree_approve_a_face(decided_face):
    assert decided_face.status == "approved"
    assert decided_face.review == "panel"


@pytest.mark.parametrize(
    "answers",
    [
        {"age": "young"},
        {"problem": "nudity"},
        {"problem": "looks_young"},
        {"problem": "other", "age": "", "gender": "", "quality": ""},
    ],
)
def test_veto_ends_a_face_at_once(face, rita, answers):
    vote(rita, face, **answers)

    face.refresh_from_db()
    assert face.status == "rejected"


def test_who_looks_young_is_no_adult_whatever_else_was_pressed(face, rita):
    vote(rita, face, age="40s", problem="looks_young")

    assert Rating.objects.get().adult == "no"


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ({"age": ""}, "Still to choose: age."),
        ({"gender": "", "quality": ""}, "Still to choose: gender, quality."),
        ({"gender": "girl"}, "Please choose one of the keys shown."),
        ({"age": "teens"}, "Please choose one of the keys shown."),
        ({"problem": "ugly"}, "Please choose one of the keys shown."),
        ({"skin_tone": "11"}, "Skin tones go from 1 to 10."),
        ({"note": "x" * 301}, "A note has room for 300 letters."),
        ({"note": "x\0"}, "Null characters are not allowed."),
    ],
)
def test_ballot_that_is_not_right_is_refused_in_a_sentence(
    face, rita, answers, sentence
):
    response = vote(rita, face, **answers)

    assert response.status_code == 422
    assert response.json() == {"error": sentence}
    assert not Rating.objects.exists()


@pytest.mark.parametrize("seconds", ["", "-1", "90000"])
def test_time_that_cannot_be_is_not_kept(face, rita, seconds):
    vote(rita, face, seconds=seconds)

    assert Rating.objects.get().seconds is None


@pytest.mark.parametrize("ticket", ["", "nonsense", "x" * 300, "ü:1:2", "a\0b"])
def test_vote_without_a_ticket_is_refused(face, rita, ticket):
    response = client_of(rita).post(VOTE, ANSWERS | {"ticket": ticket})

    assert response.status_code in (409, 422)
    assert not Rating.objects.exists()


def test_ticket_of_another_rater_is_worth_nothing(face, rita, ruth):
    response = vote(rita, face, ticket=ticket_for(ruth, face))

    assert response.status_code == 409
    assert response.json()["error"] == "This face was not handed to you."


def test_ticket_is_worth_nothing_after_a_day(face, rita, clock):
    ticket = ticket_for(rita, face)
    clock.shift(timedelta(hours=24, seconds=5))

    response = vote(rita, face, ticket=ticket)

    assert "more than a day ago" in response.json()["error"]


def test_same_vote_sent_again_counts_once_and_is_no_mistake(face, rita):
    answers = {"age": "young"}

    responses = [vote(rita, face, **answers) for _ in range(3)]

    assert [response.status_code for response in responses] == [200, 200, 200]
    assert Rating.objects.count() == 1


def test_another_vote_on_the_same_face_does_not_replace_the_first(face, rita):
    vote(rita, face)

    response = vote(rita, face, gender="man")

    assert response.status_code == 409
    assert Rating.objects.get().gender == "woman"


def test_vote_on_a_face_that_was_decided_meanwhile(face, rita, ruth):
    ticket = ticket_for(rita, face)
    vote(ruth, face, age="young")

    response = vote(rita, face, ticket=ticket)

    assert response.json() == {"error": "This face was decided meanwhile."}
    assert Rating.objects.count() == 1


def test_vote_on_a_face_that_is_gone(face, rita):
    ticket = ticket_for(rita, face)
    face.delete()

    assert vote(rita, face, ticket=ticket).json() == {"error": "This face is gone."}


def test_undo_takes_the_vote_and_the_decision_back(face, rita):
    vote(rita, face, age="young")

    undo(rita, ticket_for(rita, face))

    face.refresh_from_db()
    assert face.status == "unrated"
    assert not Rating.objects.standing().exists()


def test_undo_of_what_never_arrived_is_no_mistake(face, rita):
    assert undo(rita, ticket_for(rita, face)).status_code == 200


def test_undo_after_another_raters_vote_asks_for_the_lead(decided_face, rita):
    response = undo(rita, ticket_for(rita, decided_face))

    assert response.status_code == 409
    assert "Tell the lead" in response.json()["error"]
    assert Rating.objects.standing().count() == 2


def test_skip_is_kept_and_frees_the_face(face, rita):
    Face.objects.update(leased_to=rita, leased_until="2100-01-01T00:00Z")

    for _ in range(2):
        client_of(rita).post(SKIP, {"ticket": ticket_for(rita, face)})

    face.refresh_from_db()
    assert Skip.objects.count() == 1
    assert face.leased_until is None


def test_gold_vote_decides_nothing_and_is_answered(rita):
    gold = make_gold_face(age_bucket="40s", why="Look at the neck.")

    response = vote(rita, gold, ticket=ticket_for(rita, gold, "gold"))

    assert response.json()["told"] == "The panel said 40s. Look at the neck."
    gold.refresh_from_db()
    assert gold.status == "approved"


def test_right_gold_vote_is_told_so(rita):
    gold = make_gold_face()

    response = vote(rita, gold, ticket=ticket_for(rita, gold, "gold"))

    assert response.json()["told"] == "The panel said the same."


def test_veto_on_a_gold_face_hides_nobody(rita):
    gold = make_gold_face()

    response = vote(rita, gold, age="young", ticket=ticket_for(rita, gold, "gold"))

    assert response.json()["told"] == "The panel said woman, 30s, good."
    assert Face.objects.servable().count() == 1


def test_missed_veto_on_a_gold_face_is_told(rita):
    face = make_waiting_face()
    face.reject("Nudity.")
    GoldFace.objects.create(face=face, adult="yes", problem="nudity")

    response = vote(rita, face, ticket=ticket_for(rita, face, "gold"))

    assert response.json()["told"] == "The panel said nudity."


def test_gold_vote_is_kept_when_its_answer_was_withdrawn_meanwhile(rita):
    gold = make_gold_face()
    ticket = ticket_for(rita, gold, "gold")
    GoldFace.objects.all().delete()

    responses = [vote(rita, gold, ticket=ticket) for _ in range(2)]

    assert [response.status_code for response in responses] == [200, 200]
    assert [response.json()["told"] for response in responses] == ["", ""]
    assert Rating.objects.count() == 1


def test_gold_vote_cannot_be_taken_back_once_the_answer_is_told(rita):
    gold = make_gold_face()
    ticket = ticket_for(rita, gold, "gold")
    vote(rita, gold, ticket=ticket)

    assert undo(rita, ticket).status_code == 409
    assert Rating.objects.standing().count() == 1


def test_other_vote_on_a_repeat_changes_nothing(decided_face, rita):
    ticket = ticket_for(rita, decided_face, "repeat", 2)

    vote(rita, decided_face, gender="man", ticket=ticket)

    decided_face.refresh_from_db()
    assert (decided_face.status, decided_face.gender) == ("approved", "woman")
    undo(rita, ticket)
    assert Rating.objects.standing().count() == 2


@pytest.mark.parametrize(
    ("answers", "reason"),
    [({"age": "young"}, "looks_young"), ({"problem": "hateful"}, "hateful")],
)
def test_veto_on_second_sight_hides_the_face(decided_face, rita, answers, reason):
    ticket = ticket_for(rita, decided_face, "repeat", 2)

    vote(rita, decided_face, **answers, ticket=ticket)

    decided_face.refresh_from_db()
    assert decided_face.status == "reported"
    assert Report.objects.values("source", "reason").get() == {
        "source": "panel",
        "reason": reason,
    }
    assert undo(rita, ticket).status_code == 409


def test_rater_cannot_tell_a_check_from_any_other_face(rita):
    tickets = [
        ticket_for(rita, make_face(), *use)
        for use in (("judge", 1), ("gold", 1), ("repeat", 2))
    ]

    assert {len(ticket) for ticket in tickets} == {len(tickets[0])}
    assert not any(word in ticket for ticket in tickets for word in ("gold", "repeat"))


def test_faces_are_handed_out_with_tickets_that_are_good(rater_client):
    face = make_waiting_face()

    [handed] = rater_client.post("/panel/next/", {"wanted": "5"}).json()["faces"]
    response = rater_client.post(VOTE, ANSWERS | {"ticket": handed["ticket"]})

    assert response.status_code == 200
    assert Rating.objects.get().face == face


@pytest.mark.parametrize("wanted", ["", "-3", "many", "99999999", "²"])
def test_odd_wishes_for_faces_do_no_harm(rater_client, wanted):
    for _ in range(11):
        make_waiting_face()

    response = rater_client.post("/panel/next/", {"wanted": wanted, "held": ["?", ""]})

    assert 1 <= len(response.json()["faces"]) <= 10


def test_face_on_the_screen_stays_lent(rater_client, face, clock):
    [handed] = rater_client.post("/panel/next/", {"wanted": 1}).json()["faces"]
    clock.shift(timedelta(minutes=4))

    rater_client.post("/panel/next/", {"wanted": 1, "held": handed["ticket"]})

    clock.shift(timedelta(minutes=4))
    other = client_of(make_rater("ruth"))
    assert other.post("/panel/next/", {"wanted": 1}).json() == {"faces": []}


def test_picture_is_for_the_rater_it_was_handed_to(face, rita, ruth):
    url = reverse("faces:panel_picture", args=[ticket_for(rita, face), 512])

    response = client_of(rita).get(url)

    assert response.status_code == 200
    assert response["Content-Type"] == "image/webp"
    assert response["Cache-Control"] == "private, no-store"
    assert client_of(ruth).get(url).status_code == 404
    assert Client().get(face.picture_url(512)).status_code == 404


def test_picture_of_a_hidden_face_is_gone(decided_face, rita):
    url = reverse("faces:panel_picture", args=[ticket_for(rita, decided_face), 96])

    decided_face.hide("Reported.")

    assert client_of(rita).get(url).status_code == 404


PAGES = ["/panel/", "/panel/rate/", "/panel/done/"]
REQUESTS = ["/panel/start/", "/panel/next/", VOTE, UNDO, SKIP]


@pytest.mark.parametrize("path", PAGES)
def test_page_asks_who_it_is(client, db, path):
    response = client.get(path)

    assert response.url == "/panel/sign-in/?next=/panel/"


@pytest.mark.parametrize("path", REQUESTS)
def test_script_of_somebody_signed_out_is_told(client, db, path):
    response = client.post(path, headers={"accept": "application/json"})

    assert response.status_code == 401
    assert "Your votes are kept" in response.json()["error"]


@pytest.mark.parametrize("path", [*PAGES, *REQUESTS])
def test_only_raters_may_rate(db, path):
    client = Client()
    client.force_login(User.objects.create(username="editor"))

    answer = client.post(path) if path in REQUESTS else client.get(path)

    assert answer.status_code == 403


@pytest.mark.parametrize("path", REQUESTS)
def test_request_from_another_site_is_refused(rita, path):
    client = Client(enforce_csrf_checks=True)
    client.force_login(rita)

    assert client.post(path).status_code == 403


def test_rater_signs_in_and_comes_to_the_panel(client, rita):
    rita.set_password("a-password")
    rita.save()

    response = client.post(
        "/panel/sign-in/?next=/panel/", {"username": "rita", "password": "a-password"}
    )

    assert response.url == "/panel/"
    assert "Nothing to rate just now" in client.get("/panel/").text
