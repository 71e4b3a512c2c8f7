"""Draws towards a cell: move w, draw, measure, move the rest of the way."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import torch

from generator.recipes import Recipe
from generator.sampling import Sampler, to_pixels
from generator.screening import AT_ONCE, Screener, Screening, screen_all
from generator.steering import CELLS, Steering, target_traits, traits_of
from generator.tones import DARK, LIGHT, MEDIUM

CORRECTIONS = 2
"""How often a picture that missed is drawn again, from the same seed."""
FARTHEST = np.array([12.0, 3.0, 0.9])
"""In units of the traits: beyond, pictures stop being faces."""
LONGEST = np.array([4.0, 1.5, 0.0])
"""Of one correction. Skin gets none: what is measured of it levels off where it is dark."""
SPREAD = np.array([4.0, 0.3, 0.4])
"""How much the traits differ between faces."""
OLDER = np.array([0.0, 0.06, 0.0])
"""Added to the age of one that the gate took for too young."""


class Goal(NamedTuple):
    """Who a picture should look like."""

    gender: str
    age_bucket: str
    tone: str = ""

    @property
    def cell(self) -> tuple[str, str]:
        return self.gender, self.age_bucket


@dataclass(frozen=True)
class Steered:
    """The last picture of a seed, and what was measured on it."""

    recipe: Recipe
    pixels: np.ndarray
    screening: Screening
    tone: str
    """The skin tone asked for."""


def draw_steered(
    sampler: Sampler,
    screener: Screener,
    steering: Steering,
    groups: Sequence[Sequence[Recipe]],
    gender: str,
    age_bucket: str,
    tones: Sequence[str] = (),
) -> Iterator[Steered]:
    """Draw one picture for each group of recipes, towards a gender and an age bucket.

    `tones` says for each group which skin tone to go towards; "" and none leave it.
    The recipe that comes back says how far w was moved along which directions, so the
    same picture can be drawn again without measuring anything.
    """
    goals = [Goal(gender, age_bucket, tone) for tone in tones or [""] * len(groups)]
    size = max(sampler.batch_size, AT_ONCE)
    for start in range(0, len(groups), size):
        some = slice(start, start + size)
        recipes = choose(sampler, steering, groups[some], goals[some])
        yield from draw_towards(sampler, screener, steering, recipes, goals[some])


def draw_towards(
    sampler: Sampler,
    screener: Screener,
    steering: Steering,
    recipes: Sequence[Recipe],
    goals: Sequence[Goal],
) -> Iterator[Steered]:
    """A picture that lands comes at once; of the others the nearest, after all tries."""
    w, steps = aim(sampler, steering, recipes, goals)
    nearest: dict[int, tuple[float, Steered]] = {}
    pending = list(range(len(recipes)))
    for _ in range(1 + CORRECTIONS):
        moved = steering.move(w[pending], np.stack([steps[i].amounts for i in pending]))
        missed = []
        pictures = [to_pixels(picture) for picture in sampler.draw_w(moved)]
        screenings = screen_all(screener, pictures)
        for i, pixels, screening in zip(pending, pictures, screenings, strict=True):
            recipe = replace(recipes[i], edit=describe(steps[i].amounts, steering))
            drawn = Steered(recipe, pixels, screening, goals[i].tone)
            measured = traits_of(screening.scores)
            if lands(screening, *goals[i].cell):
                nearest.pop(i, None)
                yield drawn
            elif measured is None:
                nearest.setdefault(i, (math.inf, drawn))
            else:
                distance = steps[i].distance(measured) + bool(screening.rejected)
                if distance < nearest.get(i, (math.inf, drawn))[0]:
                    nearest[i] = (distance, drawn)
                steps[i].correct(measured, OLDER if screening.rejected else 0)
                missed.append(i)
        pending = missed
        if not pending:
            break
    for _, drawn in nearest.values():
        yield drawn


def aim(
    sampler: Sampler,
    steering: Steering,
    recipes: Sequence[Recipe],
    goals: Sequence[Goal],
) -> tuple[torch.Tensor, list["Steps"]]:
    """w (recipes, w_dim), and for each the first step towards its goal."""
    w = torch.cat([sampler.w(recipe) for recipe in recipes])
    rows = zip(goals, w.numpy(), strict=True)
    return w, [Steps(steering, goal, row) for goal, row in rows]


class Steps:
    """How far one face is moved, try by try."""

    def __init__(self, steering: Steering, goal: Goal, w: np.ndarray):
        cell = CELLS.index(goal.cell)
        self.tone = goal.tone
        self.target = target_traits(goal.gender, goal.age_bucket, goal.tone)
        self.slope = steering.slopes[cell]
        offset = steering.offsets[cell]
        self.amounts = shorten(self.away(steering.predict(w)) + offset)
        self.before: tuple[np.ndarray, np.ndarray] | None = None

    def away(self, traits: np.ndarray) -> np.ndarray:
        """How far it is to the target; what is clearer than that is left alone."""
        away = self.target - traits
        if away[0] * self.target[0] < 0:
            away[0] = 0
        is_clearer = {LIGHT: away[2] > 0, MEDIUM: False, DARK: away[2] < 0}
        if is_clearer.get(self.tone, True):
            away[2] = 0
        return away

    def distance(self, traits: np.ndarray) -> float:
        return math.hypot(*self.away(traits) / SPREAD)

    def correct(self, measured: np.ndarray, older: np.ndarray | int = 0) -> None:
        """Go on by what is missing, over the share of the last step that was seen."""
        slope = self.slope.copy()
        if self.before:
            step = self.amounts - self.before[0]
            is_telling = abs(step) > SPREAD / 4
            slope[is_telling] = (measured - self.before[1])[is_telling] / step[
                is_telling
            ]
        slope = slope.clip(self.slope / 2, self.slope * 2)
        self.before = self.amounts, measured
        step = (self.away(measured) + older) / slope
        self.amounts = shorten(self.amounts + step.clip(-LONGEST, LONGEST))


def choose(
    sampler: Sampler,
    steering: Steering,
    groups: Sequence[Sequence[Recipe]],
    goals: Sequence[Goal],
) -> list[Recipe]:
    """Of each group take the recipe whose w is nearest already: mapping costs little."""
    chosen = []
    for recipes, goal in zip(groups, goals, strict=True):
        ws = [sampler.w(recipe)[0].numpy() for recipe in recipes]
        target = Steps(steering, goal, ws[0])
        distances = [target.distance(steering.predict(w)) for w in ws]
        chosen.append(recipes[int(np.argmin(distances))])
    return chosen


def lands(screening: Screening, gender: str, age_bucket: str) -> bool:
    found = (screening.gender, screening.age_bucket)
    return not screening.rejected and found == (gender, age_bucket)


def shorten(amounts: np.ndarray) -> np.ndarray:
    """Round to what a recipe can say, and keep within what the network can draw."""
    return np.clip(amounts, -FARTHEST, FARTHEST).round(2)


def describe(amounts: np.ndarray, steering: Steering) -> str:
    gender, age, skin = amounts
    return f"gender {gender:+.2f} age {age:+.2f} skin {skin:+.2f} by {steering.name}"
