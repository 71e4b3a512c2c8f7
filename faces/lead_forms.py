"""What the lead fills in beside a face."""

from typing import Any

from django import forms

from faces.models import AGE_BUCKETS, GENDERS, QUALITIES, Face

REFUSALS = [
    (Face.Problem.LOOKS_YOUNG, "Under 25 or unsure"),
    (Face.Problem.REAL_PERSON, "Looks like a real person"),
    (Face.Problem.NUDITY, "Nudity"),
    (Face.Problem.HATEFUL, "Hateful"),
    (Face.Problem.DISTRESSING, "Distressing"),
    (Face.Problem.OTHER, "Something else: see the note"),
]


def pick_one(label: str, values: list[str], missing: str) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=[(value, value.capitalize()) for value in values],
        widget=forms.RadioSelect,
        error_messages={"required": missing, "invalid_choice": missing},
    )


def note_field(max_length: int) -> forms.CharField:
    return forms.CharField(label="Note", required=False, max_length=max_length)


class FaceForm(forms.Form):
    """One of many on the page: its ids carry the face."""

    def __init__(self, data: Any = None, face_id: int = 0, **options: Any) -> None:
        self.face_id = face_id
        name = type(self).__name__.lower()
        super().__init__(data, auto_id=f"{name}-{face_id}-%s", **options)


class LabelsForm(FaceForm):
    gender = pick_one("Presented gender", GENDERS, "Pick a gender.")
    age_bucket = pick_one("Age", AGE_BUCKETS, "Pick an age.")
    quality = pick_one("Quality", [*QUALITIES, "unusable"], "Pick a quality.")
    note = note_field(300)

    @property
    def radios(self) -> list[forms.BoundField]:
        return [self[name] for name in ("gender", "age_bucket", "quality")]

    @property
    def vote(self) -> dict[str, str]:
        return {"adult": Face.Adult.YES, **self.cleaned_data}


class RefusalForm(FaceForm):
    problem = forms.ChoiceField(
        label="Why",
        choices=[("", "Pick a reason"), *REFUSALS],
        error_messages={"required": "Say why.", "invalid_choice": "Say why."},
    )
    note = note_field(300)

    @property
    def vote(self) -> dict[str, str]:
        """Unknown is no: that the face looks adult was not asked here."""
        return {"adult": Face.Adult.NO, **self.cleaned_data}


class AnswerForm(FaceForm):
    last_report = forms.IntegerField(widget=forms.HiddenInput)
    note = note_field(150)


class SeenForm(forms.Form):
    """The refused faces that the lead has looked at."""

    faces = forms.ModelMultipleChoiceField(
        Face.objects.all(), error_messages={"required": "No face was named."}
    )
