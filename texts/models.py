from django.core.exceptions import ValidationError
from django.db import models

from texts.filling import (
    FIXED_SLOTS,
    SLOT_NAME,
    TemplateError,
    check,
    check_word,
    one_line,
    parse,
    slot_names,
)


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

    class Meta:
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name


class MessageTemplate(models.Model):
    """A flirty line with slots, such as "I am {job} and I relax by {hobby}"."""

    class Part(models.TextChoices):
        """What the line is for. The labels are the sheets of the spreadsheet."""

        HELLO = "hello", "Hellos"
        ABOUT = "about", "Abouts"
        PET = "pet", "Pet lines"
        CONFESSION = "confession", "Confessions"
        INVITATION = "invitation", "Invitations"
        CAPTION = "caption", "Captions"
        INTRO = "intro", "Intros"

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
        help_text="Slots stand in braces: {name}, {they}, {them}, {their}, or the name of a word list, "
        "such as {hobby}. Write {{ and }} for a brace.",
    )

    class Meta:
        verbose_name = "line"
        ordering = ["part", "tone__position", "pk"]
        constraints = [
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

    def clean(self) -> None:
        self.text = one_line(self.text)
        try:
            check(self.text, WordList.objects.values_list("name", flat=True))
        except TemplateError as error:
            raise ValidationError({"text": str(error)}) from error

    def has_slot(self, name: str) -> bool:
        try:
            return name in slot_names(parse(self.text))
        except TemplateError:
            return False


MAX_SHEET_TITLE = 31
RESERVED_NAMES = {
    *FIXED_SLOTS,
    *(label.lower() for label in MessageTemplate.Part.labels),
    "history",  # Excel opens no sheet of this name.
} - {"home_town"}


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


class Word(models.Model):
    word_list = models.ForeignKey(WordList, models.CASCADE, related_name="words")
    text = models.CharField(
        max_length=80, help_text="One word or phrase, as it will be printed."
    )

    class Meta:
        ordering = ["word_list__name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["word_list", "text"], name="word_unique_in_list"
            )
        ]

    def __str__(self) -> str:
        return self.text

    def clean(self) -> None:
        self.text = one_line(self.text)
        try:
            check_word(self.text)
        except TemplateError as error:
            raise ValidationError({"text": str(error)}) from error
