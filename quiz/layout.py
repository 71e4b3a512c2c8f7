"""Where things stand on a share card, and its inks."""

from typing import NamedTuple

INK, PAPER = "#231538", "#FFF6EA"
RED, BLUE = "#FF5440", "#2340E0"
BLUSH, BUTTER, MINT, DEEP_MINT = "#FFB3D4", "#FFDF4A", "#A9E9C6", "#6FD6A0"

Point = tuple[float, float]
Box = tuple[int, int, int, int]
"""x, y, width, height"""


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


def middle(box: Box) -> Point:
    x, y, width, height = box
    return x + width / 2, y + height / 2


def inset(box: Box, across: int, down: int | None = None) -> Box:
    x, y, width, height = box
    down = across if down is None else down
    return x + across, y + down, width - 2 * across, height - 2 * down
