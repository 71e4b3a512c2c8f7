"""Leads name faces whose answer is known."""

import pytest
from django.core.exceptions import ValidationError

from faces.models import Face, GoldFace
from tests.make import make_face, make_rater, make_waiting

pytestmark = pytest.mark.django_db

FACES = "/admin/faces/face/"
GOLD = "/admin/faces/goldface/"
ANSWER = {
    "adult": "yes",
    "problem": "none",
    "gender": "woman",
    "age_bucket": "30s",
    "quality": "good",
    "why": "Grey hair and a double chin.",
}


@pytest.fixture
def lead(client):
    lead = make_rater("lena", "lead")
    client.force_login(lead)
    return lead


def mark(client, *faces):
    ticked = {"action": "mark_as_gold", "_selected_action": [f.pk for f in faces]}
    return client.post(FACES, ticked, follow=True)


def test_decided_face_is_marked_with_its_answer_filled_in(client, lead):
    face = make_face(gender="man")

    form = mark(client, face).context["adminform"].form

    assert form.initial["face"] == str(face.pk)
    assert form["gender"].value() == "man"
    assert form["adult"].value() == "yes"


def test_gold_face_is_saved(client, lead):
    face = make_face()

    client.post(f"{GOLD}add/", ANSWER | {"face": face.pk})

    assert face.gold.why == "Grey hair and a double chin."


def test_gold_face_needs_a_reason(client, lead):
    response = client.post(f"{GOLD}add/", ANSWER | {"face": make_face().pk, "why": ""})

    assert "This field is required." in response.content.decode()
    assert not GoldFace.objects.exists()


@pytest.mark.parametrize("count", [0, 2])
def test_faces_are_marked_one_at_a_time(client, lead, count):
    faces = [make_face() for _ in range(count)] or [make_waiting()]

    page = mark(client, *faces).content.decode()

    assert "Choose one face that is approved or rejected" in page


def test_undecided_face_has_no_known_answer(client, lead):
    response = client.post(f"{GOLD}add/", ANSWER | {"face": make_waiting().pk})

    assert "Only a decided face has a known answer." in response.content.decode()
    assert not GoldFace.objects.exists()


@pytest.mark.parametrize("status", ["reported", "revoked"])
def test_face_that_is_hidden_has_none_either(status):
    face = make_face()
    Face.objects.filter(pk=face.pk).update(status=status)
    face.refresh_from_db()

    with pytest.raises(ValidationError, match="Only a decided face"):
        GoldFace(face=face, **ANSWER).clean()


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"adult": "no"}, "This face was approved"),
        ({"problem": "nudity"}, "This face was approved"),
        ({"gender": "unknown"}, "Name gender, age and quality"),
    ],
)
def test_answer_must_fit_the_decision_and_be_whole(answer, said):
    with pytest.raises(ValidationError, match=said):
        GoldFace(face=make_face(), **ANSWER | answer).clean()


def test_known_veto_needs_no_labels():
    face = make_waiting()
    face.reject("Looks young.")

    GoldFace(face=face, adult="no", problem="looks_young").clean()


@pytest.mark.parametrize("role", ["rater", "editor", "operator"])
def test_others_neither_see_nor_make_gold_faces(client, role):
    client.force_login(make_rater(role=role))
    face = make_face()

    assert client.get(GOLD).status_code == 403
    assert client.post(f"{GOLD}add/", ANSWER | {"face": face.pk}).status_code == 403
    mark(client, face)

    assert not GoldFace.objects.exists()


def test_list_shows_the_answer_and_the_picture(client, lead):
    client.post(f"{GOLD}add/", ANSWER | {"face": make_face(picture=True).pk})

    page = client.get(GOLD).content.decode()

    assert "Grey hair and a double chin." in page
    assert "<img" in page
