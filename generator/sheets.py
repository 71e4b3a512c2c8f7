"""Contact sheets: many pictures at a glance, each with its label."""

import math

from PIL import Image, ImageDraw, ImageFont

MAX_SIDE = 8192
CELL, GAP, LABEL, MARGIN = 256, 12, 26, 24
"""Pixels: a picture's side, the space around it, its label's height, the sheet's edge."""
PAPER, INK, QUIET = "#fffaf5", "#2b1b2e", "#7a6a76"


def draw_sheet(
    pictures: list[Image.Image], labels: list[str], footer: str
) -> Image.Image:
    """Lay pictures out in rows, as square as can be, with the footer below them."""
    columns = math.ceil(math.sqrt(len(pictures)))
    rows = math.ceil(len(pictures) / columns)
    cell = min(CELL, (MAX_SIDE - 2 * MARGIN) // columns - GAP)
    width = 2 * MARGIN + columns * (cell + GAP) - GAP
    height = 2 * MARGIN + rows * (cell + LABEL + GAP) + LABEL
    font = ImageFont.load_default(15)
    sheet = Image.new("RGB", (width, height), PAPER)
    draw = ImageDraw.Draw(sheet)
    for i, (picture, label) in enumerate(zip(pictures, labels, strict=True)):
        left = MARGIN + i % columns * (cell + GAP)
        top = MARGIN + i // columns * (cell + LABEL + GAP)
        small = picture.resize((cell, cell), Image.Resampling.LANCZOS)
        sheet.paste(small, (left, top))
        middle = (left + cell / 2, top + cell + 5)
        draw.text(middle, label, INK, font, anchor="ma")
    draw.text((MARGIN, height - MARGIN), footer, QUIET, font, anchor="ls")
    return sheet
