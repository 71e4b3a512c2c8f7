from typing import Any

from django import forms
from django.db import transaction

from faces.pool import Cell
from generator.models import MAX_WANTED, Target
from generator.overview import ALL_CELLS

RANGE = f"Give a whole number from 0 to {MAX_WANTED:,}."


class WantedForm(forms.Form):
    """How many faces each cell should have, all cells at once."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        targets = {(t.gender, t.age_bucket, t.quality): t for t in Target.objects.all()}
        for cell in ALL_CELLS:
            target = targets.get(cell)
            self.fields[name_of(cell)] = forms.IntegerField(
                label=cell.age_bucket,
                initial=target.wanted if target else 0,
                min_value=0,
                max_value=MAX_WANTED,
                error_messages=dict.fromkeys(
                    ["required", "invalid", "min_value", "max_value"], RANGE
                ),
            )

    def cells(self) -> list[dict[str, Any]]:
        return [{"cell": cell, "field": self[name_of(cell)]} for cell in ALL_CELLS]

    @transaction.atomic
    def save(self) -> list[Target]:
        """Write down what was changed."""
        return [
            Target.objects.update_or_create(
                **cell._asdict(), defaults={"wanted": self.cleaned_data[name_of(cell)]}
            )[0]
            for cell in ALL_CELLS
            if name_of(cell) in self.changed_data
        ]


def name_of(cell: Cell) -> str:
    return "-".join(cell).replace("+", "")
