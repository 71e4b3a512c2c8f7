"""Faces of the pool that show raters what the keys mean."""

from typing import Any

from faces.ballot import AGE_KEYS
from faces.models import AGE_BUCKETS, GENDERS, Face

NUM_WRECKS = 3


def examples() -> dict[str, Any]:
    """A good face of each gender per age bucket, as far as there is one, and trainwrecks."""
    faces = Face.objects.servable()
    wrecks = faces.filter(quality=Face.Quality.TRAINWRECK)
    good = faces.filter(quality=Face.Quality.GOOD)
    return {
        "ages": [
            {
                "key": key,
                "faces": [
                    good.filter(gender=gender, age_bucket=key.value).first()
                    for gender in GENDERS
                ],
            }
            for key in AGE_KEYS
            if key.value in AGE_BUCKETS
        ],
        "wrecks": wrecks[:NUM_WRECKS],
    }
