"""What the scores of a screened picture mean. When in doubt, the picture is rejected."""

import math
from collections.abc import Mapping

from faces.models import AGE_BUCKETS

NEEDED = ["fp18", "deep18", "dp18", "fa", "age", "male", "det", "edge", "ita", "skin"]
"""fp18, deep18, dp18: probability of being under 18 by three networks; fa: age by a
fourth; age: in years, the mean of three; male: a probability, the mean of three; det:
how surely it is a face; edge: share of skin colour at an edge; ita: colour of the skin, degrees; skin: how dark it
looks, 0 light to 2 dark."""

MAX_P18 = 0.20
"""Of the mean of fp18 and deep18."""
MAX_DP18 = 0.10
MIN_FA = 17.0
MIN_DET = 0.3

WOMAN_BELOW, MAN_ABOVE = 0.2, 0.8
AGE_BIAS = 2.5
"""By how much faces of adults are judged too old."""

NOT_MEASURED = "could not be measured"
NO_FACE = "no face found"
YOUNG = "could be under 18"


def rejection(scores: Mapping[str, float]) -> str:
    """Why a picture must not go on to people who judge it; empty if it may.

    A pass approves nothing: no network decides that somebody is an adult.
    """
    if not all(math.isfinite(scores.get(name, math.nan)) for name in NEEDED):
        return NOT_MEASURED
    if scores["det"] <= MIN_DET:
        return NO_FACE
    p18 = (scores["fp18"] + scores["deep18"]) / 2
    if p18 >= MAX_P18 or scores["dp18"] >= MAX_DP18 or scores["fa"] < MIN_FA:
        return YOUNG
    return ""


def presented_gender(scores: Mapping[str, float]) -> str:
    """Androgynous where the networks are not sure, and where they failed."""
    male = scores.get("male", math.nan)
    if male <= WOMAN_BELOW:
        return "woman"
    return "man" if male >= MAN_ABOVE else "androgynous"


def age_bucket(scores: Mapping[str, float]) -> str:
    """The youngest where the networks failed."""
    age = scores.get("age", math.nan) - AGE_BIAS
    return AGE_BUCKETS[sum(age >= start for start in (30, 40, 50))]
