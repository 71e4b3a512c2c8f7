"""Moves w towards a gender, an age and a skin tone.

Härkönen et al. 2020 (GANSpace, arXiv 2004.02546) and Shen et al. 2020 (InterFaceGAN, arXiv
1907.10786) found such directions; here they are ridge regressions on faces that were drawn
and screened by this very network, and the steps follow the covariance of w, so that w stays
among the styles the network knows.
"""

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from django.conf import settings
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save
from torch import Tensor

from faces.files import write_whole
from generator.errors import LoadError

SUFFIX = ".steering.safetensors"
TRAITS = ["gender", "age", "skin"]
"""Logit of the probability of a man; natural logarithm of the age in years; how dark the
skin looks, 0 light to 2 dark."""
SURE = 0.998
"""Probabilities beyond this are no surer."""
TARGET_LOGIT = {"woman": -3.0, "androgynous": 0.0, "man": 3.0}
TARGET_AGE = {"20s": 28.5, "30s": 37.5, "40s": 47.5, "50+": 60.0}
"""As the networks measure it: some years above the age people see."""
TARGET_SKIN = {"light": 0.1, "medium": 0.65, "dark": 1.1}
CELLS = [(gender, age) for gender in TARGET_LOGIT for age in TARGET_AGE]
LIKELY_SLOPES = 1.0, 0.3, 1.0
"""Before any step was measured: ages answer least."""
FEWEST_TOLD = 3
LARGEST_OFFSET = np.array([2.0, 1.2, 0.0])
FOLDS = 5
RIDGES = [1.0, 10.0, 100.0, 1000.0]


@dataclass(frozen=True)
class Steering:
    """Fitted directions of one network."""

    directions: np.ndarray
    """float32 (3, w_dim): traits = directions (w - center) + means."""
    means: np.ndarray
    """float32 (3,)."""
    center: np.ndarray
    """float32 (w_dim,): the mean w of the faces it was fitted on."""
    basis: np.ndarray
    """float32 (w_dim, 3): how w moves for one more unit of each trait."""
    r2: tuple[float, ...]
    """Of each trait, cross-validated: the share of the variance that w tells."""
    num_faces: int
    offsets: np.ndarray
    """float32 (cells, 3): by how much the first step must go farther than predicted."""
    slopes: np.ndarray
    """float32 (cells, 3): how much of a step the networks see."""

    @property
    def name(self) -> str:
        """What a recipe says of the directions it used."""
        return hashlib.sha256(self.basis.tobytes()).hexdigest()[:8]

    @property
    def r2_in_words(self) -> str:
        return ", ".join(
            f"{trait} {r2:.2f}" for trait, r2 in zip(TRAITS, self.r2, strict=True)
        )

    def predict(self, w: np.ndarray) -> np.ndarray:
        """w (batch, w_dim) → traits (batch, 3)."""
        return (w - self.center) @ self.directions.T + self.means

    def calibrated(
        self, tries: Sequence[tuple[int, np.ndarray, np.ndarray]]
    ) -> "Steering":
        """Learn from `steered.calibrate` how steps fall short, cell by cell."""
        cells = np.array([cell for cell, _, _ in tries])
        short = np.stack([row for _, row, _ in tries])
        seen = np.stack([row for _, _, row in tries])
        offsets, slopes = self.offsets.copy(), self.slopes.copy()
        for cell in set(cells):
            rows = seen[cells == cell]
            for trait, usual in enumerate(LIKELY_SLOPES):
                told = rows[~np.isnan(rows[:, trait]), trait]
                if len(told) >= FEWEST_TOLD:
                    slope = np.clip(np.median(told), usual / 2, usual * 2)
                    slopes[cell, trait] = slope
            offset = short[cells == cell].mean(axis=0) / slopes[cell]
            offsets[cell] = offset.clip(-LARGEST_OFFSET, LARGEST_OFFSET)
        return replace(self, offsets=offsets, slopes=slopes)

    def move(self, w: Tensor, amounts: np.ndarray) -> Tensor:
        """w (batch, w_dim), amounts (batch, 3) in units of the traits → w."""
        return w + torch.from_numpy((amounts @ self.basis.T).astype(np.float32))


def traits_of(scores: Mapping[str, float]) -> np.ndarray | None:
    """What the screening measured, as traits (3,); None if it could not."""
    male, age, skin = scores.get("male"), scores.get("age"), scores.get("skin")
    if male is None or age is None or skin is None or age <= 0:
        return None
    male = min(max(male, 1 - SURE), SURE)
    return np.array([math.log(male / (1 - male)), math.log(age), skin])


