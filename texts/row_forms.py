"""The forms of one line and of one word."""

from typing import Any

from django import forms
from django.contrib.auth.models import User

from texts.approval import obstacles
from texts.lint import word_musts
from texts.models import WEIGHT_HELP, FlaggedWord, MessageTemplate, Word
from texts.parsing import one_line
from texts.surroundings import Surroundings

LINE_FIELDS = [
    *("text", "part", "tone", "gender", "age_bucket", "sign", "only_trainwreck"),
    *("weight", "starts_on", "expires_on"),
]
USUAL_WEIGHT = 10


class LineForm(forms.ModelForm):
    """A line, which the button that was pressed publishes, keeps as a draft or archives."""

    by: User | None = None
    """Who wants to save it; nobody, where it is only looked at."""
    weight = forms.IntegerField(
        min_value=1,
        max_value=100,
        required=False,
        initial=USUAL_WEIGHT,
        help_text=WEIGHT_HELP,
    )

    class Meta:
        model = MessageTemplate
        fields = LINE_FIELDS
        labels = {"text": "The line"}
        help_texts = {"text": ""}
        widgets = {"text": forms.Textarea(attrs={"rows": 3, "class": "line-text"})}

    def clean_text(self) -> str:
        return one_line(self.cleaned_data["text"])

    def clean_weight(self) -> int:
        return self.cleaned_data["weight"] or USUAL_WEIGHT

    def clean(self) -> dict[str, Any]:
        if self.by and self.wanted_status == "approved" and not self.errors:
            line = MessageTemplate(pk=self.instance.pk, **self.cleaned_data)
            for sentence in obstacles(line, self.by, Surroundings.now()):
                self.add_error("text", sentence)
        return self.cleaned_data

    def save(self, commit: bool = True) -> MessageTemplate:
        self.instance.status = self.wanted_status
        return super().save(commit)

    @property
    def wanted_status(self) -> str:
        if "_publish" in self.data or "_addanother" in self.data:
            return MessageTemplate.Status.APPROVED
        if "_archive" in self.data:
            return MessageTemplate.Status.ARCHIVED
        if "_draft" in self.data or self.instance.pk is None:
            return MessageTemplate.Status.DRAFT
        return self.initial_status

    def __init__(self, *args: Any, **kwargs: Any):
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self.initial_status = self.instance.status


class WordForm(forms.ModelForm):
    class Meta:
        model = Word
        fields = ["word_list", "text", "weight"]

    def clean_text(self) -> str:
        text = one_line(self.cleaned_data["text"])
        if reasons := word_musts(text, FlaggedWord.objects.all()):
            raise forms.ValidationError(reasons)
        return text

    def clean(self) -> dict[str, Any]:
        """A word that was archived is there still: say where, and add no twin."""
        word_list = self.cleaned_data.get("word_list")
        twins = Word.objects.filter(
            word_list_id=word_list.pk if word_list else None,
            text=self.cleaned_data.get("text"),
            status="archived",
        )
        if twins.exclude(pk=self.instance.pk).exists():
            self.add_error(
                "text", "This word is in the archive. Put it back from there."
            )
        return self.cleaned_data
