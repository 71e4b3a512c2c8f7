"""The keys a rater may press, the form they are sent in, and votes in words."""

from typing import Any, NamedTuple

from django import forms

from faces.models import Face, GoldFace, Rating

YOUNG = "young"
"""Under 25 or unsure: no age bucket, but the end of the face."""
MAX_SECONDS = 600
"""Whoever looked for longer was away from the desk."""


class Key(NamedTuple):
    letter: str
    value: str
    label: str
    ends: bool = False
    """Whether it finishes the face at once."""


class Row(NamedTuple):
    name: str
    title: str
    keys: list[Key]
    chosen: str = ""


GENDER_KEYS = [
    Key("W", Face.Gender.WOMAN, "Woman"),
    Key("M", Face.Gender.MAN, "Man"),
    Key("N", Face.Gender.ANDROGYNOUS, "Non-binary"),
    Key("U", Face.Gender.UNKNOWN, "Can’t tell"),
]
AGE_KEYS = [
    Key("1", YOUNG, "Under 25 or unsure", ends=True),
    Key("2", Face.AgeBucket.TWENTIES, "20s"),
    Key("3", Face.AgeBucket.THIRTIES, "30s"),
    Key("4", Face.AgeBucket.FORTIES, "40s"),
    Key("5", Face.AgeBucket.FIFTY_PLUS, "50+"),
]
QUALITY_KEYS = [
    Key("G", Face.Quality.GOOD, "Good"),
    Key("T", Face.Quality.TRAINWRECK, "Trainwreck"),
    Key("X", Face.Quality.UNUSABLE, "Unusable"),
]
PROBLEM_KEYS = [
    Key("1", Face.Problem.LOOKS_YOUNG, "Looks young", ends=True),
    Key("2", Face.Problem.REAL_PERSON, "Looks like a real person", ends=True),
    Key("3", Face.Problem.NUDITY, "Nudity", ends=True),
    Key("4", Face.Problem.HATEFUL, "Hateful", ends=True),
    Key("5", Face.Problem.DISTRESSING, "Distressing", ends=True),
    Key("6", Face.Problem.OTHER, "Something else", ends=True),
]
ROWS = [
    Row("gender", "Gender", GENDER_KEYS),
    Row("age", "Age", AGE_KEYS),
    Row("quality", "Quality", QUALITY_KEYS),
]
PROBLEM_ROW = Row("problem", "Problem", PROBLEM_KEYS)


def choice_field(keys: list[Key]) -> forms.ChoiceField:
    choices = [(key.value, key.label) for key in keys]
    unknown = "Please choose one of the keys shown."
    return forms.ChoiceField(
        choices=choices, required=False, error_messages={"invalid_choice": unknown}
    )


class Ballot(forms.Form):
    """One vote. A veto says enough; otherwise all three rows are needed."""

    ticket = forms.CharField(max_length=200)
    gender = choice_field(GENDER_KEYS)
    age = choice_field(AGE_KEYS)
    quality = choice_field(QUALITY_KEYS)
    problem = choice_field(PROBLEM_KEYS)
    skin_tone = forms.IntegerField(min_value=1, max_value=10, required=False)
    note = forms.CharField(
        max_length=300,
        required=False,
        error_messages={"max_length": "A note has room for 300 letters."},
    )
    seconds = forms.FloatField(required=False)

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or {}
        is_veto = answers.get("age") == YOUNG or answers.get("problem")
        if not is_veto and not self.errors:
            missing = [row.title.lower() for row in ROWS if not answers.get(row.name)]
            if missing:
                raise forms.ValidationError(f"Still to choose: {', '.join(missing)}.")
        return answers

    def rows(self) -> list[Row]:
        """What there is to choose, and what was chosen before something was wrong."""
        return [row._replace(chosen=self.data.get(row.name, "")) for row in ROWS]

    def problem_row(self) -> Row:
        return PROBLEM_ROW._replace(chosen=self.data.get("problem", ""))

    def vote(self) -> dict[str, Any]:
        """The fields of a Rating. Who was not asked for the age has not said adult."""
        answers = self.cleaned_data
        is_bucket = answers["age"] not in ("", YOUNG)
        is_adult = is_bucket and answers["problem"] != Face.Problem.LOOKS_YOUNG
        return {
            "adult": Face.Adult.YES if is_adult else Face.Adult.NO,
            "problem": answers["problem"] or Face.Problem.NONE,
            "gender": answers["gender"] or Face.Gender.UNKNOWN,
            "age_bucket": answers["age"] if is_bucket else Face.AgeBucket.UNKNOWN,
            "quality": answers["quality"] or Face.Quality.UNKNOWN,
            "skin_tone": answers["skin_tone"],
            "note": answers["note"],
            "seconds": plausible(answers["seconds"]),
        }

    def complaint(self) -> str:
        """The first thing that is wrong, in a sentence."""
        if "ticket" in self.errors:
            return "The vote does not say which face it is for. Please reload the page."
        if "skin_tone" in self.errors:
            return "Skin tones go from 1 to 10."
        return str(next(iter(self.errors.values()))[0])


def plausible(seconds: float | None) -> float | None:
    is_plausible = seconds is not None and 0 <= seconds <= MAX_SECONDS
    return seconds if is_plausible else None


def pressed(vote: Rating | GoldFace) -> list[Key]:
    """The keys that a vote, or a known answer, comes down to."""
    if vote.problem != Face.Problem.NONE:
        return [k._replace(letter="P") for k in PROBLEM_KEYS if k.value == vote.problem]
    if vote.adult != Face.Adult.YES:
        return [k for k in AGE_KEYS if k.value == YOUNG]
    said = {"gender": vote.gender, "age": vote.age_bucket, "quality": vote.quality}
    return [key for row in ROWS for key in row.keys if key.value == said[row.name]]


def in_words(keys: list[Key]) -> str:
    """Such as: man, 20s, good."""
    return ", ".join(key.label.lower() for key in keys)


def in_letters(keys: list[Key]) -> str:
    """Such as M2G."""
    return "".join(key.letter for key in keys)
