"""Draws the share cards."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from PIL import Image

from faces.files import ai_mark
from quiz.artwork import backdrop, corner, seal, stamp
from quiz.glyphs import BLACK, BOLD, DISPLAY, SEMIBOLD, clean, letters_of
from quiz.layout import (
    BLUE,
    BUTTER,
    INK,
    LINK,
    LOVER,
    PAPER,
    TRAINWRECK,
    Box,
    Layout,
    Stock,
    inset,
    middle,
)
from quiz.lettering import Lettering, set_text
from quiz.photo import print_misprint, print_photo, shades, turn_point

NO_BREAK = "\xa0"

SMALLEST_SHARE = 0.75
"""A bubble whose text must be smaller than that is too full."""

MOST_BYTES = 300_000
"""Some apps show no larger picture with a link."""


@dataclass(frozen=True)
class CardText:
    """The words of a card, with one or two lines of chat."""

    name: str
    facts: str
    lines: Sequence[str]
    site_name: str


def draw_card(text: CardText, photo: bytes, *, is_trainwreck: bool = False) -> bytes:
    """Return the link card as a JPEG with the AI mark; `photo` is a square JPEG."""
    face = Image.open(io.BytesIO(photo), formats=["JPEG"])
    return encode(compose(LINK, TRAINWRECK if is_trainwreck else LOVER, text, face))


def encode(card: Image.Image) -> bytes:
    mark = ai_mark("Share card with an AI-generated portrait")
    # No face needs the second quality; a photo that is all noise does.
    for quality in [85, 60]:
        file = io.BytesIO()
        card.save(file, "JPEG", quality=quality, xmp=mark)
        if file.tell() < MOST_BYTES:
            break
    return file.getvalue()


def compose(
    layout: Layout, stock: Stock, text: CardText, face: Image.Image
) -> Image.Image:
    face = face if face.mode == "RGB" else face.convert("RGB")
    canvas = backdrop(layout, stock).copy()
    if stock is TRAINWRECK:
        print_misprint(canvas, layout, face)
        canvas.paste(*stamp(layout))
    else:
        print_photo(canvas, layout, face)
        canvas.paste(*seal(layout))
    print_name(canvas, layout, clean(text.name), stock.name_plate)
    print_facts(canvas, layout, clean(text.facts), stock.paper)
    print_bubbles(canvas, layout, [clean(line) for line in text.lines], stock.paper)
    print_site(canvas, layout, clean(text.site_name))
    return canvas


def print_name(canvas: Image.Image, layout: Layout, name: str, plate: str) -> None:
    if not name:
        return
    x, y, width, height = layout.name
    box = (x, y, width - layout.name_plate, height)
    has_all_letters = letters_of(DISPLAY).issuperset(
        ord(char) for char in name if char.isalpha()
    )
    font = DISPLAY if has_all_letters else BLACK
    lettering = set_text(name, font, box[2:], layout.name_size, leading=0.98)
    start = turn_point(place(lettering, box), middle(layout.name), layout.name_turn)
    ink, left, top = lettering.draw(layout.name_turn)
    left, top = left + round(start[0]), top + round(start[1])
    slip = max(3, layout.name_plate * lettering.size // layout.name_size)
    fill(canvas, plate, (left + slip, top + slip), ink)
    fill(canvas, INK, (left, top), ink)


def print_facts(canvas: Image.Image, layout: Layout, facts: str, paper: str) -> None:
    if not facts:
        return
    x, y, width, height = layout.facts
    room = (width - 28, height - 10)
    stars, dot, origin = facts.rpartition(" · ")
    facts = stars + dot + origin.replace(" ", NO_BREAK)
    lettering = set_text(
        facts, BOLD, room, layout.facts_size, leading=1.2, one_line=0.75
    )
    strip = (x, y, lettering.width + 28, max(51, lettering.height + 10))
    fill_box(canvas, INK, paper, strip, [3, 3, 3, 3])
    write(canvas, PAPER, INK, lettering, inset(strip, 14, 0))


class Bubble(NamedTuple):
    lettering: Lettering
    size: int
    """What its text is set in where there is room."""
    is_last: bool


def bubbles_of(layout: Layout, lines: Sequence[str]) -> Iterator[Bubble]:
    """Share the room out from the top."""
    _, _, width, room = layout.bubbles
    lines = [line for line in lines if line]
    for num_below, line in zip(reversed(range(len(lines))), lines, strict=True):
        share = (room - 11 * num_below) // (num_below + 1)
        size = 38 if len(line) <= 24 else 30 if len(line) <= 60 else 24
        lettering = set_text(
            line, SEMIBOLD, (width - 56, share - 26), size, one_line=0.9
        )
        yield Bubble(lettering, size, is_last=not num_below)
        room -= lettering.height + 26 + 11


def print_bubbles(
    canvas: Image.Image, layout: Layout, lines: Sequence[str], paper: str
) -> None:
    """Only the last bubble has a square corner."""
    x, y, _, _ = layout.bubbles
    for lettering, _, is_last in bubbles_of(layout, lines):
        bubble = (x, y, max(73, lettering.width + 56), lettering.height + 26)
        fill_box(canvas, BLUE, paper, bubble, [36, 36, 36, 6 if is_last else 36])
        write(canvas, PAPER, BLUE, lettering, inset(bubble, 28, 0))
        y += bubble[3] + 11


def fits_card(lines: Sequence[str]) -> bool:
    """Whether the lines stand on the link card uncut and large enough to read."""
    return all(
        bubble.lettering.size >= SMALLEST_SHARE * bubble.size
        for bubble in bubbles_of(LINK, [clean(line) for line in lines])
    )


def print_site(canvas: Image.Image, layout: Layout, site_name: str) -> None:
    if not site_name:
        return
    x, y, width, height = layout.site
    lettering = set_text(
        site_name, BOLD, (width, height), layout.site_size, leading=1.1
    )
    end = (x + width - lettering.width, y, lettering.width, height)
    write(canvas, BUTTER, INK, lettering, end)


def fill_box(
    canvas: Image.Image, colour: str, paper: str, box: Box, radii: Sequence[int]
) -> None:
    """Colour a box with rounded corners; the radii go clockwise from the top left."""
    x, y, width, height = box
    canvas.paste(colour, (x, y, x + width, y + height))
    for number, radius in enumerate(radii):
        radius = min(radius, width // 2, height // 2)
        left = x + width - radius if number in (1, 2) else x
        top = y + height - radius if number in (2, 3) else y
        canvas.paste(corner(radius, number, colour, paper), (left, top))


def write(
    canvas: Image.Image, colour: str, paper: str, lettering: Lettering, box: Box
) -> None:
    """Write on one colour, which costs less than to let what is below shine through."""
    x, y = place(lettering, box)
    ink, left, top = lettering.draw()
    ink.putpalette(shades(paper, colour))
    canvas.paste(ink.convert("RGB"), (x + left, y + top))


def place(lettering: Lettering, box: Box) -> tuple[int, int]:
    """Return where to write in a box: its ink at the start, half-way down, never outside."""
    x, y, width, height = box
    left, top, ink_width, ink_height = lettering.ink
    down = (height - lettering.height) // 2
    return (
        x + max(0, min(left, width - ink_width)) - left,
        y + max(0, min(top + down, height - ink_height)) - top,
    )


def fill(
    picture: Image.Image, colour: str | int, at: tuple[int, int], mask: Image.Image
) -> None:
    """Colour what the mask shows; Pillow pastes a picture twice as fast as a colour."""
    picture.paste(Image.new(picture.mode, mask.size, colour), at, mask)
