"""How far raters agree. Pure: values in, figures out.

A unit is what all raters said of one face; what a rater did not say is left out of it.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from itertools import combinations
from typing import Any

Units = Iterable[Iterable[Any]]
Distance = Callable[[Any, Any, Counter[Any]], float]
"""How far two values are apart, given how often each value was used."""


def nominal(a: Any, b: Any, totals: Counter[Any]) -> float:
    """Two values are the same or not."""
    return float(a != b)


def ordinal(a: Any, b: Any, totals: Counter[Any]) -> float:
    """Values have an order: the more answers lie between two, the further apart."""
    low, high = sorted([a, b])
    between = sum(count for value, count in totals.items() if low <= value <= high)
    return (between - (totals[a] + totals[b]) / 2) ** 2


def interval(a: Any, b: Any, totals: Counter[Any]) -> float:
    """Values are numbers."""
    return (a - b) ** 2


def alpha(units: Units, distance: Distance = nominal) -> float | None:
    """Krippendorff's alpha: 1 if all agree, 0 if as much as by chance, below if less.

    None where it means nothing: nobody shares a face, or all said the same of every one.
    """
    shared = shared_units(units)
    totals = sum(shared, Counter[Any]())
    expected = disagreement(totals, distance, totals) / max(totals.total() - 1, 1)
    if not expected:
        return None
    observed = sum(
        disagreement(counts, distance, totals) / (counts.total() - 1)
        for counts in shared
    )
    return 1 - observed / expected


def agreement(units: Units) -> float | None:
    """The share of answers that agree: what alpha corrects for chance."""
    shared = shared_units(units)
    num_values = sum(counts.total() for counts in shared)
    if not num_values:
        return None
    differing = sum(
        disagreement(counts, nominal, counts) / (counts.total() - 1)
        for counts in shared
    )
    return 1 - differing / num_values


def shared_units(units: Units) -> list[Counter[Any]]:
    """The answers to each unit that two raters or more said something of."""
    counted = [Counter(values) for values in units]
    return [counts for counts in counted if counts.total() > 1]


def disagreement(
    counts: Counter[Any], distance: Distance, totals: Counter[Any]
) -> float:
    """The distances between all ordered pairs of these answers, summed."""
    return 2 * sum(
        counts[a] * counts[b] * distance(a, b, totals)
        for a, b in combinations(counts, 2)
    )
