"""A first pass over many faces at once: it blocks or sorts, and never approves."""

import pytest
from django.utils import timezone

from faces import deciding
from faces.grid import FACES_SHOWN
from faces.models import Face
from tests.make import make_face, make_rater, make_rating, make_waiting

pytestmark = pytest.mark.django_db

GRID = "/panel/grid/"


@pytest.fixture
def rater(client):
    rater = make_rater("bo")
    client.force_login(rater)
    return rater


@pytest.fixture
def tick(client, rater):
    def tick(find, *faces, after=0, last=0):
        ticked = {"faces": [face.pk for face in faces]}
        place = {"find": find, "after": after, "last": last}
        return client.post(f"{GRID}tick/", place | ticked, follow=True)

    return tick


@pytest.fixture
def undo(client):
    return lambda: client.post(f"{GRID}undo/", follow=True)


def shown(client, **place):
    return client.get(GRID, place).context["faces"]


def everything():
    """All that a grid could change."""
    return list(Face.objects.order_by("pk").values()), [
        list(face.ratings.values()) for face in Face.objects.order_by("pk")
    ]


def test_only_waiting_faces_are_shown(client, rater):
    make_face()
    waiting = make_waiting()

    assert shown(client) == [waiting]


def test_faces_i_have_voted_on_are_not_shown_again(client, rater):
    make_rating(rater=rater)
    taken_back = make_rating(rater=rater, undone_at=timezone.now())
    others = make_rating()

    assert shown(client) == [taken_back.face, others.face]


def test_young_tick_is_a_veto(tick, rater):
    face, left = make_waiting(), make_waiting()

    response = tick("young", face)

    assert "1 blocked" in response.content.decode()
    face.refresh_from_db()
    assert (face.status, face.adult) == ("rejected", "no")
    vote = face.ratings.get()
    assert (vote.rater, vote.adult, vote.problem) == (rater, "no", "looks_young")
    assert vote.purpose == "judge"
    assert not left.ratings.exists()


def test_trainwreck_tick_only_sorts(tick):
    face = make_waiting(proposed_quality="good")

    tick("trainwrecks", face)

    face.refresh_from_db()
    assert face.proposed_quality == "trainwreck"
    assert (face.status, face.quality) == ("unrated", "unknown")
    assert not face.ratings.exists()


@pytest.mark.parametrize("find", ["young", "trainwrecks"])
def test_no_tick_changes_nothing(tick, find):
    make_waiting()
    before = everything()

    response = tick(find)

    assert "Nothing was changed." in response.content.decode()
    assert everything() == before


@pytest.mark.parametrize("find", ["young", "trainwrecks"])
def test_no_grid_ever_approves(tick, find):
    one_vote_short = make_rating().face
    faces = [make_waiting(), one_vote_short]

    tick(find, *faces)
    tick(find)

    assert not Face.objects.servable().exists()


def test_young_face_is_blocked_even_where_it_was_approved_meanwhile(tick):
    face = make_face()

    tick("young", face)

    assert not Face.objects.servable().exists()


def test_tick_of_a_trainwreck_on_a_decided_face_changes_nothing(tick):
    face = make_face()
    before = everything()

    response = tick("trainwrecks", face)

    assert "1 tick came too late" in response.content.decode()
    assert everything() == before


def test_tick_after_my_own_vote_is_said_to_be_too_late(tick, rater):
    face = make_rating(rater=rater).face

    response = tick("young", face)

    assert "1 tick came too late" in response.content.decode()


@pytest.mark.parametrize("find", ["young", "trainwrecks"])
def test_last_grid_is_undone(tick, undo, find):
    faces = [make_waiting(proposed_quality=quality) for quality in ("good", "unknown")]
    tick(find, *faces)

    response = undo()

    assert "Taken back: 2 of 2 ticks." in response.content.decode()
    assert response.context["faces"] == faces
    for face in faces:
        before = face.proposed_quality
        face.refresh_from_db()
        assert (face.status, face.adult) == ("unrated", "unknown")
        assert face.proposed_quality == before


def test_undo_leaves_what_others_decided_since(tick, undo):
    face = make_waiting(proposed_quality="good")
    tick("trainwrecks", face)
    deciding.rate(face.pk, make_rater(), adult="no")

    assert "Taken back: 0 of 1 ticks." in undo().content.decode()


def test_grid_is_undone_once(tick, undo):
    tick("young", make_waiting())
    undo()

    assert "There is no grid to undo." in undo().content.decode()


def test_nothing_is_offered_to_undo_before_the_first_tick(client, rater, tick):
    make_waiting()
    assert b"Undo the last grid" not in client.get(GRID).content

    tick("young", make_waiting())

    assert b"Undo the last grid" in client.get(GRID).content


def test_next_grid_goes_on_after_the_last_face(client, rater, tick):
    faces = [make_waiting() for _ in range(FACES_SHOWN + 2)]
    assert shown(client) == faces[:FACES_SHOWN]

    response = tick("young", last=faces[FACES_SHOWN - 1].pk)

    assert response.context["faces"] == faces[FACES_SHOWN:]


def test_end_of_the_pass_is_told_from_an_empty_pool(client, rater):
    assert b"No face waits for a first pass by you." in client.get(GRID).content

    face = make_waiting()

    end = client.get(GRID, {"after": face.pk}).content
    assert b"You have looked through all that wait." in end


def test_sorted_trainwrecks_are_not_asked_for_again(client, rater, tick):
    face = make_waiting()
    tick("trainwrecks", face)

    assert shown(client, find="trainwrecks") == []
    assert shown(client, find="young") == [face]


@pytest.mark.parametrize(
    "place", [{"find": "x"}, {"after": "x"}, {"after": -1}, {"after": 10**30}]
)
def test_garbled_address_starts_from_the_first_face(client, rater, place):
    assert client.get(GRID, place).url == GRID


@pytest.mark.parametrize(
    "sent",
    [{}, {"find": "all"}, {"find": "young", "after": 0, "last": 0, "faces": ["x"]}],
)
def test_garbled_ticks_change_nothing(client, rater, sent):
    make_waiting()
    before = everything()

    response = client.post(f"{GRID}tick/", sent, follow=True)

    assert b"Nothing was changed" in response.content
    assert everything() == before


def test_editors_have_no_grid(client):
    client.force_login(make_rater(role="editor"))

    assert client.get(GRID).status_code == 403
    assert client.post(f"{GRID}tick/").status_code == 403


def test_picture_of_a_waiting_face_is_for_raters_alone(client):
    face = make_waiting(picture=True)
    url = f"/panel/pictures/{face.pk}/256.webp"
    assert client.get(url).status_code == 302

    client.force_login(make_rater(role="editor"))
    assert client.get(url).status_code == 403

    client.force_login(make_rater())
    response = client.get(url)
    assert response["Content-Type"] == "image/webp"
    assert "no-store" in response["Cache-Control"]
