"""What the screening measured, in words."""

from collections.abc import Mapping

YOUNG = "Under 18, by network {}"
NAMES = {
    "fp18": YOUNG.format(1),
    "deep18": YOUNG.format(2),
    "dp18": YOUNG.format(3),
    "fa": "Age, by a fourth network",
    "age": "Age, the mean of three",
    "male": "Presents as",
    "det": "Found as a face",
    "edge": "Skin at the edge",
    "ita": "Colour of the skin",
    "skin": "Skin looks",
}
"""In the order that they are told."""
SURELY_A_FACE = 1.0
TONES = [(0.5, "light"), (0.9, "medium"), (2.1, "dark")]


def scores_in_words(scores: Mapping[str, float]) -> list[tuple[str, str]]:
    """Names and values; what has no words here comes last, as it is."""
    others = sorted(scores.keys() - NAMES)
    known = [name for name in NAMES if name in scores]
    return [(NAMES.get(name, name), in_words(name, scores[name])) for name in known] + [
        (name, f"{scores[name]}") for name in others
    ]


def in_words(name: str, value: float) -> str:
    if name in ("fp18", "deep18", "dp18", "edge"):
        return per_cent(value)
    if name in ("fa", "age"):
        return f"{value:.0f} years"
    if name == "male":
        is_man = value >= 0.5
        sure = per_cent(value if is_man else 1 - value)
        return f"{'man' if is_man else 'woman'}, {sure} sure"
    if name == "det":
        return (
            f"{'surely' if value >= SURELY_A_FACE else 'not so surely'} ({value:.1f})"
        )
    if name == "ita":
        return f"{value:.0f}°, lower is darker"
    tone = next((tone for below, tone in TONES if value < below), "dark")
    return f"{tone} ({value:.2f} from 0 to 2)"


def per_cent(share: float) -> str:
    if 0 < share < 0.01:
        return "under 1%"
    return "over 99%" if 0.99 < share < 1 else f"{share:.0%}"
