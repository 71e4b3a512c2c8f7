"""How far raters agree, checked against published worked examples."""

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faces.agreement import agreement, alpha, nominal, ordinal

# K. Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), examples A, B
# and C with their results: https://repository.upenn.edu/asc_papers/43
JON_AND_HAN = ["0100000010", "1110010000"]
BEN_AND_GERRY = ["aabbdcccedda", "babbbccceddd"]
FOUR_OBSERVERS = ["12332141 2...", "12332241 25.3", ".3332342 251.", "12332441 251."]
# "Krippendorff's alpha" in Wikipedia, a computational example.
THREE_CODERS = [".....341211 33.3", "1.213343 .......", "..21344.211 33.4"]

judged_faces = st.lists(st.lists(st.integers(1, 4), max_size=4), max_size=12)


def interval(a, b, totals):
    """Krippendorff's third metric, which no label here needs: it proves alpha itself."""
    return (a - b) ** 2


distances = pytest.mark.parametrize("distance", [nominal, ordinal, interval])


def units_of(rows):
    """What was said of each unit, from a row for each observer; a dot is nothing."""
    columns = zip(*[row.replace(" ", "") for row in rows], strict=True)
    return [[int(value, 16) for value in column if value != "."] for column in columns]


@pytest.mark.parametrize(
    ("rows", "distance", "published"),
    [
        (JON_AND_HAN, nominal, 0.095),
        (BEN_AND_GERRY, nominal, 0.692),
        (FOUR_OBSERVERS, nominal, 0.743),
        (FOUR_OBSERVERS, ordinal, 0.815),
        (FOUR_OBSERVERS, interval, 0.849),
        (THREE_CODERS, nominal, 0.691),
        (THREE_CODERS, interval, 0.811),
    ],
)
def test_alpha_is_as_published(rows, distance, published):
    assert alpha(units_of(rows), distance) == pytest.approx(published, abs=0.0005)


def test_agreement_is_the_share_of_answers_that_agree():
    assert agreement(units_of(JON_AND_HAN)) == pytest.approx(0.6)
    assert agreement([["woman", "woman"], ["man", "woman", "woman"]]) == 0.6


def test_alpha_of_guesses_is_near_zero():
    coin = random.Random(1)
    guesses = [[coin.randint(0, 1) for _ in range(3)] for _ in range(4000)]

    assert alpha(guesses) == pytest.approx(0, abs=0.02)
    assert agreement(guesses) == pytest.approx(0.5, abs=0.02)


def test_always_disagreeing_is_worse_than_chance():
    assert alpha([["woman", "man"]] * 10) < 0


@pytest.mark.parametrize("faces", [[], [[]], [["yes"], ["no"]], [["yes", "yes"]] * 9])
def test_alpha_says_nothing_where_there_is_nothing_to_compare(faces):
    assert alpha(faces) is None


def test_agreement_without_shared_faces_is_unknown_and_otherwise_known():
    assert agreement([["yes"], []]) is None
    assert agreement([["yes", "yes"]] * 9) == 1


def test_neighbouring_ages_disagree_less_than_distant_ones():
    agreed = [["20s", "20s"], ["30s", "30s"], ["40s", "40s"], ["50+", "50+"]] * 3

    near = alpha([*agreed, ["20s", "30s"]], ordinal)
    far = alpha([*agreed, ["20s", "50+"]], ordinal)

    assert far < near < 1
    assert alpha([*agreed, ["20s", "30s"]]) == alpha([*agreed, ["20s", "50+"]])


@distances
@given(faces=judged_faces, seed=st.integers())
def test_neither_the_order_of_faces_nor_of_raters_matters(distance, faces, seed):
    mixed = [random.Random(seed).sample(face, len(face)) for face in faces]
    random.Random(seed).shuffle(mixed)

    assert alpha(mixed, distance) == pytest.approx(alpha(faces, distance))
    assert agreement(mixed) == pytest.approx(agreement(faces))


@distances
@given(values=st.lists(st.integers(1, 4), min_size=2), raters=st.integers(2, 5))
def test_all_agreeing_is_one(distance, values, raters):
    faces = [[value] * raters for value in values]

    assert agreement(faces) == 1
    assert alpha(faces, distance) == (1 if len(set(values)) > 1 else None)


@distances
@given(faces=judged_faces, alone=st.lists(st.integers(1, 4)))
def test_what_one_rater_alone_judged_changes_nothing(distance, faces, alone):
    more = [*faces, *([value] for value in alone), []]

    assert alpha(more, distance) == alpha(faces, distance)
    assert agreement(more) == agreement(faces)


@given(faces=judged_faces)
def test_alpha_of_yes_and_no_is_the_same_on_every_scale(faces):
    faces = [[value % 2 for value in face] for face in faces]

    assert alpha(faces, ordinal) == pytest.approx(alpha(faces, nominal))
    assert alpha(faces, interval) == pytest.approx(alpha(faces, nominal))


@given(faces=judged_faces)
def test_alpha_is_one_less_the_disagreement_over_that_of_a_random_pairing(faces):
    """By the definition in words, pair by pair, rather than by counts."""
    shared = [face for face in faces if len(face) > 1]
    everything = Counter(value for face in shared for value in face)
    pairs = [
        (a != b) / (len(face) - 1)
        for face in shared
        for i, a in enumerate(face)
        for j, b in enumerate(face)
        if i != j
    ]
    n = everything.total()
    by_chance = 1 - sum(c * (c - 1) for c in everything.values()) / max(n * (n - 1), 1)
    expected = 1 - sum(pairs) / n / by_chance if n and by_chance else None

    assert alpha(faces) == (expected if expected is None else pytest.approx(expected))
