"""What to draw: seeds as people write them, and the recipe each picture is drawn by."""

import math
import re
from dataclasses import dataclass

MAX_SEED = 2**32 - 1
"""The largest seed of NumPy's legacy generator."""
MAX_SEEDS = 100_000
MAX_PSI = 3.0


@dataclass(frozen=True)
class Recipe:
    """The same recipe always gives the same picture."""

    network: str
    seed: int
    psi: float
    class_index: int | None = None
    noise: str = "const"
    edit: str = ""

    def __str__(self) -> str:
        return ", ".join([self.network, f"seed {self.seed}", *self.details(" ")])

    def file_name(self, suffix: str) -> str:
        parts = [self.network, f"seed{self.seed}", *self.details("")]
        return f"{'-'.join(parts)}.{suffix}"

    def details(self, gap: str) -> list[str]:
        details = [f"psi{gap}{self.psi:g}"]
        if self.class_index is not None:
            details.append(f"class{gap}{self.class_index}")
        if self.noise == "none":
            details.append(f"no{gap}noise")
        if self.edit:
            details.append(self.edit)
        return details


def parse_seeds(text: str) -> list[int]:
    """Read `1234`, `0-63` or `1,5,9-12`; every seed once, in the order given.

    Raises ValueError with a sentence for anything else.
    """
    seeds: dict[int, None] = {}
    for part in text.split(","):
        match = re.fullmatch(r"([0-9]{1,20})(?:-([0-9]{1,20}))?", part.strip())
        if not match:
            raise ValueError(
                f"{part.strip()[:40]!r} is not a seed: write 1234, 0-63 or 1,5,9."
            )
        start, end = int(match[1]), int(match[2] or match[1])
        if end > MAX_SEED:
            raise ValueError(f"{end} is too large: seeds go from 0 to {MAX_SEED}.")
        if end < start:
            raise ValueError(f"{part.strip()} runs backwards: write {end}-{start}.")
        if len(seeds) + end - start >= MAX_SEEDS:
            raise ValueError(f"Ask for {MAX_SEEDS:,} seeds at most.")
        seeds |= dict.fromkeys(range(start, end + 1))
    return list(seeds)


def parse_psi(text: str) -> float:
    try:
        psi = float(text)
    except ValueError:
        psi = math.nan
    if not 0 <= psi <= MAX_PSI:
        raise ValueError(f"{text} is not a psi: it goes from 0 to {MAX_PSI:g}.")
    return psi
