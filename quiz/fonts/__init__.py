"""Lettering on pictures: which font has a letter, and how a text is made to fit its box.

Where the machine lacks libfribidi, Pillow cannot shape: Arabic letters then stand unjoined,
right-to-left text runs left to right, and families and flags of emoji fall into their parts.
Nothing is lost even so, and nothing leaves its box.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from itertools import groupby
from math import ceil
from pathlib import Path
from struct import iter_unpack, unpack_from
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFont, features

FOLDER = Path(__file__).parent
DISPLAY = "Shrikhand-Regular"
SEMIBOLD = "Rubik-SemiBold"
BOLD = "Rubik-Bold"
BLACK = "Rubik-Black"
EMOJI = "NotoEmoji-Bold"
FALLBACKS = [
    "NotoSans-Bold",
    "NotoSansThai-Bold",
    EMOJI,
    "NotoSansSC-Bold",
    "NotoSansKR-Bold",
]

CAN_SHAPE = features.check("raqm")
LONGEST_TEXT = 1000
SMALLEST = 14
"""Below this size a text is cut with an ellipsis: nobody could read it anyway."""
WHOLE_WORDS = 0.4
"""Words are broken only when keeping them whole would shrink the text below this share."""
CAP_HEIGHT = 0.7
MOST_MARKS = 3
LETTER_SCALE = 2
"""Letters are drawn larger, then shrunk: Pillow sets them on whole pixels, which looks uneven."""

JOINERS = "\u200c\u200d"
EMOJI_STYLE = "\ufe0f"
REPLACEMENT = "\ufffd"


@dataclass(frozen=True)
class Lettering:
    """Drawn text. The mask of its ink is LETTER_SCALE times too large; the rest is in pixels."""

    ink: Image.Image
    size: int
    left: int
    top: int
    width: int
    height: int


class Piece(NamedTuple):
    """What a line may not break inside of; widths are in ems."""

    text: str
    width: float
    width_at_end: float


def clean(text: str) -> str:
    """Drop what cannot be seen but could disturb: controls, bidi overrides, stacked marks."""
    if text.isprintable() and is_plain(text):
        return " ".join(text[:LONGEST_TEXT].split())
    kept: list[str] = []
    for char in unicodedata.normalize("NFC", text[:LONGEST_TEXT]):
        if char.isspace():
            kept.append(" ")
        elif is_mark(char):
            if kept and kept[-1] != " " and not all(map(is_mark, kept[-MOST_MARKS:])):
                kept.append(char)
        elif unicodedata.category(char) == "Cs":
            kept.append(REPLACEMENT)
        elif (
            char in JOINERS
            or is_tag(char)
            or unicodedata.category(char) not in ("Cc", "Cf")
        ):
            kept.append(char)
    return " ".join("".join(kept).strip(JOINERS + " ").split())


def is_plain(text: str) -> bool:
    """Say whether every character is a letter of its own, as all are before the first mark."""
    return max(text, default="") < "\u0300"


def is_mark(char: str) -> bool:
    return unicodedata.category(char).startswith("M")


def is_tag(char: str) -> bool:
    """Tags spell the flags of England, Scotland and Wales."""
    return "\U000e0020" <= char <= "\U000e007f"


def is_region(char: str) -> bool:
    """Two of these letters make a flag."""
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def is_skin_tone(char: str) -> bool:
    return "\U0001f3fb" <= char <= "\U0001f3ff"


def is_invisible(char: str) -> bool:
    return char in JOINERS or "\ufe00" <= char <= EMOJI_STYLE or is_tag(char)


def clusters(text: str) -> list[str]:
    """Split into what a reader calls letters: with their marks, joiners and skin tones."""
    if is_plain(text):
        return list(text)
    parts: list[str] = []
    for char in text:
        if parts and belongs_to(parts[-1], char):
            parts[-1] += char
        else:
            parts.append(char)
    return parts


def belongs_to(cluster: str, char: str) -> bool:
    return (
        is_mark(char)
        or is_invisible(char)
        or is_skin_tone(char)
        or cluster.endswith("\u200d")
        or (is_region(char) and len(cluster) == 1 and is_region(cluster))
    )


@cache
def letters_of(font: str) -> frozenset[int]:
    """Code points of a font, from the format 12 table that every font here has."""
    data = (FOLDER / f"{font}.ttf").read_bytes()
    (num_tables,) = unpack_from(">H", data, 4)
    tables = {
        tag: start
        for tag, _, start, _ in iter_unpack(">4s3I", data[12 : 12 + 16 * num_tables])
    }
    cmap = tables[b"cmap"]
    (num_subtables,) = unpack_from(">H", data, cmap + 2)
    for _, _, offset in iter_unpack(
        ">HHI", data[cmap + 4 : cmap + 4 + 8 * num_subtables]
    ):
        (kind,) = unpack_from(">H", data, cmap + offset)
        if kind == 12:
            (length,) = unpack_from(">I", data, cmap + offset + 4)
            groups = iter_unpack(
                ">3I", data[cmap + offset + 16 : cmap + offset + length]
            )
            return frozenset(
                point for first, last, _ in groups for point in range(first, last + 1)
            )
    raise ValueError(
        f"{font} has no format 12 table; README.md beside it says how to add one"
    )


@lru_cache(maxsize=200)
def font_at(font: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FOLDER / f"{font}.ttf", size)


@lru_cache(maxsize=8000)
def spell(cluster: str, font: str) -> tuple[str, str]:
    """Return the font to draw a letter with, and the letter as that font can draw it."""
    chain = [font, *FALLBACKS]
    if EMOJI_STYLE in cluster:
        chain.insert(0, EMOJI)
    for spelling in [cluster, unicodedata.normalize("NFKD", cluster), cluster[0]]:
        visible = {ord(char) for char in spelling if not is_invisible(char)}
        for candidate in chain:
            if visible <= letters_of(candidate):
                if not CAN_SHAPE:
                    spelling = "".join(
                        char for char in spelling if not is_invisible(char)
                    )
                return candidate, spelling
    return FALLBACKS[0], REPLACEMENT


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
    width = sum(width_of_run(run, name) for name, run in runs(text, font))
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


def is_rtl(text: str) -> bool:
    directions = map(unicodedata.bidirectional, text)
    return next((way for way in directions if way in ("L", "R", "AL")), "L") != "L"


def runs(line: str, font: str) -> Iterator[tuple[str, str]]:
    """Split a line into stretches of one font each."""
    spelled = [spell(cluster, font) for cluster in clusters(line)]
    for name, group in groupby(spelled, key=lambda pair: pair[0]):
        yield name, "".join(spelling for _, spelling in group)


def draw_lines(lines: Sequence[str], font: str, size: int, leading: float) -> Lettering:
    """Draw lines of text, right-aligned if they read from the right."""
    rtl = CAN_SHAPE and is_rtl("".join(lines))
    direction = ("rtl" if rtl else "ltr") if CAN_SHAPE else None
    measured = [
        [
            (name, run, LETTER_SCALE * size * width_of_run(run, name))
            for name, run in runs(line, font)
        ]
        for line in lines
    ]
    widths = [sum(width for _, _, width in line) for line in measured]
    width, height = (
        round(max(widths) / LETTER_SCALE),
        round(len(lines) * leading * size),
    )
    sheet = Image.new(
        "L", (LETTER_SCALE * (width + 2 * size), LETTER_SCALE * (height + 2 * size))
    )
    pen = ImageDraw.Draw(sheet)
    for number, line in enumerate(measured):
        x = LETTER_SCALE * size + (LETTER_SCALE * width - widths[number] if rtl else 0)
        y = LETTER_SCALE * (
            size + round((number * leading + (leading + CAP_HEIGHT) / 2) * size)
        )
        for name, run, run_width in reversed(line) if rtl else line:
            run_font = font_at(name, LETTER_SCALE * size)
            pen.text((x, y), run, 255, run_font, "ls", direction=direction)
            x += run_width
    left, top, right, bottom = sheet.getbbox() or (0, 0, 1, 1)
    left, top = left // LETTER_SCALE, top // LETTER_SCALE
    ink = sheet.crop((LETTER_SCALE * left, LETTER_SCALE * top, right, bottom))
    width = max(width, ceil(ink.width / LETTER_SCALE))
    return Lettering(ink, size, left - size, top - size, width, height)


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
    lettering = draw_lines(lines, font, size, leading)
    while excess(lettering, room) > 1 and size > 1:
        size = min(size - 1, int(size / excess(lettering, room)))
        lettering = draw_lines(lines, font, max(size, 1), leading)
    return lettering


def excess(lettering: Lettering, room: tuple[int, int]) -> float:
    return max(lettering.width / room[0], lettering.ink.height / LETTER_SCALE / room[1])
