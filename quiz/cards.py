"""Draws the share cards. What is the same on every card is drawn once and kept."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from math import ceil, cos, floor, radians, sin, tau
from typing import NamedTuple

from PIL import Image, ImageChops, ImageColor, ImageDraw

from faces.files import ai_mark
from quiz.fonts import (
    BLACK,
    BOLD,
    DISPLAY,
    LETTER_SCALE,
    SEMIBOLD,
    Lettering,
    clean,
    font_at,
    letters_of,
    set_text,
)

INK, PAPER = "#231538", "#FFF6EA"
RED, BLUE = "#FF5440", "#2340E0"
BLUSH, BUTTER, MINT, DEEP_MINT = "#FFB3D4", "#FFDF4A", "#A9E9C6", "#6FD6A0"

RED_GHOST, BLUE_GHOST, SLIP = (-20, 10), (18, -8), 17
"""How far the plates of a misprint are off, and the lower third of its photo."""

NO_BREAK = "\xa0"

MOST_BYTES = 300_000
"""Some apps show no larger picture with a link."""

FINE = 3
"""What is drawn once is drawn this many times larger, then shrunk, for smooth edges."""

Point = tuple[float, float]
Box = tuple[int, int, int, int]
"""x, y, width, height"""
Patch = tuple[Image.Image, tuple[int, int], Image.Image]
"""What `paste` takes: a picture, where it goes, and the mask of what it covers."""


@dataclass(frozen=True)
class CardText:
    """The words of a card, with one or two lines of chat."""

    name: str
    facts: str
    lines: Sequence[str]
    site_name: str


class Stock(NamedTuple):
    """The coloured card that a kind of lover is printed on."""

    paper: str
    rays: str
    name_plate: str
    contents: str
    label_plate: tuple[int, int]
    label_turn: float


LOVER = Stock(BLUSH, RED, RED, "AVG. CONTENTS 1 LOVER", (5, 5), 0)
TRAINWRECK = Stock(MINT, DEEP_MINT, BUTTER, "AVG. CONTENTS 0.8 LOVER", (16, 12), 2)


class Layout(NamedTuple):
    """Where things stand on one shape of card. The point of a text is on its baseline."""

    size: tuple[int, int]
    rays_fade: tuple[int, int]
    label: Box
    photo: Box
    seal: Box
    stamp: Box
    title: Point
    title_size: int
    name: Box
    name_size: int
    name_turn: float
    name_plate: int
    facts: Box
    facts_size: int
    bubbles: Box
    bar: Box
    call: Point
    call_size: int
    site: Box
    site_size: int
    credit: Point
    credit_size: int


LINK = Layout(
    size=(1200, 630),
    rays_fade=(540, 636),
    label=(44, 32, 530, 552),
    photo=(69, 81, 483, 483),
    seal=(476, 424, 172, 172),
    stamp=(366, 106, 240, 100),
    title=(640, 85),
    title_size=40,
    name=(637, 103, 533, 100),
    name_size=102,
    name_turn=-3,
    name_plate=7,
    facts=(640, 235, 531, 64),
    facts_size=26,
    bubbles=(674, 313, 490, 217),
    bar=(640, 542, 560, 88),
    call=(674, 600),
    call_size=44,
    site=(946, 554, 220, 34),
    site_size=26,
    credit=(1166, 611),
    credit_size=22,
)


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
    canvas = backdrop(layout, stock).copy()
    if stock is TRAINWRECK:
        print_misprint(canvas, layout, face)
        canvas.paste(*stamp(layout))
    else:
        print_photo(canvas, layout, face)
        canvas.paste(*seal(layout))
    for patch in [
        *name_patches(layout, clean(text.name), stock.name_plate),
        *facts_patches(layout, clean(text.facts)),
        *bubble_patches(layout, tuple(clean(line) for line in text.lines)),
        *site_patches(layout, clean(text.site_name)),
    ]:
        canvas.paste(*patch)
    return canvas


def print_photo(canvas: Image.Image, layout: Layout, face: Image.Image) -> None:
    x, y, side, _ = inset(layout.photo, 2)
    canvas.paste(shrink(face, side), (x, y))


def shrink(
    face: Image.Image, side: int, times: tuple[int, int] = (2, 2)
) -> Image.Image:
    """Looks like Pillow's bilinear filter on a photo, in a third of the time."""
    size = side * times[0], side * times[1]
    photo = face.resize(size, Image.Resampling.NEAREST).reduce(times)
    return photo if photo.mode == "RGB" else photo.convert("RGB")


