"""Prints the photo of a share card, and turns what stands askew."""

from functools import cache
from math import ceil, cos, floor, radians, sin

from PIL import Image, ImageColor

from quiz.artwork import BLUE_GHOST, RED_GHOST, SLIP, misprint_frame
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
    canvas.paste(turned, at)
    for patch in misprint_frame(layout, (*at, *turned.size)):
        canvas.paste(*patch)


def tint(part: Image.Image, colour: str) -> Image.Image:
    """Print in one ink, which stays strong where the photo is light."""
    grey = part.convert("L")
    red, green, blue = (
        channel + round(0.6 * (255 - channel)) for channel in ImageColor.getrgb(colour)
    )
    grey.putpalette(shades(colour, f"rgb({red},{green},{blue})"))
    return grey.convert("RGB")


@cache
def shades(dark: str, light: str) -> bytes:
    """Return the palette that turns black into one colour, and white into another."""
    ends = list(zip(ImageColor.getrgb(dark), ImageColor.getrgb(light), strict=True))
    return bytes(
        round(start + (end - start) * level / 255)
        for level in range(256)
        for start, end in ends
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
    corners = [
        turn_point((x, y), pivot, degrees)
        for x in (at[0], at[0] + picture.width / scale)
        for y in (at[1], at[1] + picture.height / scale)
    ]
    left, top = (floor(min(values)) for values in zip(*corners, strict=True))
    right, bottom = (ceil(max(values)) for values in zip(*corners, strict=True))
    cosine, sine = cos(radians(degrees)), sin(radians(degrees))
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


def turn_point(point: Point, pivot: Point, degrees: float) -> Point:
    cosine, sine = cos(radians(degrees)), sin(radians(degrees))
    x, y = point[0] - pivot[0], point[1] - pivot[1]
    return pivot[0] + cosine * x - sine * y, pivot[1] + sine * x + cosine * y


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