def target_traits(gender: str, age_bucket: str, tone: str = "") -> np.ndarray:
    """The skin is nan where no tone is asked for."""
    age = math.log(TARGET_AGE[age_bucket])
    return np.array([TARGET_LOGIT[gender], age, TARGET_SKIN.get(tone, math.nan)])


def fit(w: np.ndarray, traits: np.ndarray, samples: np.ndarray) -> Steering:
    """Fit directions to faces, w (faces, w_dim) and their traits (faces, 3).

    `samples` (many, w_dim) are styles whose covariance C shapes the steps: a step by a in
    the traits is C Dᵀ (D C Dᵀ)⁻¹ a, the smallest one in the metric of C.
    """
    fits = [fit_trait(w, values) for values in traits.T]
    directions = np.stack([direction for direction, _ in fits])
    covariance = np.cov(samples.T)
    spread = covariance @ directions.T  # (w_dim, 3)
    basis = spread @ np.linalg.inv(directions @ spread)
    return Steering(
        directions=directions.astype(np.float32),
        means=traits.mean(axis=0).astype(np.float32),
        center=w.mean(axis=0).astype(np.float32),
        basis=basis.astype(np.float32),
        r2=tuple(round(r2, 3) for _, r2 in fits),
        num_faces=len(w),
        offsets=np.zeros((len(CELLS), len(TRAITS)), np.float32),
        slopes=np.full((len(CELLS), len(TRAITS)), LIKELY_SLOPES, np.float32),
    )


def fit_trait(w: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, float]:
    """Return the ridge regression (w_dim,) whose strength predicts best, and its R²."""
    scored = [(cross_validated_r2(w, values, ridge), ridge) for ridge in RIDGES]
    r2, ridge = max(scored)
    return ridge_regression(w - w.mean(axis=0), values - values.mean(), ridge), r2


def ridge_regression(x: np.ndarray, y: np.ndarray, ridge: float) -> np.ndarray:
    """Solve (XᵀX + ridge s I) b = Xᵀ y, where s is the mean variance of a column."""
    gram = x.T @ x
    strength = ridge * np.trace(gram) / len(gram) / len(x)
    return np.linalg.solve(gram + strength * np.eye(len(gram)), x.T @ y)


def cross_validated_r2(x: np.ndarray, y: np.ndarray, ridge: float) -> float:
    errors = np.empty_like(y)
    for fold in range(FOLDS):
        held = np.arange(len(x)) % FOLDS == fold
        center, mean = x[~held].mean(axis=0), y[~held].mean()
        direction = ridge_regression(x[~held] - center, y[~held] - mean, ridge)
        errors[held] = y[held] - mean - (x[held] - center) @ direction
    return float(1 - errors.var() / y.var())


def steering_path(sha256: str) -> Path:
    """Beside the weights of the network with this SHA-256."""
    return Path(settings.VAR_DIR) / "networks" / f"{sha256}{SUFFIX}"


def shipped_path(sha256: str) -> Path:
    return settings.BASE_DIR / "fixtures/steering" / f"{sha256}{SUFFIX}"


def save_steering(steering: Steering, sha256: str) -> None:
    """Make these the directions of a network.

    They are kept under their own name too: once there are newer ones, faces that were
    moved along these can still be drawn again.
    """
    arrays = {
        "directions": steering.directions,
        "means": steering.means,
        "center": steering.center,
        "basis": np.ascontiguousarray(steering.basis),
        "offsets": steering.offsets,
        "slopes": steering.slopes,
    }
    facts = {"network": sha256, "r2": steering.r2, "num_faces": steering.num_faces}
    data = save(arrays, {"facts": json.dumps(facts)})
    path = steering_path(sha256)
    write_whole(path.with_name(f"{sha256}-{steering.name}{SUFFIX}"), data)
    write_whole(path, data)


def load_steering(sha256: str) -> Steering | None:
    """Return what was fitted for a network, or came with it; None if nothing was."""
    path = steering_path(sha256)
    if not path.exists():
        path = shipped_path(sha256)
    if not path.exists():
        return None
    try:
        with safe_open(path, "np") as file:
            facts = json.loads(file.metadata()["facts"])
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        steering = Steering(
            r2=tuple(facts["r2"]), num_faces=facts["num_faces"], **arrays
        )
    except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
        raise LoadError(
            f"{path} is damaged: {error}. Run fit_steering again."
        ) from error
    if facts["network"] != sha256:
        raise LoadError(f"{path} belongs to another network.")
    if len(steering.directions) != len(TRAITS):
        raise LoadError(
            f"{path} is from before skin was steered. Run fit_steering again."
        )
    return steering
