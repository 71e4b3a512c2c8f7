"""No face that could be a child, or that was not approved, is ever servable."""

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from faces.models import Face, FaceEvent
from tests.make import make_face

UNSAFE = {
    "adult": ["unknown", "no", "", "YES", "maybe"],
    "problem": [
        "unknown",
        "looks_young",
        "nudity",
        "real_person",
        "hateful",
        "other",
        "",
    ],
    "review": ["none", "", "me"],
    "gender": ["unknown", "", "girl", "boy", "anyone"],
    "age_bucket": ["unknown", "", "teens", "<25", "10s"],
    "quality": ["unknown", "unusable", ""],
}
UNSAFE_PAIRS = [(column, value) for column in UNSAFE for value in UNSAFE[column]]


def refused(change, *args, **kwargs):
    with pytest.raises(IntegrityError), transaction.atomic():
        change(*args, **kwargs)
    return True


@pytest.mark.parametrize(("column", "value"), UNSAFE_PAIRS)
def test_database_refuses_an_approved_face_that_is_unsafe(db, column, value):
    face = make_face()

    assert refused(Face.objects.filter(pk=face.pk).update, **{column: value})
    assert refused(make_face(approved=False, **{column: value}).approve, "try")
    assert refused(make_face, approved=False, status="approved", **{column: value})


@pytest.mark.parametrize(("column", "value"), UNSAFE_PAIRS)
def test_direct_sql_cannot_make_an_unsafe_face_servable(db, column, value):
    face = make_face(approved=False, **{column: value})

    with connection.cursor() as cursor:
        sql = "UPDATE faces_face SET status = 'approved' WHERE id = %s"
        assert refused(cursor.execute, sql, [face.pk])

    assert not Face.objects.servable().exists()


@pytest.mark.parametrize("column", [*UNSAFE, "status"])
def test_null_does_not_slip_through_the_gate(db, column):
    face = make_face()

    with connection.cursor() as cursor:
        sql = f"UPDATE faces_face SET {column} = NULL WHERE id = %s"
        assert refused(cursor.execute, sql, [face.pk])


@pytest.mark.parametrize(("column", "value"), UNSAFE_PAIRS)
def test_bulk_writes_meet_the_same_gate(db, column, value):
    face = make_face()
    setattr(face, column, value)
    twin = Face(
        network=face.network,
        seed=10**9,
        psi=1,
        drawn_on="2026-01-01",
        status="approved",
    )

    assert refused(Face.objects.bulk_update, [face], [column])
    assert refused(Face.objects.bulk_create, [twin])


def test_status_is_one_of_the_known_ones(db):
    face = make_face(approved=False)

    assert refused(Face.objects.filter(pk=face.pk).update, status="APPROVED")


def test_same_recipe_is_the_same_face(db):
    face = make_face(seed=7)

    assert refused(
        make_face, seed=7, approved=False, network=face.network, picture_sha256="0" * 64
    )


def test_same_picture_is_the_same_face(db):
    face = make_face()

    assert refused(make_face, approved=False, picture_sha256=face.picture_sha256)


def test_revoked_face_cannot_be_approved_again(db):
    face = make_face()

    assert face.revoke("Reported.")
    assert not face.approve("Again.")
    assert not face.revoke("Twice.")

    face.refresh_from_db()
    assert face.status == "revoked"


def test_each_change_of_status_leaves_an_event(db):
    face = make_face()
    face.revoke("Reported.")

    changes = FaceEvent.objects.order_by("pk").values_list("from_status", "to_status")

    assert list(changes) == [("unrated", "approved"), ("approved", "revoked")]


class GateProperty(TestCase):
    @given(
        st.fixed_dictionaries(
            {
                "status": st.sampled_from(
                    ["unrated", "approved", "rejected", "revoked"]
                ),
                "adult": st.sampled_from(["yes", "no", "unknown"]),
                "problem": st.sampled_from(["none", "unknown", "looks_young", "other"]),
                "review": st.sampled_from(["none", "shipped", "panel"]),
                "gender": st.sampled_from(["woman", "man", "androgynous", "unknown"]),
                "age_bucket": st.sampled_from(["20s", "50+", "unknown"]),
                "quality": st.sampled_from(
                    ["good", "trainwreck", "unusable", "unknown"]
                ),
            }
        )
    )
    def test_servable_means_adult_agreed_and_unproblematic(self, columns):
        try:
            with transaction.atomic():
                make_face(approved=False, **columns)
        except IntegrityError:
            assert columns["status"] == "approved"

        for face in Face.objects.servable():
            assert (face.adult, face.problem) == ("yes", "none")
            assert face.review != "none"
            assert "unknown" not in (face.gender, face.age_bucket, face.quality)
