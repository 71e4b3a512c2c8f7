"""What needs doing with the pool: a sentence and where to do it, or None."""

from django.contrib.auth.models import User
from django.urls import reverse

from generator.overview import CellView
from generator.planning import pool_state


def lacking_cells(user: User) -> tuple[str, str] | None:
    """Cells that lack faces, with none on the way that could fill them."""
    if not user.has_perm("generator.view_target"):
        return None
    views = [CellView(cell, state) for cell, state in pool_state().items()]
    number = sum(view.light in ("low", "empty") for view in views)
    if not number:
        return None
    lack = (
        "1 cell of the pool lacks"
        if number == 1
        else f"{number} cells of the pool lack"
    )
    return f"{lack} faces, and too few are on the way.", reverse("admin:generator_pool")
