import re
from collections.abc import Sequence
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict

from faces.models import Report
from quiz.models import Choice, Question

STRANGE = "Something in there is not part of this quiz. Check your answers and send them again."


class TileSelect(forms.RadioSelect):
    """Radio buttons that notice when a question is answered twice."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        values = (
            data.getlist(name) if isinstance(data, MultiValueDict) else [data.get(name)]
        )
        return values[0] if len(values) == 1 else values


class TileField(forms.Field):
    """One question. Its value is the token of a tile; clean, it is the tile's Choice."""

    widget = TileSelect
    default_error_messages = {
        "required": "Pick one, your future lover is waiting.",
        "doubled": "Two answers at once? Pick just one.",
        "unknown": "This question has changed since you opened the page. Pick again.",
    }

    def __init__(self, question: Question, tiles: Sequence[Choice]) -> None:
        super().__init__(label=question.text, help_text=question.hint)
        self.question = question
        self.tiles = tiles
        self.choice_of = {tile.token: tile for tile in tiles}

    def clean(self, value: Any) -> Choice:
        if not value:
            raise ValidationError(self.error_messages["required"], code="required")
        if isinstance(value, list):
            raise ValidationError(self.error_messages["doubled"], code="doubled")
        try:
            return self.choice_of[value]
        except KeyError:
            raise ValidationError(
                self.error_messages["unknown"], code="unknown"
            ) from None


class AnswersForm(forms.Form):
    """A quiz's questions. The fields are shared between requests and never changed."""

    def __init__(self, fields: dict[str, forms.Field], data: Any = None) -> None:
        super().__init__(data, auto_id="%s")
        self.fields = fields

    @property
    def helper(self) -> FormHelper:
        helper = FormHelper()
        helper.form_tag = False
        return helper

    def _clean_fields(self) -> None:
        """Do as Django does, without the bound fields that only a page needs."""
        for name, field in self.fields.items():
            value = field.widget.value_from_datadict(self.data, self.files, name)
            try:
                self.cleaned_data[name] = field.clean(value)
            except ValidationError as error:
                self.add_error(name, error)

    def clean(self) -> None:
        """Complain once about what no visitor can have typed."""
        if self.errors.pop("attempt", None) or set(self.data) - set(self.fields):
            raise ValidationError(STRANGE)

    @property
    def choices(self) -> list[Choice]:
        return [self.cleaned_data[key] for key in self.fields if key != "attempt"]


ATTEMPT = re.compile(r"[0-9A-Za-z-]{16,36}")


def attempt_field() -> forms.CharField:
    return forms.CharField(
        required=False,
        max_length=36,
        validators=[RegexValidator(rf"^{ATTEMPT.pattern}\Z", STRANGE)],
        widget=forms.HiddenInput,
    )


def attempt_of(request: HttpRequest) -> str:
    """The attempt that a form of ours has sent, or nothing."""
    attempt = request.POST.get("attempt", "")
    return attempt if ATTEMPT.fullmatch(attempt) else ""


class NoteField(forms.CharField):
    """A few lines, counted as browsers count them."""

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").replace("\r\n", "\n")


class ReportForm(forms.Form):
    """What a visitor finds wrong with a face."""

    reason = forms.ChoiceField(
        choices=Report.Reason.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": "Pick what is wrong, so that we know what to look for.",
            "invalid_choice": "Pick one of these.",
        },
    )
    note = NoteField(
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={
            "max_length": "Please keep it to 300 letters; these are %(show_value)d."
        },
    )
