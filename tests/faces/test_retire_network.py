"""A network can be retired: it draws no more, and all its faces are gone."""

import threading

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction

from faces.deciding import rate
from faces.models import Face, FaceEvent, Network, Report
from tests.make import make_face, make_network


@pytest.fixture
def faces(db):
    statuses = ["approved", "reported", "unrated", "rejected", "revoked"]
    return {name: make_face(approved=False, status=name) for name in statuses}


def statuses(network):
    return set(network.face_set.values_list("status", flat=True))


def test_all_its_faces_are_taken_away_for_good(faces):
    network = Network.objects.get()

    assert network.retire("Draws children.") == 3

    assert statuses(network) == {"rejected", "revoked"}
    assert set(FaceEvent.objects.values_list("from_status", "to_status")) == {
        ("approved", "revoked"),
        ("reported", "revoked"),
        ("unrated", "rejected"),
    }


def test_open_reports_are_closed(faces):
    lead = User.objects.create_user("lead")
    Report.objects.create(face=faces["reported"], reason="nudity")

    Network.objects.get().retire("Draws children.", lead)

    assert Report.objects.get().outcome == "revoked"
    assert Report.objects.get().closed_by == lead


def test_other_networks_keep_theirs(faces):
    other = make_face(network=make_network(name="other", sha256="2" * 64))

    Network.objects.get(name="tiny").retire("Draws children.")

    assert list(Face.objects.servable()) == [other]


def test_retiring_again_takes_what_a_crash_has_left(faces):
    network = Network.objects.get()
    Network.objects.update(retired_at="2026-01-01T00:00:00Z")

    network.refresh_from_db()
    assert network.retire("Draws children.") == 3

    assert network.retired_at.year == 2026


@pytest.mark.parametrize("review", ["panel", "shipped"])
def test_database_approves_no_face_of_a_retired_network(db, review):
    face = make_face(approved=False, review=review)
    Network.objects.update(retired_at="2026-01-01T00:00:00Z")

    for change in (
        lambda: face.approve("Again."),
        lambda: Face.objects.filter(pk=face.pk).update(status="approved"),
        lambda: make_face(approved=False, status="approved"),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()

    assert not Face.objects.servable().exists()


@pytest.mark.django_db(transaction=True)
def test_votes_that_race_with_retiring_approve_nothing():
    raters = [User.objects.create_user(f"rater {n}") for n in range(2)]
    unknown = {"review": "none", "adult": "unknown", "problem": "unknown"}
    faces = [make_face(approved=False, **unknown) for _ in range(12)]
    labels = {"adult": "yes", "gender": "woman", "age_bucket": "30s"}
    for face in faces:
        rate(face.pk, raters[0], quality="good", **labels)
    start = threading.Barrier(2)

    def vote():
        start.wait()
        for face in faces:
            try:
                rate(face.pk, raters[1], quality="good", **labels)
            except Exception:  # refused in one way or another
                continue
        connection.close()

    voting = threading.Thread(target=vote)
    voting.start()
    start.wait()
    make_network().retire("Draws children.")
    voting.join()

    assert statuses(make_network()) <= {"rejected", "revoked"}
