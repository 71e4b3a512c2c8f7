"""Every change of a line or a word, with who made it and when, and the way back."""

from typing import Any, cast

from django.contrib.auth.models import User
from django.db import models, transaction
from django.utils import timezone

from texts.approval import MayNotPublish, may_publish
from texts.models import (
    MessageTemplate,
    SpreadsheetImport,
    TextEvent,
    Tone,
    Word,
    WordList,
)

Row = MessageTemplate | Word
Fields = dict[str, Any]

KIND: dict[type[Row], str] = {MessageTemplate: "line", Word: "word"}
FIELDS = {
    "line": [
        *("part", "tone_id", "text", "status", "weight", "gender", "age_bucket"),
        *("sign", "only_trainwreck", "starts_on", "expires_on"),
    ],
    "word": ["word_list_id", "text", "status", "weight"],
}
"""What the history keeps. Counters are not among it: saving must not set them back."""
PLACES: dict[str, type[Tone | WordList]] = {"tone_id": Tone, "word_list_id": WordList}
SIGNATURE = ["updated_by", "updated_at"]


class NotFree(Exception):
    """Why a row cannot become again what it was, in a sentence for its editor."""


@transaction.atomic
def save_line(line: Row, by: User | None) -> TextEvent | None:
    """Save a line or a word and write it down; None if nothing has changed.

    MayNotPublish where two people are needed and this one wrote it.
    """
    before = stored_fields(line)
    after = fields_of(line)
    if before == after:
        return None
    if line.status == "approved" and not may_publish(line, by):
        raise MayNotPublish
    store(line, by, is_new=not before)
    event = event_of(line, before, by)
    event.save()
    return event


def put_back(event: TextEvent, by: User | None) -> TextEvent | None:
    """Make the line or word what it was after the event; None if it is so, or is gone."""
    row = row_after(event)
    if row is None:
        return None
    if reason := hindrance(row):
        raise NotFree(reason)
    return save_line(row, by)


def row_after(event: TextEvent) -> Row | None:
    """The line or word as the event left it, not saved; None if it is gone."""
    model = MessageTemplate if event.kind == TextEvent.Kind.LINE else Word
    row = model.objects.filter(pk=event.row_id).first()
    if row:
        set_fields(row, event.after)
    return row


def hindrance(row: Row) -> str:
    """Why there is no place for the row as it stands, in a sentence; or nothing."""
    same: models.QuerySet[Any]
    if isinstance(row, Word):
        if not WordList.objects.filter(pk=row.word_list_id).exists():
            return "Its list is gone."
        same = Word.objects.filter(word_list_id=row.word_list_id, text=row.text)
    else:
        if row.tone_id and not Tone.objects.filter(pk=row.tone_id).exists():
            return "Its tone is gone."
        same = MessageTemplate.objects.filter(
            part=row.part, tone=row.tone_id, text=row.text
        )
    return "Another one says the same." if same.exclude(pk=row.pk).exists() else ""


def fields_of(row: Row) -> Fields:
    return {name: getattr(row, name) for name in FIELDS[KIND[type(row)]]}


def set_fields(row: Row, fields: Fields) -> None:
    """Give a row the fields of an event, whose dates have become texts."""
    for name, value in fields.items():
        field = cast("models.Field[Any, Any]", row._meta.get_field(name))
        setattr(row, name, field.to_python(value))


def stored_fields(row: Row) -> Fields:
    names = FIELDS[KIND[type(row)]]
    stored = type(row).objects.select_for_update().filter(pk=row.pk)
    return stored.order_by().values(*names).first() or {}  # in order means a join


def store(row: Row, by: User | None, is_new: bool) -> None:
    sign(row, by)
    row.save() if is_new else row.save(update_fields=saved_names(type(row)))


def saved_names(model: type[Row]) -> list[str]:
    """The fields that saving a row of the model may set."""
    names = FIELDS[KIND[model]]
    return [*names, *SIGNATURE] if model is MessageTemplate else names


def sign(row: Row, by: User | None) -> None:
    if isinstance(row, MessageTemplate):
        row.updated_by, row.updated_at = by, timezone.now()
        if row.pk is None:
            row.created_by = by


def event_of(
    row: Row,
    before: Fields,
    by: User | None,
    spreadsheet_import: SpreadsheetImport | None = None,
) -> TextEvent:
    """The change of a row that has its new fields, not saved yet."""
    after = fields_of(row)
    return TextEvent(
        kind=KIND[type(row)],
        row_id=row.pk,
        text=row.text,
        what=what_happened(before, after),
        by=by,
        before=before,
        after=after,
        spreadsheet_import=spreadsheet_import,
    )


def what_happened(before: Fields, after: Fields) -> str:
    if not before:
        return TextEvent.What.CREATED
    if before["status"] != after["status"]:
        if after["status"] == "archived":
            return TextEvent.What.ARCHIVED
        if before["status"] == "archived":
            return TextEvent.What.RESTORED
        if after["status"] == "approved":
            return TextEvent.What.PUBLISHED
    return TextEvent.What.CHANGED


def events_of(row: Row) -> models.QuerySet[TextEvent]:
    events = TextEvent.objects.filter(kind=KIND[type(row)], row_id=row.pk)
    return events.select_related("by", "spreadsheet_import")


def differences(
    model: type[Row], before: Fields, after: Fields
) -> list[tuple[str, str, str]]:
    """What has changed: the field in words, its value before and after."""
    changed = [name for name in after if before.get(name, after[name]) != after[name]]
    return [
        (label(model, name), shown(name, before[name]), shown(name, after[name]))
        for name in changed
    ]


def label(model: type[Row], name: str) -> str:
    field = cast("models.Field[Any, Any]", model._meta.get_field(name))
    return str(field.verbose_name)


def shown(name: str, value: Any) -> str:
    """The value of a field, as a person would say it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value and name in PLACES:
        place = PLACES[name].objects.filter(pk=value).first()
        return str(place or "one that is gone")
    return str(value or ("any" if name == "tone_id" else "none"))
