from collections.abc import Mapping, Sequence
from datetime import date
from typing import Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.module_loading import import_string

from texts.filling import SIGNS
from texts.journal import SpreadsheetImport, TextEvent, Upload
from texts.parsing import (
    RESERVED_SLOTS,
    SLOT_NAME,
    TemplateError,
    check,
    check_word,
    one_line,
    parse,
    slot_names,
)
from texts.wording import FlaggedWord, GrammarException

__all__ = [
    "FlaggedWord",
    "GrammarException",
    "MessageTemplate",
    "SpreadsheetImport",
    "TextEvent",
    "TextSettings",
    "Tone",
    "Upload",
    "Word",
    "WordList",
    "possible_answers",
]

WEIGHTS = [MinValueValidator(1), MaxValueValidator(100)]
WEIGHT_HELP = "How often it is said beside the others: 20 is twice as often as 10."


class Tone(models.Model):
    """How a lover talks to the visitor; a column of the spreadsheet."""

    slug = models.SlugField(
        unique=True, help_text="Short name for addresses and code; leave it once set."
    )
    name = models.CharField(
        max_length=40,
        unique=True,
        help_text="Name of the spreadsheet's column, such as Wholesome.",
    )
    position = models.PositiveSmallIntegerField(
        default=0, help_text="Order of the columns."
    )
    is_spicy = models.BooleanField(
        "spicy",
        default=False,
        help_text="Its lines may need a second person to publish them.",
    )

    class Meta:
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name


class TextSettings(models.Model):
    """How texts are published; there is one row."""

    two_person_for_spicy = models.BooleanField(
        "two people for spicy lines",
        default=False,
        help_text="Nobody publishes a line of a spicy tone that they wrote themselves.",
    )

    class Meta:
        verbose_name = verbose_name_plural = "settings of texts"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(pk=1), name="text_settings_is_one_row"
            )
        ]

    def __str__(self) -> str:
        return "Settings of texts"

    @classmethod
    def now(cls) -> Self:
        return cls.objects.get_or_create(pk=1)[0]


class MessageTemplateQuerySet(models.QuerySet["MessageTemplate"]):
    def approved(self) -> Self:
        return self.filter(status=MessageTemplate.Status.APPROVED)

    def unarchived(self) -> Self:
        return self.exclude(status=MessageTemplate.Status.ARCHIVED)

    def in_season(self, day: date) -> Self:
        return self.filter(
            models.Q(starts_on=None) | models.Q(starts_on__lte=day),
            models.Q(expires_on=None) | models.Q(expires_on__gte=day),
        )


class MessageTemplate(models.Model):
    """A flirty line with slots, such as "I am {job:a} and I relax by {hobby}"."""

    class Part(models.TextChoices):
        """What the line is for. The labels are the sheets of the spreadsheet."""

        HELLO = "hello", "Hellos"
        ABOUT = "about", "Abouts"
        PET = "pet", "Pet lines"
        CONFESSION = "confession", "Confessions"
        INVITATION = "invitation", "Invitations"
        CAPTION = "caption", "Captions"
        INTRO = "intro", "Intros"

    class Status(models.TextChoices):
        DRAFT = "draft", "draft"
        APPROVED = "approved", "approved"
        ARCHIVED = "archived", "archived"

    class Gender(models.TextChoices):
        WOMAN = "woman", "women"
        MAN = "man", "men"
        ANDROGYNOUS = "androgynous", "androgynous people"

    class AgeBucket(models.TextChoices):
        TWENTIES = "20s", "20s"
        THIRTIES = "30s", "30s"
        FORTIES = "40s", "40s"
        FIFTY_PLUS = "50+", "50+"

    part = models.CharField(
        max_length=12, choices=Part, help_text="Where in the introduction it stands."
    )
    tone = models.ForeignKey(
        Tone,
        models.PROTECT,
        null=True,
        blank=True,
        help_text="Only for visitors who asked for this tone; empty for everybody.",
    )
    text = models.CharField(
        max_length=300,
        help_text="Slots stand in braces: {name}, {they}, {they are}, a word list such as {hobby}, "
        "{job:a}, {pet:plural} or {3-12 pet}. Write {{ and }} for a brace.",
    )
    status = models.CharField(
        max_length=8,
        choices=Status,
        default=Status.APPROVED,
        help_text="Visitors read approved lines only.",
    )
    weight = models.PositiveSmallIntegerField(
        default=10, validators=WEIGHTS, help_text=WEIGHT_HELP
    )
    gender = models.CharField(
        max_length=11,
        choices=Gender,
        blank=True,
        help_text="Only for lovers who present so; empty for everybody.",
    )
    age_bucket = models.CharField(
        max_length=3,
        choices=AgeBucket,
        blank=True,
        help_text="Only for lovers of this age; empty for everybody.",
    )
    sign = models.CharField(
        max_length=12,
        choices=[(sign, sign) for sign in SIGNS],
        blank=True,
        help_text="Only for lovers of this sign; empty for everybody.",
    )
    only_trainwreck = models.BooleanField(
        "only with trainwrecks",
        default=False,
        help_text="Only beside a face that came out folded.",
    )
    starts_on = models.DateField(
        null=True, blank=True, help_text="First day it is said; empty for at once."
    )
    expires_on = models.DateField(
        null=True, blank=True, help_text="Last day it is said; empty for always."
    )
    times_shown = models.PositiveIntegerField(default=0, editable=False)
    times_shared = models.PositiveIntegerField(default=0, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
    )
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = MessageTemplateQuerySet.as_manager()

    class Meta:
        verbose_name = "line"
        ordering = ["part", "tone__position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=["draft", "approved", "archived"]),
                name="message_template_status_is_known",
            ),
            models.CheckConstraint(
                condition=models.Q(weight__range=(1, 100)),
                name="message_template_weight_is_1_to_100",
            ),
            models.CheckConstraint(
                condition=models.Q(gender__in=["", "woman", "man", "androgynous"]),
                name="message_template_gender_is_known",
            ),
            models.CheckConstraint(
                condition=models.Q(age_bucket__in=["", "20s", "30s", "40s", "50+"]),
                name="message_template_age_bucket_is_known",
            ),
            models.CheckConstraint(
                condition=models.Q(sign__in=["", *SIGNS]),
                name="message_template_sign_is_known",
            ),
            models.CheckConstraint(
                condition=models.Q(starts_on=None)
                | models.Q(expires_on=None)
                | models.Q(starts_on__lte=models.F("expires_on")),
                name="message_template_starts_before_it_expires",
                violation_error_message="The last day comes before the first.",
            ),
            models.UniqueConstraint(
                fields=["part", "tone", "text"], name="message_template_unique_in_tone"
            ),
            models.UniqueConstraint(
                fields=["part", "text"],
                condition=models.Q(tone=None),
                name="message_template_unique_in_any_tone",
                violation_error_message="This line is there already.",
            ),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def title(self) -> str:
        """What it is called on its page, such as Hello line."""
        kind = self.Part(self.part).label.removesuffix("s").removesuffix(" line")
        return f"{kind} line"

    def clean(self) -> None:
        self.text = one_line(self.text)
        try:
            check(self.text, WordList.objects.names(), possible_answers() or None)
        except TemplateError as error:
            raise ValidationError({"text": str(error)}) from error

    def has_slot(self, name: str) -> bool:
        try:
            return name in slot_names(parse(self.text))
        except TemplateError:
            return False


