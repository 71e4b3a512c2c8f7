"""The votes as a CSV file, one line after the other, so that any number fits."""

import csv
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from faces.models import RatingQuerySet

COLUMNS = {
    "face": "face__key",
    "network": "face__network__name",
    "seed": "face__seed",
    "psi": "face__psi",
    "edit": "face__edit",
    "rater": "rater__username",
    "round": "round",
    "purpose": "purpose",
    "adult": "adult",
    "problem": "problem",
    "gender": "gender",
    "age_bucket": "age_bucket",
    "quality": "quality",
    "skin_tone": "skin_tone",
    "note": "note",
    "seconds": "seconds",
    "rated_at": "rated_at",
    "undone_at": "undone_at",
}
FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")
MARK = "\ufeff"
"""Tells spreadsheet programs that the file is in UTF-8."""


class Echo:
    """A file that hands back what is written to it."""

    def write(self, line: str) -> str:
        return line


def csv_lines(ratings: RatingQuerySet) -> Iterator[str]:
    """The oldest vote first, taken back or not."""
    writer = csv.writer(Echo())
    yield MARK
    yield writer.writerow(COLUMNS)
    rows = ratings.order_by("rated_at", "pk").values_list(*COLUMNS.values())
    for row in rows.iterator(chunk_size=2000):
        yield writer.writerow([cell(value) for value in row])


def cell(value: Any) -> Any:
    """What a spreadsheet shows as it is: text that looks like a formula stays text."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return value
