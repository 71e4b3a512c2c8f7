"""Where the lines of a chart run, in the units of its SVG. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

WIDTH, HEIGHT = 320, 128
LEFT, RIGHT, TOP, BOTTOM = 34, 312, 10, 104
"""The edges of what is drawn; the words stand outside of them."""


class Dot(NamedTuple):
    x: float
    y: float


@dataclass(frozen=True)
class Line:
    dots: list[Dot]
    strokes: list[str]
    """Points of the polylines: a line has a gap where a value is missing."""


def height_of(value: float) -> float:
    """From 0 at the bottom to 1 at the top; what is below 0 lies at the bottom."""
    return round(BOTTOM - max(value, 0) * (BOTTOM - TOP), 1)


def place_of(index: int, count: int) -> float:
    """Evenly from left to right; one alone stands in the middle."""
    share = index / (count - 1) if count > 1 else 0.5
    return round(LEFT + share * (RIGHT - LEFT), 1)


def line(values: Sequence[float | None]) -> Line:
    dots = [
        None if value is None else Dot(place_of(i, len(values)), height_of(value))
        for i, value in enumerate(values)
    ]
    runs = [
        [dot for dot in run if dot]
        for is_there, run in groupby(dots, lambda dot: dot is not None)
        if is_there
    ]
    strokes = [" ".join(f"{dot.x},{dot.y}" for dot in run) for run in runs]
    return Line([dot for dot in dots if dot], strokes)
