"""What happened to the texts: imports, and every change of a line or a word."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone


class SpreadsheetImport(models.Model):
    """A workbook that was published; its events tell what undoing it needs."""

    file_name = models.CharField(max_length=200)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Empty for a command.",
    )
    at = models.DateTimeField(default=timezone.now, db_index=True)
    num_added = models.PositiveIntegerField(default=0)
    num_changed = models.PositiveIntegerField(default=0)
    num_archived = models.PositiveIntegerField(default=0)
    num_unchanged = models.PositiveIntegerField(default=0)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return self.file_name

    @property
    def summary(self) -> str:
        counts = [
            (self.num_added, "new"),
            (self.num_changed, "changed"),
            (self.num_archived, "archived"),
            (self.num_unchanged, "unchanged"),
        ]
        return ", ".join(f"{number} {what}" for number, what in counts)


class Upload(models.Model):
    """A file that was checked and waits for its editor to publish it, for a week."""

    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now, db_index=True)
    file_name = models.CharField(max_length=200)
    sheets = models.JSONField(help_text="Its cells.")

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return self.file_name


class TextEvent(models.Model):
    """One change of a line or a word. Rows are only ever added."""

    class Kind(models.TextChoices):
        LINE = "line", "line"
        WORD = "word", "word"

    class What(models.TextChoices):
        CREATED = "created", "created"
        CHANGED = "changed", "changed"
        ARCHIVED = "archived", "archived"
        RESTORED = "restored", "restored"
        PUBLISHED = "published", "published"

    kind = models.CharField(max_length=4, choices=Kind)
    row_id = models.PositiveBigIntegerField(help_text="Key of the line or word.")
    text = models.CharField(max_length=300, help_text="What it says after the change.")
    what = models.CharField(max_length=9, choices=What)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Empty for a command.",
    )
    before = models.JSONField(
        default=dict, encoder=DjangoJSONEncoder, help_text="The fields as they were."
    )
    after = models.JSONField(
        default=dict, encoder=DjangoJSONEncoder, help_text="The fields as they became."
    )
    spreadsheet_import = models.ForeignKey(
        SpreadsheetImport,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="events",
        help_text="The import that did it, or none.",
    )

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["kind", "row_id"], name="text_event_row")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["line", "word"]),
                name="text_event_kind_is_known",
            )
        ]

    def __str__(self) -> str:
        return f"{self.what}: {self.text}"
