from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from generator.edits import find_basis, move
from generator.errors import LoadError
from generator.fetching import MOBILESTYLEGAN
from generator.fitting import calibrate, fit_faces
from generator.recipes import Recipe
from generator.sampling import Sampler, to_pixels
from generator.screening import Screening
from generator.steered import (
    Goal,
    Steps,
    choose,
    describe,
    draw_steered,
    shorten,
)
from generator.steering import (
    LARGEST_OFFSET,
    fit,
    load_steering,
    save_steering,
    steering_path,
    target_traits,
    traits_of,
)
from generator.tones import tone_of
from tests.generator.small import CPU

DIM = 16
MAN = Goal("man", "30s")


def faces(count=400, noise=0.1, seed=1):
    """Styles whose first three coordinates tell gender, age and skin."""
    lot = np.random.default_rng(seed)
    w = lot.normal(size=(count, DIM))
    traits = w[:, :3] * [3, 0.2, 0.3] + [1, 3.6, 0.3]
    return w, traits + noise * lot.normal(size=traits.shape) * [1, 0.1, 0.1]


def test_what_w_tells_is_found():
    w, traits = faces()

    steering = fit(w, traits, w)

    assert min(steering.r2) > 0.95
    assert abs(steering.predict(w) - traits).mean() < 0.2
    assert steering.directions[0].argmax() == 0
    assert steering.directions[1].argmax() == 1
    assert steering.directions[2].argmax() == 2


def test_what_w_does_not_tell_is_not_claimed():
    w, traits = faces()
    shuffled = np.random.default_rng(2).permutation(traits)

    steering = fit(w, shuffled, w)

    assert max(steering.r2) < 0.1


def test_a_step_moves_each_trait_by_what_was_asked():
    w, traits = faces()
    steering = fit(w, traits, w)
    amounts = np.diag([2.0, -0.3, 0.4])

    moved = steering.move(torch.zeros(3, DIM), amounts).numpy()

    change = steering.predict(moved) - steering.predict(np.zeros((3, DIM)))
    assert change == pytest.approx(amounts, abs=1e-4)


def test_steps_follow_the_styles_that_there_are():
    w, traits = faces()
    styles = w.copy()
    styles[:, 5] = 4 * styles[:, 0] + styles[:, 5] / 10

    steering = fit(w, traits, styles)

    assert abs(steering.basis[5, 0]) > abs(steering.basis[0, 0])


