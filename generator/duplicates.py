"""Perceptual hashes: pictures that look alike have hashes that differ in few bits."""

from collections.abc import Iterable
from threading import Lock

import numpy as np
from PIL import Image

SIDE = 32
KEPT = 8
"""Frequencies along each axis: 8 × 8 bits."""

MAX_BITS = 4
"""Of 64: hashes that differ in no more belong to pictures that look the same."""

COSINES = np.cos(
    np.pi / SIDE * np.outer(np.arange(KEPT), np.arange(SIDE) + 0.5)
)  # (8, 32): the rows of a discrete cosine transform


def perceptual_hash(image: Image.Image) -> str:
    """16 hexadecimal digits: which low frequencies are above their median."""
    grey = image.convert("L").resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    frequencies = COSINES @ np.asarray(grey, dtype=float) @ COSINES.T
    bits = frequencies > np.median(frequencies)
    return np.packbits(bits).tobytes().hex()


class Duplicates:
    """The hashes of all pictures so far; safe to share between threads."""

    def __init__(self, hashes: Iterable[str] = ()):
        known = [int(text, 16) for text in hashes]
        self.known = np.array(known, dtype=np.uint64)
        self.lock = Lock()

    def claim(self, phash: str) -> bool:
        """Remember a picture; False if one that looks the same came before."""
        value = np.uint64(int(phash, 16))
        with self.lock:
            if (np.bitwise_count(self.known ^ value) <= MAX_BITS).any():
                return False
            self.known = np.append(self.known, value)
            return True
