"""The pool page says how faces are used, how long they last, and who stands in."""

from datetime import timedelta
from itertools import product

import pytest
from django.core.cache import cache
from django.utils import timezone

from faces.models import AGE_BUCKETS, GENDERS, QUALITIES, Face
from faces.pool import Cell
from generator.overview import trouble_in_words, view_cells
from generator.usage import MEETINGS, Usage, blocked_by_people, served_instead, usage
from quiz.matching import searches
from quiz.models import Result
from tests.faces.votes import say
from tests.generator.small import make_target
from tests.make import make_face, make_result, make_waiting

pytestmark = pytest.mark.django_db

WOMEN = Cell("woman", "30s", "good")


def meet(face, times=1, days_ago=0):
    at = timezone.now() - timedelta(days=days_ago, hours=1)
    for _ in range(times):
        make_result(face=face, created_at=at)
    cache.clear()


def view_of(cell):
    [view] = [view for view in view_cells() if view.cell == cell]
    return view


def test_meetings_are_counted_cell_by_cell():
    woman, man = make_face(), make_face(gender="man")
    meet(woman, 2)
    meet(woman, 1, days_ago=3)
    meet(woman, 1, days_ago=30)
    meet(man, 1, days_ago=2)

    assert usage() == {
        WOMEN: Usage(blocked=0, met=4, met_in_days=3, met_today=2),
        WOMEN._replace(gender="man"): Usage(met=1, met_in_days=1),
    }


def test_revoked_face_tells_the_pace_but_lasts_no_longer():
    make_face()
    gone = make_face()
    meet(gone, 3)
    gone.revoke("Reported.")

    assert usage()[WOMEN] == Usage(blocked=1, met=0, met_in_days=3, met_today=3)


def test_usage_is_counted_without_a_store(settings):
    meet(make_face())
    redis = "django.core.cache.backends.redis.RedisCache"
    settings.CACHES = {"default": {"BACKEND": redis, "LOCATION": "redis://127.0.0.1:9"}}

    assert usage()[WOMEN].met == 1


def test_blocked_are_those_that_people_blocked():
    refused = make_waiting(proposed_gender="woman")
    say(refused, "ann", adult="no")
    make_waiting().reject("Screening: could be under 18.")
    hidden = make_face()
    hidden.hide("Reported.")

    assert set(blocked_by_people()) == {refused, hidden}


@pytest.mark.parametrize(
    ("servable", "used", "days"),
    [
        (2, Usage(), None),
        (2, Usage(met=7, met_in_days=7), 93),
        (1, Usage(met=MEETINGS, met_in_days=1), 0),
        (1, Usage(met=9 * MEETINGS, met_in_days=1), 0),
        (8, Usage(met=8, met_in_days=7 * MEETINGS), 7),
    ],
)
def test_faces_last_until_enough_people_have_met_them(servable, used, days):
    assert used.days_left(servable) == days


@pytest.mark.parametrize(
    ("a_week", "light"), [(0, "Ready"), (43, "Ready"), (60, "Fair"), (200, "Low")]
)
def test_light_follows_the_pace(a_week, light):
    meet(make_face(), 0)
    cache.set("pool-usage", {WOMEN: Usage(met_in_days=a_week)})

    assert view_of(WOMEN).word == light


def test_stand_ins_are_whom_the_quiz_would_find(db):
    cells = [Cell(*names) for names in product(["woman"], AGE_BUCKETS, QUALITIES)]
    for present in product([0, 1], repeat=len(cells)):
        servable = dict(zip(cells, present, strict=True))
        for cell in cells:
            steps = searches([cell.gender], cell.age_bucket, cell.quality)
            found = ([c for c in step.cells if servable[c]] for step in steps)
            assert served_instead(cell, servable) == next(filter(None, found), [])


def test_empty_cell_names_who_is_served_instead():
    make_target(wanted=2)
    make_face(age_bucket="40s", quality="trainwreck")

    assert view_of(WOMEN).instead == "40s, trainwreck"
    assert view_of(WOMEN._replace(gender="man")).instead == "nobody"
    assert view_of(WOMEN._replace(age_bucket="40s", quality="trainwreck")).instead == ""


def test_trouble_is_told_in_a_sentence():
    assert trouble_in_words(view_cells()).startswith("Nothing is wrong")

    for gender in GENDERS:
        make_target(gender=gender, wanted=2)
    make_target(age_bucket="50+", quality="trainwreck", wanted=1)
    make_waiting(
        proposed_gender="man", proposed_age_bucket="30s", proposed_quality="good"
    )
    said = trouble_in_words(view_cells())
    assert said.startswith(
        "Empty: woman 30s, man 30s, androgynous 30s and 1 more. Whoever"
    )
    assert said.endswith("1 wait for the panel.")

    Face.objects.all().delete()
    for cell in [cell for cell in view_cells() if cell.state.wanted]:
        make_face(**cell.cell._asdict())
    assert trouble_in_words(view_cells()).startswith("Low: woman 30s, man 30s")


def test_counting_does_not_cost_more_for_more_results(django_assert_num_queries):
    meet(make_face(), 5)
    assert Result.objects.count() == 5

    with django_assert_num_queries(3):
        usage()
    with django_assert_num_queries(0):
        usage()
