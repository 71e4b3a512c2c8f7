"""Names for how dark skin looks. The measure is in generator.skin."""

from django.db.models import Q

LIGHT, MEDIUM, DARK = TONES = ["light", "medium", "dark"]
MEDIUM_FROM, DARK_FROM = 0.5, 0.9
"""Of the score `skin`."""
OF_TONE = {
    LIGHT: Q(scores__skin__lt=MEDIUM_FROM),
    MEDIUM: Q(scores__skin__gte=MEDIUM_FROM, scores__skin__lt=DARK_FROM),
    DARK: Q(scores__skin__gte=DARK_FROM),
}
"""Faces of each tone."""


def tone_of(skin: float) -> str:
    return TONES[sum(skin >= start for start in (MEDIUM_FROM, DARK_FROM))]
