"""How well steering works, judged also by a network that took no part in it."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import cycle, islice

import numpy as np
import torch
from PIL import Image

from generator.batches import Studio
from generator.crops import CROP_80, CROP_90, to_image
from generator.gate import age_bucket, presented_gender
from generator.recipes import Recipe
from generator.sampling import to_pixels
from generator.screening import FACERES_SIDE, expected
from generator.steered import draw_steered, lands
from generator.steering import Steering
from generator.tones import TONES, tone_of


@dataclass(frozen=True)
class CellReport:
    """What became of the drawings for one cell."""

    landed: float
    """Share that the screening puts into the cell, and that pass the gate."""
    judged: float
    """Share of those that the judge puts there too."""
    tones: dict[str, float]
    """Of those that were to have a skin tone and landed, the share that has it."""
    distance: float
    """Mean pairwise distance of their embeddings: 0 is the same face."""
    pictures: list[Image.Image]


@dataclass(frozen=True)
class RandomReport:
    """Where drawings land that are not steered."""

    count: int
    found: Counter[tuple[str, str]]
    distance: float

    def share(self, gender: str, age: str) -> float:
        return self.found[gender, age] / self.count


def report_cell(
    studio: Studio,
    steering: Steering,
    groups: Sequence[Sequence[Recipe]],
    gender: str,
    age: str,
    on_picture: Callable[[], object],
) -> CellReport:
    agreed = 0
    embeddings, pictures = [], []
    asked, right = Counter[str](), Counter[str]()
    tones = list(islice(cycle(TONES), len(groups)))
    for drawn in draw_steered(
        studio.sampler, studio.screener, steering, groups, gender, age, tones
    ):
        if lands(drawn.screening, gender, age):
            asked[drawn.tone] += 1
            right[drawn.tone] += tone_of(drawn.screening.scores["skin"]) == drawn.tone
            agreed += judge(studio, drawn.pixels) == (gender, age)
        embeddings.append(studio.screener.embedding(drawn.pixels))
        pictures.append(Image.fromarray(drawn.pixels).resize((256, 256)))
        on_picture()
    return CellReport(
        asked.total() / len(groups),
        agreed / max(1, asked.total()),
        {tone: right[tone] / max(1, asked[tone]) for tone in TONES},
        mean_distance(embeddings),
        pictures,
    )


def report_random(
    studio: Studio, recipes: Sequence[Recipe], on_picture: Callable[[], object]
) -> RandomReport:
    found: Counter[tuple[str, str]] = Counter()
    embeddings = []
    for picture in studio.sampler.draw(recipes):
        pixels = to_pixels(picture)
        screening = studio.screener.screen(pixels)
        if not screening.rejected:
            found[screening.gender, screening.age_bucket] += 1
        embeddings.append(studio.screener.embedding(pixels))
        on_picture()
    return RandomReport(len(recipes), found, mean_distance(embeddings))


@torch.inference_mode()
def judge(studio: Studio, pixels: np.ndarray) -> tuple[str, str]:
    """What faceres-deep alone takes a face for: neither the fit nor the steps ask it."""
    screener = studio.screener
    ages, male, _ = screener.deep(
        screener.cut(to_image(pixels), [CROP_80, CROP_90], FACERES_SIDE)
    )
    scores = {"age": expected(ages), "male": male.mean().item()}
    return presented_gender(scores), age_bucket(scores)


def mean_distance(embeddings: Sequence[np.ndarray]) -> float:
    """Mean cosine distance over all pairs."""
    rows = np.stack(embeddings)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    pairs = np.triu_indices(len(rows), k=1)
    return float(1 - (rows @ rows.T)[pairs].mean())
