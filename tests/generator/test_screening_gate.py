import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faces.models import AGE_BUCKETS, GENDERS
from generator.gate import (
    NEEDED,
    NO_FACE,
    NOT_MEASURED,
    YOUNG,
    age_bucket,
    presented_gender,
    rejection,
)
from generator.screening import combine

ADULT = {
    "fp18": 0.01,
    "deep18": 0.02,
    "dp18": 0.001,
    "fa": 35.0,
    "age": 38.0,
    "male": 0.97,
    "det": 1.8,
    "edge": 0.02,
    "ita": 40.0,
    "skin": 0.3,
}
HIGHER_IS_WORSE = ["fp18", "deep18", "dp18"]
LOWER_IS_WORSE = ["fa", "det"]

probabilities = st.floats(0, 1)
scores = st.fixed_dictionaries(
    {
        "fp18": probabilities,
        "deep18": probabilities,
        "dp18": probabilities,
        "fa": st.floats(0, 90),
        "age": st.floats(0, 90),
        "male": probabilities,
        "det": st.floats(-1, 4),
        "edge": probabilities,
        "ita": st.floats(-90, 90),
        "skin": st.floats(-1, 3),
    }
)
not_numbers = st.sampled_from([math.nan, math.inf, -math.inf])


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, ""),
        ({"fp18": 0.19, "deep18": 0.2}, ""),
        ({"fp18": 0.2, "deep18": 0.2}, YOUNG),
        ({"fp18": 0.4, "deep18": 0.0}, YOUNG),
        ({"deep18": 0.4}, YOUNG),
        ({"dp18": 0.0999}, ""),
        ({"dp18": 0.1}, YOUNG),
        ({"fa": 17.0}, ""),
        ({"fa": 16.9999}, YOUNG),
        ({"det": 0.3001}, ""),
        ({"det": 0.3}, NO_FACE),
        ({"det": -1.0, "fa": 3.0}, NO_FACE),
        ({"edge": 1.0, "ita": -80.0, "male": 0.5}, ""),
    ],
)
def test_the_gate_by_its_limits(changes, reason):
    assert rejection(ADULT | changes) == reason


@pytest.mark.parametrize("name", NEEDED)
def test_a_missing_score_rejects(name):
    left = {key: value for key, value in ADULT.items() if key != name}

    assert rejection(left) == NOT_MEASURED


def test_no_scores_at_all_reject():
    assert rejection({}) == NOT_MEASURED


@given(scores, st.sampled_from(NEEDED), not_numbers)
def test_whatever_is_not_a_number_rejects(measured, name, value):
    assert rejection(measured | {name: value}) == NOT_MEASURED


@given(scores, st.sampled_from(HIGHER_IS_WORSE + LOWER_IS_WORSE), st.floats(0, 100))
def test_a_worse_score_never_turns_a_rejection_into_a_pass(measured, name, change):
    sign = 1 if name in HIGHER_IS_WORSE else -1
    worse = measured | {name: measured[name] + sign * change}

    assert not rejection(measured) or rejection(worse)


@given(scores)
def test_every_reason_is_a_sentence_people_understand(measured):
    assert rejection(measured) in ("", NO_FACE, YOUNG)


@pytest.mark.parametrize(
    ("male", "gender"),
    [
        (0.0, "woman"),
        (0.2, "woman"),
        (0.2001, "androgynous"),
        (0.7999, "androgynous"),
        (0.8, "man"),
        (1.0, "man"),
        (math.nan, "androgynous"),
    ],
)
def test_gender_has_a_grey_zone(male, gender):
    assert presented_gender({"male": male}) == gender


@pytest.mark.parametrize(
    ("age", "bucket"),
    [
        (0.0, "20s"),
        (32.4, "20s"),
        (32.5, "30s"),
        (42.5, "40s"),
        (52.4, "40s"),
        (52.5, "50+"),
        (99.0, "50+"),
        (math.nan, "20s"),
    ],
)
def test_age_goes_into_a_bucket(age, bucket):
    assert age_bucket({"age": age}) == bucket


@given(st.dictionaries(st.sampled_from(NEEDED), st.floats()))
def test_what_is_proposed_is_always_something_a_face_can_be(measured):
    assert presented_gender(measured) in GENDERS
    assert age_bucket(measured) in AGE_BUCKETS


MEASURED = ADULT | {
    "faceres_age": 30.0,
    "dlib_age": 40.0,
    "faceres_male": 0.9,
    "faceapi_male": 0.8,
    "dlib_male": 1.0,
}


def test_age_and_gender_are_the_means_of_three_networks():
    scores = combine(MEASURED)

    assert scores == ADULT | {"age": 35.0, "male": 0.9}


@given(
    st.dictionaries(
        st.sampled_from(sorted(MEASURED)), st.one_of(not_numbers, st.none()), min_size=1
    )
)
def test_a_measurement_that_failed_is_left_out_and_rejects(broken):
    measured = MEASURED | broken
    measured = {name: value for name, value in measured.items() if value is not None}
    fed = any(name not in ("age", "male") for name in broken)

    scores = combine(measured)

    assert all(map(math.isfinite, scores.values()))
    assert bool(rejection(scores)) == fed
