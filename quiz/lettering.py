"""Lettering on pictures: how a text is made to fit its box."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from math import ceil, cos, floor, radians, sin
from typing import NamedTuple

from quiz.glyphs import (
    clusters,
    direction_of,
    has_rtl,
    is_plain,
    letters_of,
    spell,
)
from quiz.ink import Drawn, draw_run, hull, join, sides_of_run, width_of_run
from quiz.layout import Box

SMALLEST = 14
"""Below this size a text is cut with an ellipsis: nobody could read it anyway."""
WHOLE_WORDS = 0.4
"""Words are broken only when keeping them whole would shrink the text below this share."""
CAP_HEIGHT = 0.7
SIZES = [*range(102, 60, -6), *range(60, 40, -4), *range(38, 12, -2)]
"""What texts are set in: the fewer sizes, the oftener a letter was drawn before."""


@dataclass(frozen=True)
class Lettering:
    """Set text: the words, each with its font and its place on the baseline.

    The ink is a box that no word leaves, from where the places count.
    """

    words: list[tuple[str, str, int, int]]
    direction: str | None
    size: int
    ink: Box
    width: int
    height: int

    def draw(self, degrees: float = 0) -> Drawn:
        """Draw the words, turned about the point where their places count from."""
        cosine, sine = cos(radians(degrees)), sin(radians(degrees))
        drawn = []
        for word, font, x, y in self.words:
            ink, left, top = draw_run(word, font, self.size, self.direction, degrees)
            left += round(cosine * x - sine * y)
            drawn.append((ink, left, top + round(sine * x + cosine * y)))
        return join(drawn)


class Piece(NamedTuple):
    """What a line may not break inside of; widths are in ems."""

    text: str
    width: float
    width_at_end: float


@lru_cache(maxsize=8000)
def width_of(cluster: str, font: str) -> float:
    font, spelling = spell(cluster, font)
    return width_of_run(spelling, font)


@lru_cache(maxsize=8000)
def width_of_line(text: str, font: str) -> float:
    if is_plain(text):
        return sum(
            width_of_run(run, name) for name, run in runs(text, font, words_apart=True)
        )
    return sum(width_of(cluster, font) for cluster in clusters(text))


def in_one(text: str, font: str) -> list[Piece]:
    width = sum(
        width_of_run(run, name) for name, run in runs(text, font, not has_rtl(text))
    )
    return [Piece(text, width, width)]


def in_words(text: str, font: str) -> list[Piece]:
    """Split where a line may break: at spaces, and beside East Asian letters and emoji."""
    words: list[str] = re.findall(" ?[^ ]+ ?", text) if is_plain(text) else []
    for cluster in [] if words else clusters(text):
        if words and not may_break(words[-1], cluster):
            words[-1] += cluster
        else:
            words.append(cluster)
    space = width_of(" ", font)
    return [
        Piece(word, width, width - space if word.endswith(" ") else width)
        for word in words
        for width in [width_of_line(word, font)]
    ]


def in_letters(text: str, font: str) -> list[Piece]:
    return [
        Piece(part, width, width)
        for part in clusters(text)
        for width in [width_of(part, font)]
    ]


def may_break(before: str, cluster: str) -> bool:
    if cluster == " " or unicodedata.category(cluster[0]).startswith("P"):
        return False
    return before.endswith(" ") or is_wide(before[-1]) or is_wide(cluster[0])


def is_wide(char: str) -> bool:
    """Say whether lines may break beside a letter: Chinese, kana or emoji, but not Hangul."""
    return (
        unicodedata.east_asian_width(char) in "WF" and not "\uac00" <= char <= "\ud7a3"
    )


def wrap(pieces: Sequence[Piece], limit: float) -> list[str]:
    lines = [""]
    used = 0.0
    for piece in pieces:
        if lines[-1] and used + piece.width_at_end > limit:
            lines.append("")
            used = 0.0
        lines[-1] += piece.text
        used += piece.width
    return [line.strip() for line in lines]


def shorten(
    pieces: Sequence[Piece], num_lines: int, limit: float, font: str
) -> list[str]:
    """Keep so many lines; the last one ends in an ellipsis."""
    kept = wrap(pieces, limit)[:num_lines]
    last = clusters(kept.pop())
    while last and width_of_line("".join(last) + "…", font) > limit:
        last.pop()
    return [*kept, "".join(last) + "…"]


def fit(
    text: str,
    font: str,
    room: tuple[int, int],
    size: int,
    leading: float,
    one_line: float,
) -> tuple[list[str], int]:
    """Return the lines and the largest size at which they fit the room.

    The text stays on one line if that costs no more than the share `one_line` of its size.
    """
    width, height = room
    for split, share in [(in_one, one_line), (in_words, WHOLE_WORDS), (in_letters, 0)]:
        pieces = split(text, font)
        widest = max(piece.width_at_end for piece in pieces)
        smallest = max(SMALLEST, round(size * share))
        for found in SIZES:
            if smallest <= found <= size and found * widest <= width:
                lines = wrap(pieces, width / found)
                if len(lines) * leading * found <= height:
                    return lines, found
    num_lines = max(1, int(height / leading / SMALLEST))
    return shorten(pieces, num_lines, width / SMALLEST, font), SMALLEST


def runs(line: str, font: str, words_apart: bool = False) -> Iterator[tuple[str, str]]:
    """Split a line into stretches of one font each, or further, into words."""
    if is_plain(line) and letters_of(font).issuperset(map(ord, line)):
        stretches = [(font, line)]
    else:
        spelled = [spell(cluster, font) for cluster in clusters(line)]
        stretches = [
            (name, "".join(spelling for _, spelling in group))
            for name, group in groupby(spelled, key=lambda pair: pair[0])
        ]
    for name, run in stretches:
        for part in re.findall(r"\s?\S+\s?|\s", run) if words_apart and run else [run]:
            yield name, part


def set_lines(lines: Sequence[str], font: str, size: int, leading: float) -> Lettering:
    """Set lines of text, right-aligned if they read from the right."""
    text = "".join(lines)
    direction = direction_of(text)
    rtl = direction == "rtl"
    words_apart = not has_rtl(text)
    measured = [
        [
            (name, run, size * width_of_run(run, name))
            for name, run in runs(line, font, words_apart)
        ]
        for line in lines
    ]
    widths = [sum(width for _, _, width in line) for line in measured]
    width = round(max(widths))
    words = []
    for number, line in enumerate(measured):
        x = width - widths[number] if rtl else 0
        y = round((number * leading + (leading + CAP_HEIGHT) / 2) * size)
        for name, run, run_width in reversed(line) if rtl else line:
            words.append((run, name, round(x), y))
            x += run_width
    left, top, right, bottom = hull(
        (sides_of_run(run, name, direction), x / size, y / size)
        for run, name, x, y in words
    )
    x, y = floor(size * left), floor(size * top)
    # One more, as words and letters are moved to whole and half pixels.
    ink = x, y, ceil(size * right) + 1 - x, ceil(size * bottom) - y
    height = round(len(lines) * leading * size)
    return Lettering(words, direction, size, ink, max(width, ink[2]), height)


@lru_cache(maxsize=200)
def set_text(
    text: str,
    font: str,
    room: tuple[int, int],
    size: int,
    leading: float = 1.25,
    one_line: float = 1,
) -> Lettering:
    """Draw a cleaned text as large as its room allows, `size` at most."""
    lines, size = fit(text, font, room, size, leading, one_line)
    lettering = set_lines(lines, font, size, leading)
    while excess(lettering, room) > 1 and size > 1:
        size = min(size - 1, int(size / excess(lettering, room)))
        size = next((found for found in SIZES if found <= size), size)
        lettering = set_lines(lines, font, max(size, 1), leading)
    return lettering


def excess(lettering: Lettering, room: tuple[int, int]) -> float:
    return max(lettering.width / room[0], lettering.ink[3] / room[1])
