from django import template

register = template.Library()


@register.filter
def per_cent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.0f}%"


@register.filter
def in_hundred(share: float) -> float:
    """How long a bar is of which 1 is all; what is below 0 has none."""
    return round(100 * max(share, 0), 1)
