"""The ink of words: how far it reaches, and its picture, put together from kept letters."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from math import ceil, cos, floor, radians, sin

from PIL import Image, ImageDraw

from quiz.glyphs import font_at, is_plain
from quiz.photo import turn

LARGE = 40
"""Letters from this size on stand on whole pixels; on smaller ones that looks uneven."""


LETTERS = re.compile("f[fil]+|.")
"""What plain text is put together from: letters, and those that a font may join."""

Sides = tuple[float, float, float, float]
"""left, top, right, bottom"""
Drawn = tuple[Image.Image, int, int]
"""Ink, and where that starts from a place on the baseline, or on a picture."""


@lru_cache(maxsize=8000)
def advance(run: str, following: str, font: str) -> float:
    """Width in ems up to what follows, good for every size: the fonts here are not hinted."""
    width = font_at(font, 100).getlength(run + following) / 100
    return width - advance(following, "", font) if following else width


@lru_cache(maxsize=8000)
def apart(run: str, font: str) -> tuple[list[tuple[str, float]], float]:
    """Return what is drawn by itself, with its place in the run, and the width, in ems."""
    letters = LETTERS.findall(run) if run and is_plain(run) else [run]
    places, x = [], 0.0
    for letter, following in zip(letters, [*letters[1:], ""], strict=True):
        places.append((letter, x))
        x += advance(letter, following, font)
    return places, x


def width_of_run(run: str, font: str) -> float:
    return apart(run, font)[1]


@lru_cache(maxsize=8000)
def sides_of_run(run: str, font: str, direction: str | None) -> Sides:
    """How far in ems its ink may reach from its place."""
    letters, _ = apart(run, font)
    if len(letters) > 1:
        return hull(
            (sides_of_run(letter, font, direction if letter[1:] else None), x, 0)
            for letter, x in letters
        )
    box = font_at(font, 100, direction is not None).getbbox(
        run, anchor="ls", direction=direction
    )
    left, top, right, bottom = (side / 100 for side in box)
    return left, top, right, bottom


def hull(placed: Iterable[tuple[Sides, float, float]]) -> Sides:
    """Return what all these cover together, each moved to its place."""
    lefts, tops, rights, bottoms = zip(
        *(
            (left + x, top + y, right + x, bottom + y)
            for (left, top, right, bottom), x, y in placed
        ),
        strict=True,
    )
    return min(lefts), min(tops), max(rights), max(bottoms)


@lru_cache(maxsize=2000)
def draw_run(
    run: str, font: str, size: int, direction: str | None, degrees: float
) -> Drawn:
    """Return its ink, and where that starts from the run's place on the baseline.

    Most words of a card come again on others, so they are kept; and letters are, from which
    new words are put together.
    """
    letters, _ = apart(run, font)
    if len(letters) == 1 or direction == "rtl":
        return draw_letters(run, font, size, direction, degrees, 0)
    cosine, sine = cos(radians(degrees)), sin(radians(degrees))
    finely = 2 if size < LARGE else 1
    drawn = []
    for letter, x in letters:
        right, half = divmod(round(finely * cosine * size * x), finely)
        ink, left, top = draw_letters(
            letter, font, size, direction if letter[1:] else None, degrees, half
        )
        drawn.append((ink, right + left, round(sine * size * x) + top))
    return join(drawn)


def join(drawn: Sequence[Drawn]) -> Drawn:
    """Put inks together on one sheet."""
    left = min([x for _, x, _ in drawn])
    top = min([y for _, _, y in drawn])
    width = max([x + ink.width for ink, x, _ in drawn]) - left
    height = max([y + ink.height for ink, _, y in drawn]) - top
    sheet = Image.new("L", (width, height))
    pen = ImageDraw.Draw(sheet)
    for ink, x, y in drawn:
        pen.bitmap((x - left, y - top), ink, 255)
    return sheet, left, top


@lru_cache(maxsize=4000)
def draw_letters(
    run: str, font: str, size: int, direction: str | None, degrees: float, half: int
) -> Drawn:
    """Draw twice as large, then shrink: Pillow sets on whole pixels, which looks uneven.

    The pen starts that many halves of a pixel to the right.
    """
    em = 2 * size
    left, top, right, bottom = sides_of_run(run, font, direction)
    # Even, as they are halved.
    left, top = 2 * floor(size * left) - 2, 2 * floor(size * top) - 2
    width, height = ceil(em * right) + 2 - left, ceil(em * bottom) + 2 - top
    ink = Image.new("L", (width, height))
    pen = ImageDraw.Draw(ink)
    at = half - left, -top
    font_of_em = font_at(font, em, direction is not None)
    pen.text(at, run, 255, font_of_em, "ls", direction=direction)
    left, top = left // 2, top // 2
    if not degrees:
        return ink.reduce(2), left, top
    turned, (left, top) = turn(ink, (left, top), 2, (0, 0), degrees, samples=4)
    return turned, left, top
