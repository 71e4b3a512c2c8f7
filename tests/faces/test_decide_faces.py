"""Votes come in and are taken back; the face follows them."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from faces.deciding import CannotRate, undo
from faces.models import Rating
from tests.faces.votes import LEAD, say
from tests.make import make_face, make_waiting

VETOES = [{"adult": "no"}, {"problem": "nudity"}]


@pytest.fixture
def face(db):
    return make_waiting()


def take_back(face, rating):
    undo(rating)
    face.refresh_from_db()


def test_two_raters_who_agree_approve_a_face(face):
    say(face, "ann")
    assert face.status == "unrated"
    say(face, "bob")

    assert face.is_servable
    assert (face.review, face.adult, face.problem) == ("panel", "yes", "none")
    assert (face.gender, face.age_bucket, face.quality) == ("woman", "30s", "good")
    assert face.events.get().reason == "Agreed by 2 raters."


@pytest.mark.parametrize("fields", VETOES)
def test_one_veto_rejects_at_once(face, fields):
    say(face, "ann")
    say(face, "bob", **fields)

    assert face.status == "rejected"
    assert {name: getattr(face, name) for name in fields} == fields


def test_third_rater_settles_what_two_see_differently(face):
    say(face, "ann", gender="man")
    say(face, "bob")
    assert face.status == "unrated"
    say(face, "cem")

    assert face.is_servable
    assert face.gender == "woman"


def test_same_vote_sent_twice_counts_once(face):
    first = say(face, "ann")
    again = say(face, "ann", gender="man")

    assert again == first
    assert face.status == "unrated"


def test_vote_that_decided_may_be_sent_again(face):
    say(face, "ann")
    last = say(face, "bob")

    assert say(face, "bob") == last


def test_vote_on_a_face_that_others_decided_is_told_so(face):
    say(face, "ann")
    say(face, "bob")

    with pytest.raises(CannotRate, match="decided meanwhile"):
        say(face, "cem")


@pytest.mark.parametrize("fields", VETOES)
def test_veto_is_never_too_late(face, fields):
    say(face, "ann")
    say(face, "bob")
    say(face, "cem", **fields)

    assert face.status == "rejected"


def test_veto_on_a_face_that_waits_for_the_lead_rejects_it(db):
    face = make_face()
    face.hide("Reported.")

    say(face, "ann", adult="no")

    assert face.status == "rejected"


def test_veto_never_brings_a_revoked_face_back(db):
    face = make_face()
    face.revoke("Reported.")

    say(face, "ann", adult="no")

    assert face.status == "revoked"


def test_second_veto_outlives_the_first(face):
    first = say(face, "ann", adult="no")
    say(face, "bob", adult="no")

    with pytest.raises(CannotRate, match="by others too"):
        undo(first)


def test_gold_and_repeated_votes_decide_nothing(face):
    say(face, "ann", purpose="gold")
    say(face, "bob", purpose="repeat", round=2)

    assert face.status == "unrated"


def test_lead_names_what_raters_cannot_agree_on(face):
    for who, gender in [("ann", "woman"), ("bob", "man"), ("cem", "unknown")]:
        say(face, who, gender=gender)
    assert face.status == "unrated"
    say(face, "lea", gender="androgynous", **LEAD)

    assert face.is_servable
    assert face.gender == "androgynous"


def test_vote_taken_back_takes_its_decision_with_it(face):
    say(face, "ann")
    last = say(face, "bob")
    take_back(face, last)

    assert face.status == "unrated"
    assert (face.adult, face.gender, face.review) == ("unknown", "unknown", "none")
    assert Rating.objects.standing().count() == 1


def test_rater_may_vote_again_after_taking_it_back(face):
    take_back(face, say(face, "ann", adult="no"))
    say(face, "ann")
    say(face, "bob")

    assert face.is_servable


def test_veto_taken_back_leaves_what_the_others_agreed_on(face):
    say(face, "ann")
    say(face, "bob")
    take_back(face, say(face, "cem", adult="no"))

    assert face.is_servable
    reasons = list(face.events.values_list("reason", flat=True))
    assert reasons == [
        "Agreed by 2 raters.",
        "A rater took a vote back.",
        "Refused by the panel: under 25 or unsure.",
        "Agreed by 2 raters.",
    ]


def test_vote_that_others_built_on_stays(face):
    first = say(face, "ann")
    say(face, "bob")

    with pytest.raises(CannotRate, match="by others too"):
        undo(first)


def test_vote_is_taken_back_once(face):
    rating = say(face, "ann")
    undo(rating)
    undo(rating)

    assert Rating.objects.standing().count() == 0


def test_vote_stays_after_a_while(face):
    rating = say(face, "ann")

    with (
        time_machine.travel(timezone.now() + timedelta(minutes=11)),
        pytest.raises(CannotRate, match="too long ago"),
    ):
        undo(rating)


def test_what_was_revoked_stays_so_when_a_vote_is_taken_back(face):
    say(face, "ann")
    last = say(face, "bob")
    face.revoke("Reported.")

    with pytest.raises(CannotRate, match="by others too"):
        undo(last)


@pytest.mark.parametrize("status", ["unrated", "approved", "reported", "rejected"])
def test_operator_revokes_a_face_whatever_it_was(db, status):
    face = make_face(approved=status in ("approved", "reported"))
    if status == "reported":
        face.hide("Reported.")
    if status == "rejected":
        face.reject("Unusable.")

    assert face.revoke("Asked to.")
    assert not face.revoke("Twice.")

    assert face.events.first().from_status == status
    face.refresh_from_db()
    assert face.status == "revoked"