def print_misprint(canvas: Image.Image, layout: Layout, face: Image.Image) -> None:
    """Print the photo out of register: over two ghosts, its lower third to one side."""
    x, y, side, _ = inset(layout.photo, 1)
    left, top = RED_GHOST[0], BLUE_GHOST[1]
    right, bottom = BLUE_GHOST[0], RED_GHOST[1]
    photo, split = shrink(face, side, (1, 2)), side * 2 // 3
    sheet = Image.new("RGB", (side + right - left, side + bottom - top))
    # Only what the photo will leave uncovered of the ghosts.
    for colour, (across, down), strips in [
        (BLUE, BLUE_GHOST, [(0, 0, side, -top), (side - right, 0, side, side)]),
        (RED, RED_GHOST, [(0, 0, SLIP - left, side), (0, side - bottom, side, side)]),
    ]:
        for strip in strips:
            at = across - left + strip[0], down - top + strip[1]
            sheet.paste(tint(photo.crop(strip), colour), at)
    sheet.paste(photo.crop((0, 0, side, split)), (-left, -top))
    sheet.paste(photo.crop((0, split, side, side)), (SLIP - left, split - top))
    turned, at = turn(
        sheet, (x + left, y + top), 1, middle(layout.label), TRAINWRECK.label_turn
    )
    mask = misprint_mask(layout).crop(span(at, turned.size))
    paste_masked(canvas, turned, at, mask, full=inset((0, 0, *turned.size), 60))


def tint(part: Image.Image, colour: str) -> Image.Image:
    """Print in one ink, which stays strong where the photo is light."""
    grey = part.convert("L")
    grey.putpalette(shades(colour))
    return grey.convert("RGB")


@cache
def shades(colour: str) -> list[int]:
    return [
        round(channel + 0.6 * (255 - channel) * level / 255)
        for level in range(256)
        for channel in ImageColor.getrgb(colour)
    ]


def paste_masked(
    canvas: Image.Image,
    picture: Image.Image,
    at: tuple[int, int],
    mask: Image.Image,
    full: Box,
) -> None:
    """Paste with a mask that is full within a box: there it would only cost time."""
    x, y, width, height = full
    left, top, right, bottom = 0, 0, *picture.size
    canvas.paste(picture.crop(span((x, y), (width, height))), (at[0] + x, at[1] + y))
    for strip in [
        (left, top, right, y),
        (left, y, x, y + height),
        (x + width, y, right, y + height),
        (left, y + height, right, bottom),
    ]:
        canvas.paste(
            picture.crop(strip), (at[0] + strip[0], at[1] + strip[1]), mask.crop(strip)
        )


def turn(
    picture: Image.Image,
    at: Point,
    scale: int,
    pivot: Point,
    degrees: float,
    resample: Image.Resampling = Image.Resampling.NEAREST,
) -> tuple[Image.Image, tuple[int, int]]:
    """Turn a picture that stands at a point, drawn `scale` times too large, about a pivot.

    Returns it at its right size, and where that goes.
    """
    cosine, sine = cos(radians(degrees)), sin(radians(degrees))
    corners = [
        (
            pivot[0] + cosine * (x - pivot[0]) - sine * (y - pivot[1]),
            pivot[1] + sine * (x - pivot[0]) + cosine * (y - pivot[1]),
        )
        for x in (at[0], at[0] + picture.width / scale)
        for y in (at[1], at[1] + picture.height / scale)
    ]
    left, top = (floor(min(values)) for values in zip(*corners, strict=True))
    right, bottom = (ceil(max(values)) for values in zip(*corners, strict=True))
    x, y = left - pivot[0], top - pivot[1]
    matrix = (
        scale * cosine,
        scale * sine,
        scale * (cosine * x + sine * y + pivot[0] - at[0]),
        -scale * sine,
        scale * cosine,
        scale * (cosine * y - sine * x + pivot[1] - at[1]),
    )
    size = right - left, bottom - top
    turned = picture.transform(size, Image.Transform.AFFINE, matrix, resample)
    return turned, (left, top)


