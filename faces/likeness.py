"""Perceptual hashes: pictures that look alike have hashes that differ in few bits."""

from functools import cache
from math import cos, pi
from operator import mul
from statistics import median

from PIL import Image

SIDE = 32
KEPT = 8
"""Frequencies along each axis: 8 × 8 bits."""


@cache
def cosines() -> list[list[float]]:
    """The first rows of a discrete cosine transform: (8, 32)."""
    return [
        [cos(pi / SIDE * frequency * (x + 0.5)) for x in range(SIDE)]
        for frequency in range(KEPT)
    ]


def perceptual_hash(image: Image.Image) -> str:
    """16 hexadecimal digits: which low frequencies are above their median."""
    grey = image.convert("L").resize((SIDE, SIDE), Image.Resampling.LANCZOS).tobytes()
    columns = [grey[x::SIDE] for x in range(SIDE)]
    partly = [[dot(row, column) for column in columns] for row in cosines()]
    frequencies = [dot(row, sums) for sums in partly for row in cosines()]
    middle = median(frequencies)
    bits = "".join("01"[frequency > middle] for frequency in frequencies)
    return f"{int(bits, 2):016x}"


def dot(one: list[float], other: "list[float] | bytes") -> float:
    return sum(map(mul, one, other))


def bits_apart(one: str, other: str) -> int:
    """In how many of their 64 bits two hashes differ."""
    return (int(one, 16) ^ int(other, 16)).bit_count()
