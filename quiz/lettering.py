"""Lettering on pictures: how a text is made to fit its box."""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import groupby
from math import ceil
from typing import NamedTuple

from PIL import Image, ImageDraw

from quiz.glyphs import clusters, direction_of, font_at, has_rtl, is_plain, spell

SMALLEST = 14
"""Below this size a text is cut with an ellipsis: nobody could read it anyway."""
WHOLE_WORDS = 0.4
"""Words are broken only when keeping them whole would shrink the text below this share."""
CAP_HEIGHT = 0.7


SMALL = 100
"""Smaller letters are drawn twice as large, then shrunk: Pillow sets them on whole pixels,
which looks uneven."""


@dataclass(frozen=True)
class Lettering:
    """Set text. Words and where they go are `scale` times too large; the rest is in pixels.

    The ink is what the words cover: they go at points of it, and it starts at left, top.
    """

    words: list[tuple[Image.Image, tuple[int, int]]]
    scale: int
    size: int
    left: int
    top: int
    ink_width: int
    ink_height: int
    width: int
    height: int


class Piece(NamedTuple):
    """What a line may not break inside of; widths are in ems."""

    text: str
    width: float
    width_at_end: float


@lru_cache(maxsize=8000)
def width_of_run(run: str, font: str) -> float:
    """Width in ems, good for every size: the fonts here are not hinted."""
    return font_at(font, 100).getlength(run) / 100


@lru_cache(maxsize=8000)
def width_of(cluster: str, font: str) -> float:
    font, spelling = spell(cluster, font)
    return width_of_run(spelling, font)


def width_of_line(text: str, font: str) -> float:
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
    return [
        Piece(word, width_of_line(word, font), width_of_line(word.rstrip(), font))
        for word in words
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

    def fits(pieces: Sequence[Piece], size: int) -> bool:
        limit = width / size
        return (
            max(piece.width_at_end for piece in pieces) <= limit
            and len(wrap(pieces, limit)) * leading * size <= height
        )

    for split, share in [(in_one, one_line), (in_words, WHOLE_WORDS), (in_letters, 0)]:
        pieces = split(text, font)
        sizes = range(size, max(SMALLEST, round(size * share)) - 1, -1)
        found = bisect_left(sizes, True, key=partial(fits, pieces))
        if found < len(sizes):
            return wrap(pieces, width / sizes[found]), sizes[found]
    num_lines = max(1, int(height / leading / SMALLEST))
    return shorten(pieces, num_lines, width / SMALLEST, font), SMALLEST


def runs(line: str, font: str, words_apart: bool = False) -> Iterator[tuple[str, str]]:
    """Split a line into stretches of one font each, or further, into words."""
    spelled = [spell(cluster, font) for cluster in clusters(line)]
    for name, group in groupby(spelled, key=lambda pair: pair[0]):
        run = "".join(spelling for _, spelling in group)
        for part in re.findall(r"\s?\S+\s?|\s", run) if words_apart and run else [run]:
            yield name, part


@lru_cache(maxsize=1000)
def draw_run(
    run: str, font: str, size: int, direction: str | None
) -> tuple[Image.Image, int, int]:
    """Return its ink, and where that starts from the run's place on the baseline.

    Most words of a card come again on others, so they are kept.
    """
    times = 2 if size < SMALL else 1
    em = times * size
    sheet = Image.new("L", (ceil(em * width_of_run(run, font)) + 2 * em, 3 * em))
    pen = ImageDraw.Draw(sheet)
    pen.text((em, 2 * em), run, 255, font_at(font, em), "ls", direction=direction)
    left, top, right, bottom = sheet.getbbox() or (em, 2 * em, em + 1, 2 * em + 1)
    left, top = left // times, top // times
    ink = sheet.crop((times * left, times * top, right, bottom)).reduce(times)
    return ink, left - size, top - 2 * size


def draw_lines(
    lines: Sequence[str], font: str, size: int, leading: float, scale: int
) -> Lettering:
    """Draw lines of text, right-aligned if they read from the right."""
    text = "".join(lines)
    direction = direction_of(text)
    rtl = direction == "rtl"
    measured = [
        [
            (name, run, size * width_of_run(run, name))
            for name, run in runs(line, font, words_apart=not has_rtl(text))
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
            ink, left, top = draw_run(run, name, scale * size, direction)
            words.append((ink, round(scale * x) + left, scale * y + top))
            x += run_width
    left = min(x for _, x, _ in words) // scale
    top = min(y for _, _, y in words) // scale
    ink_width = ceil(max(x + ink.width for ink, x, _ in words) / scale) - left
    ink_height = ceil(max(y + ink.height for ink, _, y in words) / scale) - top
    return Lettering(
        [(ink, (x - scale * left, y - scale * top)) for ink, x, y in words],
        scale,
        size,
        left,
        top,
        ink_width,
        ink_height,
        max(width, ink_width),
        round(len(lines) * leading * size),
    )


def set_text(
    text: str,
    font: str,
    room: tuple[int, int],
    size: int,
    leading: float = 1.25,
    one_line: float = 1,
    scale: int = 1,
) -> Lettering:
    """Draw a cleaned text as large as its room allows, `size` at most."""
    lines, size = fit(text, font, room, size, leading, one_line)
    lettering = draw_lines(lines, font, size, leading, scale)
    while excess(lettering, room) > 1 and size > 1:
        size = min(size - 1, int(size / excess(lettering, room)))
        lettering = draw_lines(lines, font, max(size, 1), leading, scale)
    return lettering


def excess(lettering: Lettering, room: tuple[int, int]) -> float:
    return max(lettering.width / room[0], lettering.ink_height / room[1])