# The same card is often asked for several times in a row, so the last texts are kept.


@lru_cache(maxsize=16)
def name_patches(layout: Layout, name: str, plate: str) -> list[Patch]:
    if not name:
        return []
    x, y, width, height = layout.name
    box = (x, y, width - layout.name_plate, height)
    has_all_letters = letters_of(DISPLAY).issuperset(
        ord(char) for char in name if char.isalpha()
    )
    font = DISPLAY if has_all_letters else BLACK
    lettering = set_text(name, font, box[2:], layout.name_size, leading=0.98)
    ink, at = turn(
        lettering.ink,
        place(lettering, box),
        LETTER_SCALE,
        middle(layout.name),
        layout.name_turn,
        Image.Resampling.BILINEAR,
    )
    slip = max(3, layout.name_plate * lettering.size // layout.name_size)
    picture = Image.new("RGB", (ink.width + slip, ink.height + slip), plate)
    mask = Image.new("L", picture.size)
    mask.paste(ink, (slip, slip))
    fill(mask, 255, (0, 0), ink)
    fill(picture, INK, (0, 0), ink)
    return [(picture, at, mask)]


@lru_cache(maxsize=16)
def facts_patches(layout: Layout, facts: str) -> list[Patch]:
    if not facts:
        return []
    x, y, width, height = layout.facts
    room = (width - 28, height - 10)
    stars, dot, origin = facts.rpartition(" · ")
    facts = stars + dot + origin.replace(" ", NO_BREAK)
    lettering = set_text(
        facts, BOLD, room, layout.facts_size, leading=1.2, one_line=0.75
    )
    strip = (x, y, lettering.width + 28, max(51, lettering.height + 10))
    return [speech(lettering, strip, 14, INK, [3, 3, 3, 3])]


@lru_cache(maxsize=16)
def bubble_patches(layout: Layout, lines: Sequence[str]) -> list[Patch]:
    """Share the room out from the top; only the last bubble has a square corner."""
    x, y, width, room = layout.bubbles
    lines = [line for line in lines if line]
    patches = []
    for num_below, line in zip(reversed(range(len(lines))), lines, strict=True):
        share = (room - 11 * num_below) // (num_below + 1)
        size = 38 if len(line) <= 24 else 30 if len(line) <= 60 else 24
        lettering = set_text(
            line, SEMIBOLD, (width - 56, share - 26), size, one_line=0.9
        )
        bubble = (x, y, max(73, lettering.width + 56), lettering.height + 26)
        patches.append(
            speech(lettering, bubble, 28, BLUE, [36, 36, 36, 36 if num_below else 6])
        )
        y, room = y + bubble[3] + 11, room - bubble[3] - 11
    return patches


@lru_cache(maxsize=16)
def site_patches(layout: Layout, site_name: str) -> list[Patch]:
    if not site_name:
        return []
    x, y, width, height = layout.site
    lettering = set_text(
        site_name, BOLD, (width, height), layout.site_size, leading=1.1
    )
    box = (x + width - lettering.width, y, lettering.width, height)
    ink = lettering.ink.reduce(LETTER_SCALE)
    return [(Image.new("RGB", ink.size, BUTTER), place(lettering, box), ink)]


def speech(
    lettering: Lettering, box: Box, padding: int, colour: str, radii: Sequence[int]
) -> Patch:
    """Set text in a coloured box; its corners are rounded, clockwise from the top left."""
    x, y, width, height = box
    picture = Image.new("RGB", (width, height), colour)
    at = place(lettering, inset((0, 0, width, height), padding, 0))
    fill(picture, PAPER, at, lettering.ink.reduce(LETTER_SCALE))
    mask = Image.new("L", (width, height), 255)
    for number, radius in enumerate(radii):
        radius = min(radius, width // 2, height // 2)
        left = width - radius if number in (1, 2) else 0
        top = height - radius if number in (2, 3) else 0
        mask.paste(rounded_corner(radius, number), (left, top))
    return picture, (x, y), mask


def place(lettering: Lettering, box: Box) -> tuple[int, int]:
    """Return where the ink goes in a box: at the start, half-way down, and never outside."""
    x, y, width, height = box
    top = lettering.top + (height - lettering.height) // 2
    return (
        x
        + max(0, min(lettering.left, width - ceil(lettering.ink.width / LETTER_SCALE))),
        y + max(0, min(top, height - ceil(lettering.ink.height / LETTER_SCALE))),
    )


def fill(
    picture: Image.Image, colour: str | int, at: tuple[int, int], mask: Image.Image
) -> None:
    """Colour what the mask shows; Pillow pastes a picture twice as fast as a colour."""
    picture.paste(Image.new(picture.mode, mask.size, colour), at, mask)


def middle(box: Box) -> Point:
    x, y, width, height = box
    return x + width / 2, y + height / 2


def inset(box: Box, across: int, down: int | None = None) -> Box:
    x, y, width, height = box
    down = across if down is None else down
    return x + across, y + down, width - 2 * across, height - 2 * down


def span(at: tuple[int, int], size: tuple[int, int]) -> Box:
    return *at, at[0] + size[0], at[1] + size[1]


# From here on everything is drawn once, and all but the corners FINE times too large.


@cache
def rounded_corner(radius: int, number: int) -> Image.Image:
    sheet = Image.new("L", (8 * radius, 8 * radius))
    ImageDraw.Draw(sheet).ellipse((0, 0, 16 * radius, 16 * radius), 255)
    return sheet.reduce(8).rotate(-90 * number)


@cache
def backdrop(layout: Layout, stock: Stock) -> Image.Image:
    """Draw all that does not change and lies below the photo and the text."""
    sheet = Image.new("RGB", fine(layout.size), stock.paper)
    sheet.paste(stock.rays, mask=rays(layout))
    label = turn_label(draw_label(layout, stock), layout, stock)
    sheet.paste(label, mask=label)
    pen = ImageDraw.Draw(sheet)
    pen.rounded_rectangle(
        edges(layout.bar), FINE * 14, INK, corners=(True, False, False, False)
    )
    for at, text, font, size, colour, anchor in [
        (layout.title, "Meet my AI lover", DISPLAY, layout.title_size, INK, "ls"),
        (layout.call, "Find yours", DISPLAY, layout.call_size, BUTTER, "ls"),
        (layout.credit, "100% AI-generated", BOLD, layout.credit_size, PAPER, "rs"),
    ]:
        pen.text(fine(at), text, colour, font_at(font, FINE * size), anchor)
    return sheet.reduce(FINE)


def rays(layout: Layout) -> Image.Image:
    """Draw the mask of the rays behind the face, which are gone where text begins."""
    width, height = fine(layout.size)
    x, y = fine(middle(layout.label))
    mask = Image.new("L", (width, height))
    pen = ImageDraw.Draw(mask)
    for number in range(24):
        sides = [tau * (number + side) / 24 for side in (0.25, 0.75)]
        pen.polygon(
            [(x, y), *((x + width * cos(a), y + width * sin(a)) for a in sides)], 255
        )
    start, end = fine(layout.rays_fade)
    fade = Image.new("L", (width, 1))
    for column in range(end):
        fade.putpixel((column, 0), min(255, 255 * (end - column) // (end - start)))
    return ImageChops.multiply(mask, fade.resize((width, height)))


def draw_label(layout: Layout, stock: Stock) -> Image.Image:
    x, y, width, height = layout.label
    plate = (x + stock.label_plate[0], y + stock.label_plate[1], width, height)
    inner_line = (x + 15, y + 15, width - 27, height - 27)
    sheet = Image.new("RGBA", fine(layout.size))
    pen = ImageDraw.Draw(sheet)
    pen.rounded_rectangle(edges(plate), FINE * 8, BUTTER)
    pen.rounded_rectangle(edges(layout.label), FINE * 8, None, INK, FINE * 3)
    pen.rounded_rectangle(edges(inner_line), FINE * 3, None, INK, FINE * 2)
    if stock is TRAINWRECK:
        draw_slipped_frame(pen, layout, INK)
    else:
        pen.rounded_rectangle(edges(layout.photo), FINE * 2, INK)
    start, end, baseline = layout.photo[0], layout.photo[0] + layout.photo[2], y + 38
    contents_width = write_apart(pen, (start, baseline), stock.contents, BOLD, 15)
    credit_width = write_apart(pen, (end, baseline), "MADE BY AI", BOLD, 15, align=1)
    gap = (start + contents_width + end - credit_width) / 2
    draw_heart(pen, (gap, baseline - 5), 13, 1.3)
    return sheet


def turn_label(sheet: Image.Image, layout: Layout, stock: Stock) -> Image.Image:
    centre = fine(middle(layout.label))
    return sheet.rotate(-stock.label_turn, Image.Resampling.BILINEAR, center=centre)


@cache
def misprint_mask(layout: Layout) -> Image.Image:
    """Draw where a misprint's photo and ghosts go: all but the line around the photo."""
    x, y, side, _ = inset(layout.photo, 1)
    upper, lower = side * 2 // 3, side - side * 2 // 3
    mask = Image.new("L", fine(layout.size))
    pen = ImageDraw.Draw(mask)
    for across, down in [RED_GHOST, BLUE_GHOST]:
        pen.rectangle(edges(inset((x + across, y + down, side, side), 1)), 255)
    pen.rectangle(edges((x, y, side, upper)), 255)
    pen.rectangle(edges((x + SLIP, y + upper, side, lower)), 255)
    draw_slipped_frame(pen, layout, 0)
    return turn_label(mask, layout, TRAINWRECK).reduce(FINE)


def draw_slipped_frame(
    pen: ImageDraw.ImageDraw, layout: Layout, colour: str | int
) -> None:
    left, top, width, height = inset(layout.photo, 1)
    right, bottom, split = left + width, top + height, top + height * 2 // 3
    for x, y in [(0, top), (SLIP, bottom)]:
        corners = [(left, split), (left, y), (right, y), (right, split)]
        line = [fine((corner_x + x, corner_y)) for corner_x, corner_y in corners]
        pen.line(line, colour, FINE * 2, joint="curve")


@cache
def seal(layout: Layout) -> Patch:
    """Draw the star that says "DOES NOT EXIST"."""
    x, y, side, _ = layout.seal
    sheet = Image.new("RGBA", fine((side, side)))
    pen = ImageDraw.Draw(sheet)
    centre = side / 2 - 2, side / 2 - 2
    for colour, slip in [(BLUE, 4), (BUTTER, 0)]:
        star = star_points((centre[0] + slip, centre[1] + slip), side * 0.46)
        pen.polygon(star, colour)
    pen.line([*star, *star[:2]], INK, round(FINE * 3.5), joint="curve")
    pen.circle(fine(centre), FINE * side * 0.22, None, INK, round(FINE * 2.5))
    draw_heart(pen, centre, side * 0.24, 3.5, degrees=10)
    write_around(sheet, centre, side * 0.29, "DOES NOT", 18, degrees=10)
    write_around(sheet, centre, side * 0.365, "EXIST", 18, degrees=10, below=True)
    shrunk = sheet.reduce(FINE)
    return shrunk.convert("RGB"), (x, y), shrunk.getchannel("A")


def star_points(centre: Point, radius: float) -> list[tuple[int, int]]:
    return [
        fine((centre[0] + reach * cos(angle), centre[1] + reach * sin(angle)))
        for number in range(36)
        for angle in [tau * number / 36]
        for reach in [radius * (0.86 if number % 2 else 1)]
    ]


@cache
def stamp(layout: Layout) -> Patch:
    """Draw the rubber stamp of a trainwreck."""
    x, y, width, height = layout.stamp
    margin = 24
    sheet = Image.new("RGBA", fine((width + 2 * margin, height + 2 * margin)))
    pen = ImageDraw.Draw(sheet)
    box = (margin, margin, width, height)
    pen.rounded_rectangle(edges(inset(box, -4)), FINE * 8, None, INK, FINE * 2)
    pen.rounded_rectangle(edges(box), FINE * 5, BUTTER, INK, FINE * 4)
    centre, _ = middle(box)
    write_apart(pen, (centre, margin + 50), "MISPRINT", BLACK, 39, 2, align=0.5)
    write_apart(pen, (centre, margin + 82), "NO REFUNDS", BLACK, 21, 2, align=0.5)
    shrunk = sheet.rotate(-8.5, Image.Resampling.BICUBIC).reduce(FINE)
    return shrunk.convert("RGB"), (x - margin, y - margin), shrunk.getchannel("A")


def draw_heart(
    pen: ImageDraw.ImageDraw,
    centre: Point,
    width: float,
    outline: float,
    degrees: float = 0,
) -> None:
    cosine, sine = cos(radians(degrees)), sin(radians(degrees))
    points = []
    for t in [tau * step / 100 for step in range(100)]:
        x = width * sin(t) ** 3 / 2
        y = -width * (13 * cos(t) - 5 * cos(2 * t) - 2 * cos(3 * t) - cos(4 * t)) / 32
        points.append(
            fine((centre[0] + x * cosine - y * sine, centre[1] + x * sine + y * cosine))
        )
    pen.polygon(points, RED)
    pen.line([*points, *points[:2]], INK, round(FINE * outline), joint="curve")


def write_apart(
    pen: ImageDraw.ImageDraw,
    at: Point,
    text: str,
    font: str,
    size: int,
    gap: float = 1,
    align: float = 0,
) -> float:
    """Write with space between the letters; returns the width."""
    letters, width = spread(text, font, size, gap)
    for letter, x in letters:
        where = fine((at[0] - align * width + x, at[1]))
        pen.text(where, letter, INK, font_at(font, FINE * size), "ms")
    return width


def write_around(
    sheet: Image.Image,
    centre: Point,
    radius: float,
    text: str,
    size: int,
    degrees: float,
    below: bool = False,
) -> None:
    """Write on a circle: letters stand on it, or below its centre with their feet outwards."""
    side = -1 if below else 1
    letters, width = spread(text, BLACK, size, 2)
    for letter, x in letters:
        mask = Image.new("L", sheet.size)
        foot = fine((centre[0], centre[1] - side * radius))
        ImageDraw.Draw(mask).text(foot, letter, 255, font_at(BLACK, FINE * size), "ms")
        angle = degrees + side * 360 / tau * (x - width / 2) / radius
        sheet.paste(
            INK, mask=mask.rotate(-angle, Image.Resampling.BICUBIC, center=fine(centre))
        )


def spread(
    text: str, font: str, size: int, gap: float
) -> tuple[list[tuple[str, float]], float]:
    """Return each letter with the middle of its place, and the width of them all."""
    letters, x = [], 0.0
    for letter in text:
        width = font_at(font, size).getlength(letter)
        letters.append((letter, x + width / 2))
        x += width + gap
    return letters, x - gap


def fine(point: Point) -> tuple[int, int]:
    return round(FINE * point[0]), round(FINE * point[1])


def edges(box: Box) -> tuple[int, int, int, int]:
    """Return the box as Pillow's pen wants it: left, top, and the last pixels drawn."""
    x, y, width, height = box
    return FINE * x, FINE * y, FINE * (x + width) - 1, FINE * (y + height) - 1
