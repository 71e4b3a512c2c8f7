"""What happens at the same moment ends as if it had happened one after the other."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.db import OperationalError, connection
from django.db.models import QuerySet

from faces.deciding import CannotRate, rate
from faces.models import Face
from tests.faces.votes import labels, rater, say
from tests.make import make_face, make_waiting

SECONDS = 0.5
"""How long the slower one lets the other go first; with locks it cannot."""
REVOKES, VOTES = 'UPDATE "faces_face"', 'INSERT INTO "faces_rating"'

pytestmark = pytest.mark.django_db(transaction=True)


class Pause:
    """Holds a thread back before a statement, until the other one is done."""

    def __init__(self, before):
        self.before = before
        self.reached, self.may_go_on = Event(), Event()

    def __call__(self, execute, sql, params, many, context):
        if sql.startswith(self.before) and not self.reached.is_set():
            self.reached.set()
            self.may_go_on.wait(SECONDS)
        return execute(sql, params, many, context)


@pytest.fixture(params=["locked"])
def locks(request, monkeypatch):
    if request.param == "unlocked":
        monkeypatch.setattr(QuerySet, "select_for_update", lambda self: self)
    return request.param


def run(job, locks):
    """In a thread with a connection of its own."""
    connection.ensure_connection()
    if locks == "unlocked" and connection.vendor == "sqlite":
        connection.transaction_mode = "DEFERRED"
    try:
        return job()
    except (CannotRate, OperationalError) as error:
        return error
    finally:
        connection.close()


def race(slow, fast, before, locks):
    """Start `slow`; when it comes to that statement, `fast` overtakes it, if it can."""
    pause = Pause(before)

    def be_slow():
        with connection.execute_wrapper(pause):
            return slow()

    def be_fast():
        pause.reached.wait(10)
        try:
            return fast()
        finally:
            pause.may_go_on.set()

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda job: run(job, locks), [be_slow, be_fast]))


def vote(face, name, **fields):
    person = rater(name)
    return lambda: rate(face.pk, person, **labels(**fields))


def status_after(face):
    face.refresh_from_db()
    return face.status


def revoke_as_it_is_approved(locks):
    face = make_waiting()
    say(face, "ann")
    race(lambda: face.revoke("Asked to."), vote(face, "bob"), REVOKES, locks)
    return status_after(face)


def revoke_as_it_is_shown_again(locks):
    face, lead = make_face(), rater("lea")
    face.hide("Reported.")
    again = Face.objects.get(pk=face.pk)
    race(
        lambda: face.revoke("Asked to."),
        lambda: again.show_again("Nothing wrong.", lead),
        REVOKES,
        locks,
    )
    return status_after(face)


def veto_as_it_is_approved(locks):
    face = make_waiting()
    say(face, "ann")
    race(vote(face, "cem", adult="no"), vote(face, "bob"), VOTES, locks)
    return status_after(face)


RACES = [
    (revoke_as_it_is_approved, "revoked"),
    (revoke_as_it_is_shown_again, "revoked"),
    (veto_as_it_is_approved, "rejected"),
]


@pytest.mark.parametrize(("run_race", "status"), RACES)
def test_whoever_blocks_a_face_wins(locks, run_race, status):
    assert run_race(locks) == status


@pytest.mark.parametrize("locks", ["unlocked"], indirect=True)
@pytest.mark.parametrize(("run_race", "status"), RACES)
def test_without_locks_a_block_could_be_lost(locks, run_race, status):
    assert run_race(locks) == "approved"


def test_many_at_once_end_revoked_if_one_revokes():
    for number in range(5):
        face = make_waiting()
        jobs = [vote(face, f"rater {i}") for i in range(6)]
        jobs += [vote(face, "cem", adult="no"), lambda face=face: face.revoke("Asked.")]
        with ThreadPoolExecutor(len(jobs)) as threads:
            list(
                threads.map(
                    lambda job: run(job, "locked"), jobs[number:] + jobs[:number]
                )
            )

        assert status_after(face) == "revoked"
