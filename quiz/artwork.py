"""What is the same on every card of a kind, and so is drawn once and kept."""

from functools import cache
from math import cos, radians, sin, tau

from PIL import Image, ImageChops, ImageDraw

from quiz.glyphs import BLACK, BOLD, DISPLAY, font_at
from quiz.layout import (
    BLUE,
    BUTTER,
    INK,
    PAPER,
    RED,
    TRAINWRECK,
    Box,
    Layout,
    Point,
    Stock,
    inset,
    middle,
)

FINE = 3
"""What is drawn once is drawn this many times larger, then shrunk, for smooth edges."""

RED_GHOST, BLUE_GHOST, SLIP = (-20, 10), (18, -8), 17
"""How far the plates of a misprint are off, and the lower third of its photo."""

Patch = tuple[Image.Image, tuple[int, int], Image.Image]
"""What `paste` takes: a picture, where it goes, and the mask of what it covers."""


@cache
def corner(radius: int, number: int, colour: str, paper: str) -> Image.Image:
    """Draw a rounded corner on paper; they count clockwise from the top left."""
    sheet = Image.new("RGB", (8 * radius, 8 * radius), paper)
    ImageDraw.Draw(sheet).ellipse((0, 0, 16 * radius, 16 * radius), colour)
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
def misprint_frame(layout: Layout, box: Box) -> list[Patch]:
    """Cut what goes over a misprint's photo from the backdrop: strips at the sides of its box."""
    x, y, width, height = box
    right, bottom = x + width, y + height
    strips = [
        (x, y, right, y + 30),
        (x, bottom - 30, right, bottom),
        (x, y + 30, x + 48, bottom - 30),
        (right - 48, y + 30, right, bottom - 30),
    ]
    sheet, mask = backdrop(layout, TRAINWRECK), misprint_mask(layout)
    return [(sheet.crop(strip), strip[:2], mask.crop(strip)) for strip in strips]


def misprint_mask(layout: Layout) -> Image.Image:
    """Draw what a misprint's photo and ghosts leave free, and the line around the photo."""
    x, y, side, _ = inset(layout.photo, 1)
    upper, lower = side * 2 // 3, side - side * 2 // 3
    mask = Image.new("L", fine(layout.size), 255)
    pen = ImageDraw.Draw(mask)
    for across, down in [RED_GHOST, BLUE_GHOST]:
        pen.rectangle(edges(inset((x + across, y + down, side, side), 1)), 0)
    pen.rectangle(edges((x, y, side, upper)), 0)
    pen.rectangle(edges((x + SLIP, y + upper, side, lower)), 0)
    draw_slipped_frame(pen, layout, 255)
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