def test_what_was_fitted_comes_back(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    steering = fit(*faces(), faces()[0])

    save_steering(steering, "ab" * 32)

    loaded = load_steering("ab" * 32)
    assert loaded.name == steering.name
    assert loaded.r2 == steering.r2
    assert (loaded.directions == steering.directions).all()
    assert load_steering("cd" * 32) is None


@pytest.mark.parametrize(
    "content", [b"", b"no safetensors", b"\x08\0\0\0\0\0\0\0{}      "]
)
def test_a_damaged_file_is_said_in_words(settings, tmp_path, content):
    settings.VAR_DIR = tmp_path
    path = steering_path("ab" * 32)
    path.parent.mkdir()
    path.write_bytes(content)

    with pytest.raises(LoadError, match="damaged"):
        load_steering("ab" * 32)


def test_newer_directions_leave_the_older_ones_to_draw_by(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    old, new = (fit(*faces(seed=seed), faces()[0]) for seed in (1, 2))
    w = torch.zeros(1, DIM)

    save_steering(old, "ab" * 32)
    save_steering(new, "ab" * 32)

    assert load_steering("ab" * 32).name == new.name
    for steering in (old, new):
        edit = f"gender +1.00 age +0.00 skin +0.00 by {steering.name}"
        assert torch.allclose(move(w, edit), torch.from_numpy(steering.basis[:, 0]))


def test_the_default_network_brings_its_directions(settings, tmp_path):
    settings.VAR_DIR = tmp_path

    steering = load_steering(MOBILESTYLEGAN.sha256)

    assert len(find_basis(steering.name)) == 512


def test_directions_of_another_network_are_refused(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    save_steering(fit(*faces(), faces()[0]), "ab" * 32)
    steering_path("ab" * 32).rename(steering_path("cd" * 32))

    with pytest.raises(LoadError, match="another network"):
        load_steering("cd" * 32)


def test_directions_from_before_skin_was_steered_are_refused(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    new = fit(*faces(), faces()[0])
    save_steering(replace(new, directions=new.directions[:2]), "ab" * 32)

    with pytest.raises(LoadError, match="before skin was steered. Run fit_steering"):
        load_steering("ab" * 32)


@given(st.floats(0, 1), st.floats(0.1, 100), st.floats(-1, 3))
def test_traits_are_finite_whatever_was_measured(male, age, skin):
    assert np.isfinite(traits_of({"male": male, "age": age, "skin": skin})).all()


@pytest.mark.parametrize(
    "missing", [{"male": None}, {"age": None}, {"age": 0}, {"skin": None}]
)
def test_no_traits_without_measurements(missing):
    assert traits_of({"male": 0.5, "age": 30.0, "skin": 0.3} | missing) is None


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_amounts_fit_into_a_recipe(gender, age, skin):
    amounts = shorten(np.array([gender, age, skin]))

    assert (abs(amounts) <= [12, 3, 0.9]).all()
    assert (np.char.mod("%+.2f", amounts).astype(float) == amounts).all()


class LightNetwork:
    """w says how light the picture is, how much it contrasts, and how much blue it has."""

    resolution, z_dim, w_dim, num_ws, num_classes = 16, DIM, DIM, 1, 0

    def map(self, z, psi=1.0, classes=None):
        return psi * z

    def draw(self, w, noise="const"):
        light, contrast = w[:, 0] / 5, (w[:, 1] / 5).tanh() / 4 + 0.3
        checks = torch.tensor([[-1.0, 1.0], [1.0, -1.0]]).repeat(8, 8)
        grey = light[:, None, None] + contrast[:, None, None] * checks
        blue = (w[:, 2] / 4)[:, None, None].expand_as(grey)
        return torch.stack([grey, grey, blue], dim=1)


class LightScreener:
    """Takes bright pictures for men, contrast for age, and blue for skin."""

    def screen(self, pixels):
        red, _, blue = np.moveaxis(pixels, -1, 0)
        male = float(1 / (1 + np.exp(-(red.mean() - 128) / 12)))
        age, skin = 20 + red.std() / 2, blue.mean() / 128
        gender = "woman" if male < 0.2 else "man" if male > 0.8 else "androgynous"
        age_bucket = ["20s", "30s", "40s", "50+"][sum(age >= at for at in (32, 42, 52))]
        scores = {"male": male, "age": age, "skin": skin}
        return Screening(scores, "", gender, age_bucket, "0" * 16)


@pytest.fixture(scope="module")
def studio():
    sampler = Sampler(LightNetwork(), CPU)
    recipes = [Recipe("light", seed, 1.0) for seed in range(200)]
    screener = LightScreener()
    groups = [[Recipe("light", seed, 1.0)] for seed in range(200, 260)]
    styles = np.concatenate([sampler.w(recipe) for recipe in recipes])
    steering = fit_faces(sampler, screener, recipes, [groups], styles, lambda: None)
    return sampler, screener, steering


@pytest.mark.parametrize("gender", ["woman", "androgynous", "man"])
@pytest.mark.parametrize("age_bucket", ["30s", "40s"])
def test_steered_faces_land_in_the_cell_asked_for(studio, gender, age_bucket):
    recipes = [Recipe("light", seed, 1.0) for seed in range(1000, 1030)]

    groups = [[recipe] for recipe in recipes]

    drawn = list(draw_steered(*studio, groups, gender, age_bucket))

    assert sorted(picture.recipe.seed for picture in drawn) == list(range(1000, 1030))
    found = [(one.screening.gender, one.screening.age_bucket) for one in drawn]
    assert found.count((gender, age_bucket)) >= 27


def test_a_steered_recipe_draws_the_same_picture_again(studio):
    sampler, _, steering = studio
    plain = Recipe("light", 7, 1.0)
    [drawn] = draw_steered(*studio, [[plain]], "man", "30s", ["dark"])
    _, gender, _, age, _, skin, _, name = drawn.recipe.edit.split()
    amounts = np.array([[gender, age, skin]], float)

    moved = steering.move(sampler.w(plain), amounts)
    [again] = sampler.draw_w(moved)

    assert name == steering.name
    assert (to_pixels(again) == drawn.pixels).all()


def test_of_a_group_the_nearest_seed_is_taken(studio):
    sampler, _, steering = studio
    recipes = [Recipe("light", seed, 1.0) for seed in range(40)]

    [chosen] = choose(sampler, steering, [recipes], [MAN])

    steps = Steps(steering, MAN, np.zeros(DIM))
    traits = steering.predict(sampler.w(chosen).numpy())[0]
    others = [steering.predict(sampler.w(recipe).numpy())[0] for recipe in recipes]
    assert steps.distance(traits) == min(steps.distance(one) for one in others)


def test_skin_goes_to_the_tone_asked_for(studio):
    tones = ["light", "medium", "dark"] * 10
    groups = [[Recipe("light", seed, 1.0)] for seed in range(1000, 1030)]

    drawn = list(draw_steered(*studio, groups, "man", "30s", tones))

    found = {
        one.recipe.seed: tone_of(one.screening.scores["skin"])
        for one in sorted(drawn, key=lambda one: one.recipe.seed)
    }
    assert list(found.values()) == tones


@pytest.mark.parametrize(
    ("tone", "skin", "amount"),
    [
        ("", 0.6, 0),
        ("light", 0.6, -0.5),
        ("light", 0.0, 0),
        ("medium", 0.25, 0.4),
        ("medium", 0.85, -0.2),
        ("dark", 0.5, 0.6),
        ("dark", 1.3, 0),
    ],
)
def test_skin_is_moved_by_what_is_missing_and_never_corrected(
    studio, tone, skin, amount
):
    steering = studio[2]
    mean = steering.center + steering.basis[:, 2] * (skin - steering.means[2])

    steps = Steps(steering, Goal("man", "30s", tone), mean)
    steps.correct(np.array([0.0, 3.0, 0.4]))

    assert steps.amounts[2] == pytest.approx(amount, abs=0.011)


def test_what_steps_bring_is_learned(studio):
    sampler, screener, steering = studio
    groups = [[Recipe("light", seed, 1.0)] for seed in range(300, 308)]

    tries = [row for row in calibrate(sampler, screener, steering, groups) if row]
    learned = steering.calibrated(tries)

    assert (learned.offsets != steering.offsets).any()
    assert (abs(learned.offsets) <= LARGEST_OFFSET + 1e-6).all()
    assert (learned.slopes > 0).all()


def test_a_face_that_cannot_be_measured_is_not_tried_again(studio):
    sampler, _, steering = studio

    class Blind:
        def screen(self, pixels):
            return Screening(
                {}, "could not be measured", "androgynous", "20s", "0" * 16
            )

    [drawn] = draw_steered(
        sampler, Blind(), steering, [[Recipe("light", 7, 1.0)]], "man", "30s"
    )

    assert drawn.screening.rejected == "could not be measured"


def test_a_recipe_says_how_far_it_went():
    steering = fit(*faces(), faces()[0])

    edit = describe(np.array([2.5, -0.12, 0.4]), steering)

    assert edit == f"gender +2.50 age -0.12 skin +0.40 by {steering.name}"


def test_every_cell_has_a_target():
    for gender in ["woman", "man", "androgynous"]:
        for age_bucket in ["20s", "30s", "40s", "50+"]:
            traits = target_traits(gender, age_bucket, "dark")
            assert np.isfinite(traits).all()
