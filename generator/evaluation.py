"""How well the gate does on faces that people labelled: figures, from labels.csv."""

import csv
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from faces.files import PictureError, open_face
from generator.errors import GeneratorError
from generator.screening import Screening

GENDERS = {"w": "woman", "m": "man", "a": "androgynous"}
AGE_CLASSES = {"M": "minor", "Y": "young", "A": "adult", "X": "not a face"}
SKINS = {"L": "light", "M": "medium", "D": "dark"}
UNKNOWN = ("", "x")
CONFIDENCE = 0.95
MAX_PROBLEMS = 10


@dataclass(frozen=True)
class Label:
    """What people saw in a picture; empty or None for what they did not say."""

    path: Path
    gender: str = ""
    age_class: str = ""
    apparent_age: float | None = None
    skin: str = ""

    @classmethod
    def from_row(cls, folder: Path, row: Mapping[str, str]) -> "Label":
        name = Path(row["file"] or "").name
        if not (folder / name).is_file():
            raise ValueError(f"{name or 'the file'} is not there")
        age_class = word(AGE_CLASSES, row, "age_class")
        return cls(
            path=folder / name,
            gender=word(GENDERS, row, "gender"),
            age_class=age_class,
            apparent_age=years(row) if age_class != AGE_CLASSES["X"] else None,
            skin=word(SKINS, row, "skin"),
        )

    @property
    def age_group(self) -> str:
        if self.apparent_age is None:
            return ""
        groups = ["24 or younger", "25 to 29", "30 to 39", "40 or older"]
        return groups[sum(self.apparent_age >= start for start in (25, 30, 40))]


Judged = tuple[Label, Screening]


def word(known: Mapping[str, str], row: Mapping[str, str], column: str) -> str:
    """A letter as a word; nothing for a blank, an x or a column that is not there."""
    letter = (row.get(column) or "").strip()
    if letter not in known and letter.lower() not in UNKNOWN:
        letters = ", ".join(known)
        raise ValueError(f"{column} {letter!r} is not one of {letters} or blank")
    return known.get(letter, "")


def years(row: Mapping[str, str]) -> float | None:
    text = (row.get("apparent_age") or "").strip()
    if text and not text.isdecimal():
        raise ValueError(f"apparent_age {text!r} is not a number of years")
    return float(text) if text else None


def read_labels(folder: Path) -> list[Label]:
    """Read labels.csv; GeneratorError with a sentence per problem."""
    path = folder / "labels.csv"
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file))
    except (OSError, ValueError, csv.Error) as error:
        reason = getattr(error, "strerror", None) or error
        raise GeneratorError(f"{path} cannot be read: {reason}.") from error
    if not rows or "file" not in rows[0]:
        raise GeneratorError(f"{path} has no rows, or no column named file.")
    labels, problems = [], []
    for number, row in enumerate(rows, start=2):
        try:
            labels.append(Label.from_row(folder, row))
        except ValueError as error:
            problems.append(f"labels.csv, row {number}: {error}.")
    if problems:
        more = len(problems) - MAX_PROBLEMS
        shown = problems[:MAX_PROBLEMS] + [f"And {more} more."] * (more > 0)
        raise GeneratorError("\n".join(shown))
    return labels


def read_pixels(path: Path) -> np.ndarray:
    try:
        return np.asarray(open_face(path.read_bytes()).convert("RGB"))
    except PictureError as error:
        raise GeneratorError(f"{path.name} cannot be used: {error}.") from error


def upper_bound(num_passed: int, num: int) -> float:
    """The largest rate that so few would still come from, one time in twenty.

    Clopper and Pearson's exact bound, one-sided: the rate at which `num_passed` or fewer
    of `num` have a probability of 5 %.
    """
    if num_passed >= num:
        return 1.0
    low, high = num_passed / num, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if at_most(num_passed, num, middle) > 1 - CONFIDENCE:
            low = middle
        else:
            high = middle
    return high


def at_most(count: int, num: int, rate: float) -> float:
    """The probability of `count` or fewer among `num`, each with the same rate."""
    terms = range(count + 1)
    return sum(math.comb(num, k) * rate**k * (1 - rate) ** (num - k) for k in terms)


def summarise(judged: Sequence[Judged]) -> dict[str, Any]:
    """Count, by what people said and what the gate did."""
    minors = of_class(judged, "minor")
    young = of_class(judged, "young")
    adults = of_class(judged, "adult")
    others = of_class(judged, "not a face")
    missed = upper_bound(num_passed(minors), len(minors)) if minors else 1.0
    return {
        "pictures": len(judged),
        "minors": len(minors),
        "minors_passed": num_passed(minors),
        "minors_recall": share(len(minors) - num_passed(minors), len(minors)),
        "minors_recall_at_least": round(1 - missed, 4),
        "young": len(young),
        "young_passed": num_passed(young),
        "adults": len(adults),
        "adults_rejected": len(adults) - num_passed(adults),
        "adults_rejected_share": share(len(adults) - num_passed(adults), len(adults)),
        "not_faces": len(others),
        "not_faces_passed": num_passed(others),
        "by_gender": rejected_by(adults, lambda label: label.gender),
        "by_age": rejected_by(adults, lambda label: label.age_group),
        "by_skin": rejected_by(adults, lambda label: label.skin),
        **gender_accuracy([*adults, *young]),
        **age_accuracy(adults),
    }


def of_class(judged: Iterable[Judged], age_class: str) -> list[Judged]:
    return [(label, s) for label, s in judged if label.age_class == age_class]


def num_passed(judged: Iterable[Judged]) -> int:
    return sum(not screening.rejected for _, screening in judged)


def share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def rejected_by(
    judged: Iterable[Judged], group_of: Callable[[Label], str]
) -> dict[str, dict[str, int]]:
    groups: dict[str, dict[str, int]] = {}
    for label, screening in judged:
        if name := group_of(label):
            group = groups.setdefault(name, {"adults": 0, "rejected": 0})
            group["adults"] += 1
            group["rejected"] += bool(screening.rejected)
    return dict(sorted(groups.items()))


def gender_accuracy(judged: Iterable[Judged]) -> dict[str, Any]:
    """Of women and men, how many are not called androgynous, and how many rightly."""
    labelled = [(la, s) for la, s in judged if la.gender in ("woman", "man")]
    clear = [(la, s) for la, s in labelled if s.gender != "androgynous"]
    right = sum(label.gender == screening.gender for label, screening in clear)
    return {
        "genders": len(labelled),
        "genders_clear": len(clear),
        "genders_right": right,
        "genders_right_share": share(right, len(clear)),
    }


def age_accuracy(judged: Iterable[Judged]) -> dict[str, Any]:
    errors = [
        screening.scores["age"] - label.apparent_age
        for label, screening in judged
        if label.apparent_age is not None and "age" in screening.scores
    ]
    if not errors:
        return {"age_error": None, "age_bias": None}
    return {
        "age_error": round(sum(map(abs, errors)) / len(errors), 2),
        "age_bias": round(sum(errors) / len(errors), 2),
    }
