"""Finds out how a network's pictures change with w: draws, measures, fits, draws again.

Faces drawn at random are mostly young, and what moves them says little of old ones. So
faces moved by the first directions are measured as well, and the fit is made anew.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import cycle, islice, product

import numpy as np
import torch
from torch import Tensor

from generator.models import SEEDS_PER_PICTURE
from generator.recipes import Recipe
from generator.sampling import Sampler, to_pixels
from generator.screening import Screener, screen_all
from generator.steered import SPREAD, Goal, Steps, aim, choose
from generator.steering import CELLS, Steering, fit, traits_of
from generator.tones import TONES

Groups = Sequence[Sequence[Recipe]]


def groups_from(start: int, count: int, network: str, psi: float) -> list[list[Recipe]]:
    """For each face the recipes of so many seeds to choose from."""
    seeds = range(start, start + count * SEEDS_PER_PICTURE, SEEDS_PER_PICTURE)
    return [
        [Recipe(network, first + i, psi) for i in range(SEEDS_PER_PICTURE)]
        for first in seeds
    ]


def fit_faces(
    sampler: Sampler,
    screener: Screener,
    recipes: Sequence[Recipe],
    rounds: Sequence[Groups],
    styles: np.ndarray,
    on_picture: Callable[[], object],
) -> Steering:
    """Fit directions to faces drawn at random, then once more with each round's faces.

    `rounds` are groups of recipes: the nearest of each group is moved towards one cell
    and skin tone, all in turn. `styles` (many, w_dim) are for `fit`.
    """
    measured = Measured(sampler, screener, on_picture)
    measured.add(torch.cat([sampler.w(recipe) for recipe in recipes]))
    steering = measured.fit(styles)
    for groups in rounds:
        measured.add(first_steps(sampler, steering, groups))
        steering = measured.fit(styles)
    return steering


class Measured:
    """Faces and what the screening says of them; those it cannot measure are left out."""

    def __init__(
        self, sampler: Sampler, screener: Screener, on_picture: Callable[[], object]
    ):
        self.sampler = sampler
        self.screener = screener
        self.on_picture = on_picture
        self.ws: list[np.ndarray] = []
        self.traits: list[np.ndarray] = []

    def add(self, ws: Tensor) -> None:
        """Draw and measure ws (faces, w_dim)."""
        pictures = map(to_pixels, self.sampler.draw_w(ws))
        screenings = screen_all(self.screener, pictures)
        for w, screening in zip(ws.numpy(), screenings, strict=True):
            traits = traits_of(screening.scores)
            if traits is not None:
                self.ws.append(w)
                self.traits.append(traits)
            self.on_picture()

    def fit(self, styles: np.ndarray) -> Steering:
        return fit(np.stack(self.ws), np.stack(self.traits), styles)


def first_steps(sampler: Sampler, steering: Steering, groups: Groups) -> Tensor:
    """w (groups, w_dim) of faces that are moved towards each cell and tone in turn."""
    aims = cycle(product(TONES, CELLS))
    goals = [Goal(*cell, tone) for tone, cell in islice(aims, len(groups))]
    recipes = choose(sampler, steering, groups, goals)
    ws, steps = aim(sampler, steering, recipes, goals)
    return steering.move(ws, np.stack([step.amounts for step in steps]))


def calibrate(
    sampler: Sampler,
    screener: Screener,
    steering: Steering,
    groups: Groups,
) -> Iterator[tuple[int, np.ndarray, np.ndarray] | None]:
    """Try first steps and one correction, for what `calibrated` needs.

    Gives, for each cell and group, the cell's number, how far the first step fell short
    (3,) and which share of the correction was seen (3,); None for what was not measured.
    """
    for number, cell in enumerate(CELLS):
        goal = Goal(*cell)
        for recipe in choose(sampler, steering, groups, [goal] * len(groups)):
            w = sampler.w(recipe)
            steps = Steps(steering, goal, w[0].numpy())
            first = measure(sampler, screener, steering.move(w, steps.amounts[None]))
            if first is None:
                yield None
                continue
            short, before = steps.away(first), steps.amounts
            steps.correct(first)
            second = measure(sampler, screener, steering.move(w, steps.amounts[None]))
            if second is None:
                yield None
                continue
            moved = steps.amounts - before
            is_telling = abs(moved) > SPREAD / 4
            share = (second - first) / np.where(is_telling, moved, 1)
            yield number, short, np.where(is_telling, share, np.nan)


def measure(sampler: Sampler, screener: Screener, w: Tensor) -> np.ndarray | None:
    [picture] = sampler.draw_w(w)
    return traits_of(screener.screen(to_pixels(picture)).scores)
