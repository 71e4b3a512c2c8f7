"""How far raters agree. Pure: values in, figures out.

A unit is what all raters said of one face; what a rater did not say is left out of it.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from itertools import combinations
from typing import Any, NamedTuple

Units = Iterable[Iterable[Any]]
Distance = Callable[[Any, Any, Counter[Any]], float]
"""How far two values are apart, given how often each value was used."""


class Pattern(NamedTuple):
    counts: Counter[Any]
    """How often each value was given to a face."""
    times: int
    """The number of such faces."""


def nominal(a: Any, b: Any, totals: Counter[Any]) -> float:
    """Two values are the same or not."""
    return float(a != b)


def ordinal(a: Any, b: Any, totals: Counter[Any]) -> float:
    """Values have an order: the more answers lie between two, the further apart."""
    low, high = sorted([a, b])
    between = sum(count for value, count in totals.items() if low <= value <= high)
    return (between - (totals[a] + totals[b]) / 2) ** 2


def alpha(units: Units, distance: Distance = nominal) -> float | None:
    """Krippendorff's alpha: 1 if all agree, 0 if as much as by chance, below if less.

    None where it means nothing: nobody shares a face, or all said the same of every one.
    """
    patterns = count_patterns(units)
    totals = count_values(patterns)
    expected = disagreement(totals, distance, totals) / max(totals.total() - 1, 1)
    if not expected:
        return None
    return 1 - observed(patterns, distance, totals) / expected


def agreement(units: Units) -> float | None:
    """The share of answers that agree: what alpha corrects for chance."""
    patterns = count_patterns(units)
    totals = count_values(patterns)
    if not totals:
        return None
    return 1 - observed(patterns, nominal, totals) / totals.total()


def count_patterns(units: Units) -> list[Pattern]:
    """Faces that two raters or more answered alike are counted, and weighed once."""
    answers = Counter(tuple(sorted(values)) for values in units)
    return [
        Pattern(Counter(values), times)
        for values, times in answers.items()
        if len(values) > 1
    ]


def count_values(patterns: Iterable[Pattern]) -> Counter[Any]:
    totals = Counter[Any]()
    for counts, times in patterns:
        for value, count in counts.items():
            totals[value] += count * times
    return totals


def observed(
    patterns: Iterable[Pattern], distance: Distance, totals: Counter[Any]
) -> float:
    """The distances within each face, each rater compared with all others on it."""
    return sum(
        times * disagreement(counts, distance, totals) / (counts.total() - 1)
        for counts, times in patterns
    )


def disagreement(
    counts: Counter[Any], distance: Distance, totals: Counter[Any]
) -> float:
    """The distances between all ordered pairs of these answers, summed."""
    return 2 * sum(
        counts[a] * counts[b] * distance(a, b, totals)
        for a, b in combinations(counts, 2)
    )
