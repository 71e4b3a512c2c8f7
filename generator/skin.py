"""Measures of skin: how dark it is, and where there is some at the edges of a picture."""

import math
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Self

import numpy as np
from PIL import Image
from safetensors.numpy import load_file, save

from faces.files import write_whole

RGB_TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
"""Linear sRGB to CIE XYZ."""
WHITE = np.array([0.95047, 1.0, 1.08883])
"""D65."""
CHEEKS = [(slice(300, 340), slice(165, 205)), (slice(300, 340), slice(305, 345))]
"""Rows and columns in an aligned picture of 512 pixels."""
SMALL = 128
EDGE_ROWS, EDGE_COLUMNS = slice(20, 100), 14
NEAR_COLOUR, NEAR_LIGHTNESS = 10, 27.5
PROBE = Path(__file__).with_name("skin.safetensors")
COLOUR_WEIGHT = 5
"""A colour says as much of skin as so many numbers of an embedding."""
RIDGE = 5000
FOLDS = 10


def to_lab(pixels: np.ndarray) -> np.ndarray:
    """uint8 sRGB (..., 3) → CIELAB (..., 3)."""
    srgb = pixels / 255
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    xyz = linear @ RGB_TO_XYZ.T / WHITE
    small = 6 / 29
    f = np.where(xyz > small**3, np.cbrt(xyz), xyz / (3 * small**2) + 4 / 29)
    x, y, z = np.moveaxis(f, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def cheek(pixels: np.ndarray) -> np.ndarray:
    """L, a, b of the cheek in better light: the median over its patch."""
    patches = [to_lab(pixels[rows, columns]) for rows, columns in CHEEKS]
    return max((np.median(p, axis=(0, 1)) for p in patches), key=lambda lab: lab[0])


def skin_tone(cheek: np.ndarray) -> float:
    """Individual typology angle in degrees: lower is darker, in the skin or in the light."""
    lightness, _, b = cheek
    return math.degrees(math.atan2(lightness - 50, b))


def skin_at_edges(image: Image.Image, cheek: np.ndarray) -> float:
    """The share of skin colour at the left or right edge, whichever has more.

    What goes wrong in a face from a generator is mostly a second one beside it.
    """
    small = image.resize((SMALL, SMALL), Image.Resampling.BOX)
    lab = to_lab(np.asarray(small))
    difference = np.abs(lab - cheek)
    is_skin = (np.hypot(difference[..., 1], difference[..., 2]) < NEAR_COLOUR) & (
        difference[..., 0] < NEAR_LIGHTNESS
    )
    sides = slice(None, EDGE_COLUMNS), slice(-EDGE_COLUMNS, None)
    return max(
        float(is_skin[rows, columns].mean())
        for rows, columns in product([EDGE_ROWS], sides)
    )


@dataclass(frozen=True)
class SkinProbe:
    """Tells how dark skin looks, 0 light to 2 dark, as people labelled faces.

    From the colour of a cheek alone, dark skin and poor light look the same; what
    faceres sees in a face tells them apart.
    """

    weights: np.ndarray
    """float32 (1024 + 3,): of an embedding and of a cheek's L, a, b."""
    bias: float

    @classmethod
    def load(cls) -> Self:
        arrays = load_file(PROBE)
        return cls(arrays["weights"], arrays["bias"].item())

    @classmethod
    def fit(cls, rows: np.ndarray, labels: np.ndarray) -> Self:
        """Ridge regression of labels (faces,) on rows (faces, 1024 + 3), standardised."""
        mean, scale = rows.mean(axis=0), rows.std(axis=0) + 1e-6
        importance = np.ones(rows.shape[1])
        importance[-3:] = COLOUR_WEIGHT
        x = (rows - mean) / scale * importance
        gram = x @ x.T + RIDGE * np.eye(len(x))  # (faces, faces): fewer than columns
        y = labels - labels.mean()
        weights = x.T @ np.linalg.solve(gram, y) * importance / scale
        bias = labels.mean() - mean @ weights
        return cls(weights.astype(np.float32), float(bias))

    def save(self) -> None:
        bias = np.array([self.bias], np.float32)
        write_whole(PROBE, save({"weights": self.weights, "bias": bias}))

    def predict(self, embedding: np.ndarray, cheek: np.ndarray) -> float:
        return float(np.concatenate([embedding, cheek]) @ self.weights + self.bias)


def cross_validated(rows: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """What probes say that were fitted without the face in question."""
    predicted = np.empty(len(labels))
    folds = np.random.RandomState(0).permutation(len(labels)) % FOLDS
    for fold in range(FOLDS):
        held = folds == fold
        probe = SkinProbe.fit(rows[~held], labels[~held])
        predicted[held] = [probe.predict(row[:-3], row[-3:]) for row in rows[held]]
    return predicted


def told_apart(predicted: np.ndarray, is_darker: np.ndarray) -> float:
    """The share of pairs of a darker and a lighter face that are in the right order."""
    return float((predicted[is_darker][:, None] > predicted[~is_darker]).mean())
