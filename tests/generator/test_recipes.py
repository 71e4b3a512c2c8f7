import numpy as np
import pytest

from generator.latents import latents
from generator.recipes import MAX_SEED, Recipe, parse_psi, parse_seeds


@pytest.mark.parametrize(
    ("text", "seeds"),
    [
        ("1234", [1234]),
        ("0-3", [0, 1, 2, 3]),
        ("1,5,9", [1, 5, 9]),
        ("9, 1-3 ,2", [9, 1, 2, 3]),
        ("7,7,7-7", [7]),
        (str(MAX_SEED), [MAX_SEED]),
        ("007", [7]),
    ],
)
def test_seeds_are_read_once_each(text, seeds):
    assert parse_seeds(text) == seeds


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "'' is not a seed"),
        ("-1", "'-1' is not a seed"),
        ("1.5", "'1.5' is not a seed"),
        ("1,,2", "'' is not a seed"),
        ("0-", "'0-' is not a seed"),
        ("a-b", "is not a seed"),
        ("1-2-3", "'1-2-3' is not a seed"),
        ("٣", "is not a seed"),
        ("²", "is not a seed"),
        ("9-3", "runs backwards: write 3-9"),
        ("4294967296", "too large"),
        ("0-4294967295", "100,000 seeds at most"),
        ("0-99999,100000", "100,000 seeds at most"),
        ("1" * 5000, "is not a seed"),
    ],
)
def test_what_is_no_seed_is_refused_in_words(text, words):
    with pytest.raises(ValueError, match=words):
        parse_seeds(text)


@pytest.mark.parametrize("text", ["0", "0.7", "1.6", "3"])
def test_psi_is_read(text):
    assert parse_psi(text) == float(text)


@pytest.mark.parametrize("text", ["nan", "-5", "100", "inf", "", "half", "3.01"])
def test_what_is_no_psi_is_refused(text):
    with pytest.raises(ValueError, match="is not a psi: it goes from 0 to 3"):
        parse_psi(text)


def test_a_recipe_says_what_it_is():
    plain = Recipe("ffhq", 1234, 0.7)
    rare = Recipe("cats", 5, 1.0, class_index=2, noise="none")

    assert str(plain) == "ffhq, seed 1234, psi 0.7"
    assert plain.file_name("webp") == "ffhq-seed1234-psi0.7.webp"
    assert str(rare) == "cats, seed 5, psi 1, class 2, no noise"
    assert rare.file_name("png") == "cats-seed5-psi1-class2-nonoise.png"


def test_a_seed_gives_the_latent_of_the_stylegan_scripts():
    z = latents([1234, 0], 512)

    expected = np.random.RandomState(1234).randn(1, 512).astype(np.float32)
    assert z.shape == (2, 512)
    assert (z[0].numpy() == expected).all()
    assert z[1, 0] == pytest.approx(1.764052)