MAX_SHEET_TITLE = 31
RESERVED_NAMES = {
    *RESERVED_SLOTS,
    *(label.lower() for label in MessageTemplate.Part.labels),
    "history",  # Excel opens no sheet of this name.
    *("conditions", "lists"),
} - {"home_town"}


def possible_answers() -> Mapping[str, Sequence[str]]:
    """What visitors may have answered, by the key of the question; what {answer:…} says."""
    return import_string(settings.POSSIBLE_ANSWERS)()


class WordListQuerySet(models.QuerySet["WordList"]):
    def names(self) -> list[str]:
        return list(self.values_list("name", flat=True))


class WordList(models.Model):
    """Words that fill one slot; a sheet of the spreadsheet."""

    name = models.SlugField(
        unique=True,
        max_length=31,
        help_text="The slot it fills: the list hobby fills {hobby}. Small letters and _ only.",
    )
    note = models.CharField(
        max_length=200,
        blank=True,
        help_text='How the words must fit, such as "after I relax by …".',
    )

    objects = WordListQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if not SLOT_NAME.fullmatch(self.name) or len(self.name) > MAX_SHEET_TITLE:
            raise ValidationError(
                f"Name the list in small letters, digits and _, {MAX_SHEET_TITLE} at most."
            )
        if self.name in RESERVED_NAMES:
            raise ValidationError(f"The name {self.name} is taken. Choose another one.")

    @property
    def lines(self) -> list[MessageTemplate]:
        """The lines that have its slot."""
        lines = MessageTemplate.objects.filter(text__icontains=self.name)
        return [line for line in lines if line.has_slot(self.name)]


class WordQuerySet(models.QuerySet["Word"]):
    def approved(self) -> Self:
        return self.filter(status=Word.Status.APPROVED)

    def unarchived(self) -> Self:
        return self.exclude(status=Word.Status.ARCHIVED)


class Word(models.Model):
    class Status(models.TextChoices):
        APPROVED = "approved", "approved"
        ARCHIVED = "archived", "archived"

    word_list = models.ForeignKey(WordList, models.CASCADE, related_name="words")
    text = models.CharField(
        max_length=80,
        help_text="One word or phrase, as it will be printed; a thing in the singular, without its article.",
    )
    status = models.CharField(
        max_length=8,
        choices=Status,
        default=Status.APPROVED,
        help_text="Visitors read approved words only.",
    )
    weight = models.PositiveSmallIntegerField(
        default=10, validators=WEIGHTS, help_text=WEIGHT_HELP
    )

    objects = WordQuerySet.as_manager()

    class Meta:
        ordering = ["word_list__name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=["approved", "archived"]),
                name="word_status_is_known",
            ),
            models.CheckConstraint(
                condition=models.Q(weight__range=(1, 100)),
                name="word_weight_is_1_to_100",
            ),
            models.UniqueConstraint(
                fields=["word_list", "text"], name="word_unique_in_list"
            ),
        ]

    def __str__(self) -> str:
        return self.text

    def clean(self) -> None:
        self.text = one_line(self.text)
        try:
            check_word(self.text)
        except TemplateError as error:
            raise ValidationError({"text": str(error)}) from error
