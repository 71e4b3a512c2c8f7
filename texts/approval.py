"""Who may publish a line, and what stands in the way."""

from django.contrib.auth.models import User

from texts.lint import musts
from texts.models import MessageTemplate, TextEvent, TextSettings, Word
from texts.surroundings import Surroundings

NEEDS_ANOTHER_PERSON = (
    "This tone is spicy and you wrote the line, so somebody else must publish it. "
    "Save it as a draft: it waits on their home page."
)


class MayNotPublish(Exception):
    """A line that its own writer may not publish."""

    def __str__(self) -> str:
        return NEEDS_ANOTHER_PERSON


def may_publish(line: MessageTemplate | Word, user: User | None) -> bool:
    """Whether the user may publish the line as it stands, saved or not; words, always.

    A command has no user: whoever can run it could write into the database as well.
    """
    if user is None or isinstance(line, Word):
        return True
    if not (line.tone and line.tone.is_spicy) or is_published_already(line):
        return True
    return not TextSettings.now().two_person_for_spicy or not wrote(user, line)


def is_published_already(line: MessageTemplate) -> bool:
    """Whether the stored line is approved with this very text and tone."""
    stored = MessageTemplate.objects.approved().filter(pk=line.pk)
    return stored.filter(text=line.text, tone=line.tone_id).exists()


def wrote(user: User, line: MessageTemplate) -> bool:
    """Whether the user was the first to give the line its text, or is about to."""
    stored = MessageTemplate.objects.filter(pk=line.pk, text=line.text).first()
    written = TextEvent.objects.filter(
        kind=TextEvent.Kind.LINE, row_id=line.pk or 0, after__text=line.text
    )
    if first := written.order_by("at", "pk").first():
        return first.by_id == user.pk
    return stored is None or stored.created_by_id == user.pk


def obstacles(
    line: MessageTemplate, user: User | None, around: Surroundings
) -> list[str]:
    """Why the user cannot publish the line, in sentences; none if they can."""
    sentences = [finding.message for finding in musts(line, around)]
    return sentences + ([] if may_publish(line, user) else [NEEDS_ANOTHER_PERSON])
