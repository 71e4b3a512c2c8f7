"""Cuts a face out of a picture that is aligned as in FFHQ: no detector is needed."""

from collections.abc import Sequence

import numpy as np
import torch
from PIL import Image
from torch import Tensor

SIDE = 512
MIN_SIDE = 256

Box = tuple[float, float, float, float]
"""Left, top, right and bottom, as shares of the picture."""

CROP_60: Box = (0.2, 0.27, 0.8, 0.87)
CROP_70: Box = (0.15, 0.2, 0.85, 0.9)
CROP_80: Box = (0.1, 0.12, 0.9, 0.92)
CROP_90: Box = (0.05, 0.05, 0.95, 0.95)


def to_image(pixels: np.ndarray) -> Image.Image:
    """uint8 (side, side, 3) → a picture of 512 pixels; ValueError for anything else."""
    side = len(pixels)
    if pixels.dtype != np.uint8 or pixels.shape != (side, side, 3) or side < MIN_SIDE:
        raise ValueError(
            f"A picture is uint8 (side, side, 3), side ≥ {MIN_SIDE}, "
            f"not {pixels.dtype} {pixels.shape}."
        )
    return resize(Image.fromarray(pixels), SIDE)


def resize(image: Image.Image, side: int) -> Image.Image:
    return image.resize((side, side), Image.Resampling.LANCZOS)


def cut(image: Image.Image, boxes: Sequence[Box], side: int) -> Tensor:
    """Float32 (boxes, 3, side, side), 0 to 255."""
    crops = [np.asarray(cut_one(image, box, side)) for box in boxes]
    return torch.tensor(np.stack(crops), dtype=torch.float32).permute(0, 3, 1, 2)


def cut_one(image: Image.Image, box: Box, side: int) -> Image.Image:
    left, top, right, bottom = (share * image.width for share in box)
    return image.resize(
        (side, side), Image.Resampling.BILINEAR, box=(left, top, right, bottom)
    )
