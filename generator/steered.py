"""Draws towards a cell: move w, draw, measure, move the rest of the way."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch

from generator.recipes import Recipe
from generator.sampling import Sampler, to_pixels
from generator.screening import Screener, Screening
from generator.steering import Steering, target_traits, traits_of

CORRECTIONS = 2
"""How often a picture that missed is drawn again, from the same seed."""
FARTHEST = np.array([12.0, 1.6])
"""In units of the traits: beyond, pictures stop being faces."""
LONGEST = np.array([4.0, 0.4])
"""Of one correction."""
SPREAD = np.array([4.0, 0.3])
"""How much the traits differ between faces."""
OLDER = np.array([0.0, 0.06])
"""Added to the age of one that the gate took for too young."""


@dataclass(frozen=True)
class Steered:
    """The last picture of a seed, and what was measured on it."""

    recipe: Recipe
    pixels: np.ndarray
    screening: Screening


def draw_steered(
    sampler: Sampler,
    screener: Screener,
    steering: Steering,
    recipes: Sequence[Recipe],
    gender: str,
    age_bucket: str,
) -> Iterator[Steered]:
    """Draw each recipe's seed towards a gender and an age bucket.

    The recipe that comes back says how far w was moved along which directions, so the
    same picture can be drawn again without measuring anything.
    """
    size = sampler.batch_size
    for start in range(0, len(recipes), size):
        yield from draw_group(
            sampler,
            screener,
            steering,
            recipes[start : start + size],
            gender,
            age_bucket,
        )


def draw_group(
    sampler: Sampler,
    screener: Screener,
    steering: Steering,
    recipes: Sequence[Recipe],
    gender: str,
    age_bucket: str,
) -> Iterator[Steered]:
    """A picture that lands comes at once; of the others the nearest, after all tries."""
    w = torch.cat([sampler.w(recipe) for recipe in recipes])
    target = target_traits(gender, age_bucket)
    amounts = shorten(target - steering.predict(w.numpy()))
    nearest: dict[int, tuple[float, Steered]] = {}
    pending = list(range(len(recipes)))
    for _ in range(1 + CORRECTIONS):
        moved = steering.move(w[pending], amounts[pending])
        missed = []
        for i, picture in zip(pending, sampler.draw_w(moved), strict=True):
            pixels = to_pixels(picture)
            screening = screener.screen(pixels)
            recipe = replace(recipes[i], edit=describe(amounts[i], steering))
            drawn = Steered(recipe, pixels, screening)
            if lands(screening, gender, age_bucket):
                nearest.pop(i, None)
                yield drawn
                continue
            measured = traits_of(screening.scores)
            if measured is None:
                nearest.setdefault(i, (math.inf, drawn))
                continue
            away = target - measured
            distance = math.hypot(*away / SPREAD) + bool(screening.rejected)
            if distance < nearest.get(i, (math.inf, drawn))[0]:
                nearest[i] = (distance, drawn)
            older = OLDER if screening.rejected else 0
            amounts[i] = shorten(amounts[i] + away.clip(-LONGEST, LONGEST) + older)
            missed.append(i)
        pending = missed
    for _, drawn in nearest.values():
        yield drawn


def lands(screening: Screening, gender: str, age_bucket: str) -> bool:
    found = (screening.gender, screening.age_bucket)
    return not screening.rejected and found == (gender, age_bucket)


def shorten(amounts: np.ndarray) -> np.ndarray:
    """Round to what a recipe can say, and keep within what the network can draw."""
    return np.clip(amounts, -FARTHEST, FARTHEST).round(2)


def describe(amounts: np.ndarray, steering: Steering) -> str:
    gender, age = amounts
    return f"gender {gender:+.2f} age {age:+.2f} by {steering.name}"


def measure_faces(
    sampler: Sampler, screener: Screener, recipes: Sequence[Recipe]
) -> Iterator[tuple[np.ndarray, np.ndarray] | None]:
    """Draw and measure unsteered faces, for `fit`: w (w_dim,) and traits (2,) of each.

    None for a picture that could not be measured.
    """
    for recipe, picture in zip(recipes, sampler.draw(recipes), strict=True):
        traits = traits_of(screener.screen(to_pixels(picture)).scores)
        yield None if traits is None else (sampler.w(recipe)[0].numpy(), traits)
