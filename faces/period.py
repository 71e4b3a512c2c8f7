"""The days that a page or a file of votes is about."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone

USUAL_DAYS = 12 * 7


def date_field(label: str) -> forms.DateField:
    message = f"{label}: write the day as 2026-05-31."
    return forms.DateField(
        label=label,
        widget=forms.DateInput({"type": "date"}),
        error_messages={"invalid": message, "required": message},
    )


class PeriodForm(forms.Form):
    """Twelve weeks until today, unless told otherwise."""

    first = date_field("From")
    last = date_field("To")

    def __init__(self, data: Any = None) -> None:
        today = timezone.localdate()
        usual = {"first": today - timedelta(days=USUAL_DAYS - 1), "last": today}
        super().__init__({name: (data or {}).get(name, usual[name]) for name in usual})

    def clean(self) -> dict[str, Any]:
        days = super().clean() or {}
        if "first" in days and "last" in days:
            days["last"] = min(days["last"], timezone.localdate())
            if days["first"] > days["last"]:
                raise forms.ValidationError("From must be no later than To and today.")
        return days

    @property
    def days(self) -> tuple[date, date]:
        return self.cleaned_data["first"], self.cleaned_data["last"]
