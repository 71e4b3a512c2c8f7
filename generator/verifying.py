"""Compares shipped pictures with what their recipes draw."""

import hashlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from faces.files import PictureError, open_picture
from faces.shipped import ShippedFace
from generator.export import shrink
from generator.recipes import Recipe
from generator.sampling import Sampler, to_pixels

LEAST_DECIBELS = 30.0
"""Peak signal to noise. WebP leaves 36 and more; two different faces have 16 at most."""


@dataclass(frozen=True)
class Verified:
    face: ShippedFace
    decibels: float
    """How close the file is to the picture drawn again; 0 if it cannot be read."""
    problem: str = ""
    """What is wrong, in words; empty if it is the same picture."""


def verify(
    sampler: Sampler, network: str, faces: Sequence[ShippedFace]
) -> Iterator[Verified]:
    """Draw each face again from its recipe and compare it with its file."""
    recipes = [recipe_of(face, network) for face in faces]
    for face, picture in zip(faces, sampler.draw(recipes), strict=True):
        yield compare(face, to_pixels(picture))


def recipe_of(face: ShippedFace, network: str) -> Recipe:
    return Recipe(network, face.seed, float(face.psi), edit=face.edit)


def compare(face: ShippedFace, drawn: np.ndarray) -> Verified:
    try:
        data = face.path.read_bytes()
        image = open_picture(data)
    except OSError as error:
        return Verified(face, 0, error.strerror or "cannot be read")
    except PictureError as error:
        return Verified(face, 0, str(error))
    if hashlib.sha256(data).hexdigest() != face.sha256:
        return Verified(face, 0, "is not the file of the manifest (SHA-256)")
    again = shrink(Image.fromarray(drawn), image.width)
    if again.size != image.size:
        return Verified(face, 0, f"has another size: {again.width} px are drawn")
    decibels = closeness(np.asarray(image), np.asarray(again))
    is_same = decibels >= LEAST_DECIBELS
    return Verified(
        face, decibels, "" if is_same else f"is another picture ({decibels:.1f} dB)"
    )


def closeness(one: np.ndarray, other: np.ndarray) -> float:
    """Peak signal to noise of two uint8 pictures, in decibels."""
    error = np.square(one.astype(float) - other).mean()
    return math.inf if error == 0 else 10 * math.log10(255**2 / error)
