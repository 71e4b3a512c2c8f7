import random

import pytest

from texts.filling import SIGNS, Content, draw_lover

CONTENT = Content.of(
    [],
    {
        "first_name_woman": {"Legend": 10},
        "first_name_man": {"Cem": 10},
        "home_town": {"Graz": 10},
    },
)


@pytest.mark.parametrize(
    ("age_bucket", "ages"),
    [
        ("20s", range(22, 30)),
        ("30s", range(30, 40)),
        ("40s", range(40, 50)),
        ("50+", range(50, 69)),
    ],
)
def test_every_age_of_the_bucket_is_drawn_and_none_other(age_bucket, ages):
    rng = random.Random(1)

    lovers = [draw_lover(CONTENT, "woman", age_bucket, rng) for _ in range(500)]

    assert {lover.age for lover in lovers} == set(ages)


def test_a_lover_has_a_name_that_fits_and_an_initial():
    lover = draw_lover(CONTENT, "woman", "20s", random.Random(1))

    assert lover.name == "Legend"
    assert lover.full_name == f"Legend {lover.initial}."
    assert lover.initial.isupper()
    assert lover.home_town == "Graz"
    assert lover.sign in SIGNS


def test_a_lover_is_somebody_from_somewhere_when_lists_are_empty():
    lover = draw_lover(Content({}, {}), "androgynous", "50+", random.Random(1))

    assert (lover.name, lover.home_town) == ("Somebody", "somewhere nice")


def test_the_same_chance_draws_the_same_lover():
    first, second = (
        draw_lover(CONTENT, "man", "40s", random.Random(7)) for _ in range(2)
    )

    assert first == second


def test_a_word_of_ten_times_the_weight_is_drawn_ten_times_as_often():
    content = Content.of([], {"home_town": {"Graz": 10, "Hull": 100}})
    rng = random.Random(1)

    towns = [draw_lover(content, "man", "40s", rng).home_town for _ in range(1100)]

    assert 70 < towns.count("Graz") < 130
