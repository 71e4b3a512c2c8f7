"""Many requests at once, on the real database; and what happens without the guards."""

from collections import Counter
from threading import Barrier, Thread

import pytest
from django.db import connection, connections

from faces.models import Rating
from faces.panel import lend
from faces.tickets import issue
from faces.voting import cast
from tests.make import make_rater, make_waiting_face

pytestmark = pytest.mark.django_db(transaction=True)

VOTE = {
    "adult": "yes",
    "problem": "none",
    "gender": "woman",
    "age_bucket": "30s",
    "quality": "good",
}


def at_once(*calls):
    """Run the calls in threads that start together; returns their results."""
    barrier = Barrier(len(calls))
    results = [None] * len(calls)

    def run(number, call):
        try:
            connections["default"].ensure_connection()
            barrier.wait()
            results[number] = call()
        except Exception as error:
            results[number] = error
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=item) for item in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def vote_fifty_times():
    rater, face = make_rater(), make_waiting_face(picture=False)
    ticket = issue(rater, face, "judge", 1)
    return at_once(*[lambda: cast(ticket, rater, VOTE)] * 50)


def test_fifty_votes_of_one_rater_at_once_count_once():
    results = vote_fifty_times()

    assert {type(result) for result in results} == {Rating}
    assert Rating.objects.count() == 1


@pytest.fixture
def without_unique_constraint(transactional_db):
    [rule] = [c for c in Rating._meta.constraints if c.name == "rating_once_per_round"]
    with connection.schema_editor() as editor:
        editor.remove_constraint(Rating, rule)
    yield
    Rating.objects.all().delete()
    with connection.schema_editor() as editor:
        editor.add_constraint(Rating, rule)


def test_without_the_constraint_they_would_count_often(without_unique_constraint):
    vote_fifty_times()

    assert Rating.objects.count() > 1


def test_no_two_raters_are_lent_the_same_face():
    for _ in range(30):
        make_waiting_face(picture=False)
    raters = [make_rater(f"rater {number}") for number in range(8)]

    lent = at_once(*[lambda rater=rater: lend(rater, 5) for rater in raters])

    counts = Counter(face.pk for faces in lent for face in faces)
    assert len(counts) >= 25
    assert set(counts.values()) == {1}
