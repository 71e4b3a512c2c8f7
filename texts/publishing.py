"""Publishes what a workbook changes, in one transaction, and takes it back."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import chain, count

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.text import slugify

from texts.changes import Changes
from texts.history import (
    Fields,
    Row,
    event_of,
    fields_of,
    hindrance,
    saved_names,
    set_fields,
    sign,
)
from texts.models import (
    MessageTemplate,
    SpreadsheetImport,
    TextEvent,
    TextSettings,
    Tone,
    Word,
)

UNDO_TIME = timedelta(days=30)
AT_ONCE = 200


class CannotUndo(Exception):
    """Why an import stays, in a sentence for its editor."""


def latest_event() -> int:
    """The last change of any text: whoever has seen it has seen the texts as they are."""
    return TextEvent.objects.aggregate(last=Max("pk"))["last"] or 0


def lock_texts() -> None:
    """Let one publish at a time; the others wait."""
    TextSettings.now()
    TextSettings.objects.select_for_update().get()


@transaction.atomic
def publish(
    changes: Changes, by: User | None, file_name: str, *, archive_gone: bool = False
) -> SpreadsheetImport:
    """Write the changes down; rows that are gone are archived only if that is asked for."""
    tones = {name: create_tone(name) for name in changes.new_tones}
    for word_list in changes.lists:
        word_list.save()
    gone = changes.gone if archive_gone else []
    done = SpreadsheetImport.objects.create(
        file_name=file_name[-200:],
        by=by,
        num_added=len(changes.new),
        num_changed=len(changes.changed),
        num_archived=len(gone),
        num_unchanged=changes.num_unchanged,
    )
    for change in changes.new:
        if isinstance(change.row, MessageTemplate):  # made before its tone was
            change.row.tone = tones.get(change.column, change.row.tone)
    everything = [*changes.new, *changes.changed, *gone]
    save_rows([(change.row, change.before) for change in everything], by, done)
    return done


def create_tone(name: str) -> Tone:
    position = Tone.objects.count()
    return Tone.objects.create(name=name, slug=free_slug(name), position=position)


def free_slug(name: str) -> str:
    """A slug that no tone has; slugs are ASCII, which names need not be."""
    taken = Tone.objects.values_list("slug", flat=True)
    numbered = (f"tone-{number}" for number in count(1))
    slugs = chain([slugify(name)], numbered)
    return next(slug for slug in slugs if slug and slug not in taken)


def save_rows(
    rows: Sequence[tuple[Row, Fields]],
    by: User | None,
    done: SpreadsheetImport | None = None,
) -> None:
    """Save rows, each with its fields as they were, and write all of it down."""
    for model in (MessageTemplate, Word):
        mine = [(row, before) for row, before in rows if isinstance(row, model)]
        new = [row for row, _ in mine if row.pk is None]
        old = [row for row, _ in mine if row.pk is not None]
        for row, _ in mine:
            sign(row, by)
        model.objects.bulk_create(new)  # type: ignore[arg-type]
        model.objects.bulk_update(old, saved_names(model), batch_size=AT_ONCE)  # type: ignore[arg-type]
        TextEvent.objects.bulk_create(
            event_of(row, before, by, done) for row, before in mine
        )


@transaction.atomic
def undo(done: SpreadsheetImport, by: User) -> tuple[int, int]:
    """Take an import back; how many rows went back, and how many stay as they are.

    Those stay that were changed since, or whose old text another row has taken.
    """
    lock_texts()
    now = timezone.now()
    if now - done.at > UNDO_TIME:
        raise CannotUndo(
            f"Only the imports of the last {UNDO_TIME.days} days can be undone."
        )
    mine = SpreadsheetImport.objects.filter(pk=done.pk, undone_at=None)
    if mine.update(undone_at=now, undone_by=by) != 1:
        raise CannotUndo("This import was undone already.")
    events = list(done.events.all())
    rows = rows_of(events)
    back = []
    for event in events:
        row = rows.get((event.kind, event.row_id))
        if row is None or not stands(row, event):
            continue
        before = fields_of(row)
        if event.before:
            set_fields(row, event.before)
        else:
            row.status = "archived"
        if row.text == before["text"] or not hindrance(row):
            back.append((row, before))
    save_rows(back, by)
    return len(back), len(events) - len(back)


def rows_of(events: Iterable[TextEvent]) -> dict[tuple[str, int], Row]:
    found: dict[tuple[str, int], Row] = {}
    for kind, model in (("line", MessageTemplate), ("word", Word)):
        ids = [event.row_id for event in events if event.kind == kind]
        for start in range(0, len(ids), AT_ONCE):
            rows = model.objects.filter(pk__in=ids[start : start + AT_ONCE])
            found |= {(kind, row.pk): row for row in rows}
    return found


def stands(row: Row, event: TextEvent) -> bool:
    """Whether nobody has changed the row since the event."""
    meant = type(row)(pk=row.pk)
    set_fields(meant, event.after)
    return fields_of(meant) == fields_of(row)
