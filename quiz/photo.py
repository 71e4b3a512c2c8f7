"""Prints the photo of a share card, and turns what stands askew."""

from functools import cache
from math import ceil, cos, floor, radians, sin

from PIL import Image, ImageColor

from quiz.artwork import BLUE_GHOST, RED_GHOST, SLIP, misprint_mask
from quiz.layout import BLUE, RED, TRAINWRECK, Box, Layout, Point, inset, middle

QUARTERS = [(-0.25, -0.25), (0.25, 0.25), (-0.25, 0.25), (0.25, -0.25)]

Matrix = tuple[float, float, float, float, float, float]


def print_photo(canvas: Image.Image, layout: Layout, face: Image.Image) -> None:
    x, y, side, _ = inset(layout.photo, 2)
    scale = face.width / side
    photo = sample(face, (side, side), (scale, 0, 0, 0, scale, 0), 2)
    canvas.paste(photo, (x, y))


def print_misprint(canvas: Image.Image, layout: Layout, face: Image.Image) -> None:
    """Print the photo out of register: over two ghosts, its lower third to one side."""
    x, y, width, _ = inset(layout.photo, 1)
    side = face.width
    scale = side / width
    left, top = round(scale * RED_GHOST[0]), round(scale * BLUE_GHOST[1])
    right, bottom = round(scale * BLUE_GHOST[0]), round(scale * RED_GHOST[1])
    slip, split = round(scale * SLIP), side * 2 // 3
    sheet = face.crop((left, top, side + right, side + bottom))

    # The strips are what the photo leaves uncovered of a ghost.
    def print_ghost(colour: str, across: int, down: int, strips: list[Box]) -> None:
        for strip in strips:
            at = across - left + strip[0], down - top + strip[1]
            sheet.paste(tint(face.crop(strip), colour), at)

    print_ghost(BLUE, right, top, [(0, 0, side, -top), (side - right, 0, side, side)])
    sheet.paste(face.crop((0, split, side, side)), (slip - left, split - top))
    lower = (0, split - bottom, slip - left, side)
    print_ghost(
        RED, left, bottom, [(0, 0, -left, side), lower, (0, side - bottom, side, side)]
    )
    turned, at = turn(
        sheet,
        (x + left / scale, y + top / scale),
        scale,
        middle(layout.label),
        TRAINWRECK.label_turn,
        samples=1,
    )
    mask = misprint_mask(layout).crop(
        (*at, at[0] + turned.width, at[1] + turned.height)
    )
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
    inner = picture.crop((x, y, x + width, y + height))
    canvas.paste(inner, (at[0] + x, at[1] + y))
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
    scale: float,
    pivot: Point,
    degrees: float,
    samples: int,
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
    return sample(picture, (right - left, bottom - top), matrix, samples), (left, top)


def sample(
    picture: Image.Image, size: tuple[int, int], matrix: Matrix, samples: int
) -> Image.Image:
    """Blend 1, 2 or 4 nearest pixels: looks like Pillow's bilinear filter, and costs less."""
    a, b, c, d, e, f = matrix
    layers = [
        picture.transform(
            size,
            Image.Transform.AFFINE,
            (a, b, c + a * x + b * y, d, e, f + d * x + e * y),
            Image.Resampling.NEAREST,
        )
        for x, y in (QUARTERS[:samples] if samples > 1 else [(0, 0)])
    ]
    while len(layers) > 1:
        pairs = zip(layers[::2], layers[1::2], strict=True)
        layers = [Image.blend(one, other, 0.5) for one, other in pairs]
    return layers[0]
