"""Letters on pictures: what is left of a text, where a letter ends, which font has it.

Where the machine lacks libfribidi, Pillow cannot shape: Arabic letters then stand unjoined,
right-to-left text runs left to right, and families and flags of emoji fall into their parts.
Nothing is lost even so, and nothing leaves its box.
"""

import re
import unicodedata
from functools import cache, lru_cache
from pathlib import Path
from struct import iter_unpack, unpack_from

from PIL import ImageFont, features

FOLDER = Path(__file__).parent / "fonts"
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
PLAIN = re.compile("[\\0-\\u02ff\\u2010-\\u2027]*")
LONGEST_TEXT = 1000
MOST_MARKS = 3

JOINERS = "\u200c\u200d"
EMOJI_STYLE = "\ufe0f"
REPLACEMENT = "\ufffd"


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
    """Say whether every character is a letter of its own: Latin, with its punctuation."""
    return PLAIN.fullmatch(text) is not None


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
def font_at(font: str, size: int, shapes: bool = True) -> ImageFont.FreeTypeFont:
    """Load a font. Shaping takes most of the time; a letter by itself needs none."""
    layout = None if shapes else ImageFont.Layout.BASIC
    return ImageFont.truetype(FOLDER / f"{font}.ttf", size, layout_engine=layout)


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


def direction_of(text: str) -> str | None:
    """Say which way to shape a text: None where Pillow cannot, or need not."""
    if not CAN_SHAPE or (len(text) == 1 and is_plain(text)):
        return None
    return "rtl" if is_rtl(text) else "ltr"


def is_rtl(text: str) -> bool:
    directions = map(unicodedata.bidirectional, text)
    return next((way for way in directions if way in ("L", "R", "AL")), "L") != "L"


def has_rtl(text: str) -> bool:
    return not is_plain(text) and any(
        unicodedata.bidirectional(char) in ("R", "AL") for char in text
    )
