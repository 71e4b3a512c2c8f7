"""Which pictures look the same as one that was drawn before."""

from collections.abc import Iterable
from threading import Lock

import numpy as np

MAX_BITS = 4
"""Of 64: hashes that differ in no more belong to pictures that look the same."""


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
