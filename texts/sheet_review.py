"""What lint says of the texts that a workbook would change."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from django.contrib.auth.models import User

from texts.approval import NEEDS_ANOTHER_PERSON, may_publish
from texts.cells import Problem
from texts.changes import Change, Changes
from texts.filling import Weighted
from texts.lint import MUST, lint, word_musts
from texts.models import MessageTemplate, Word
from texts.parsing import shorten
from texts.sheets import Workbook
from texts.surroundings import Surroundings


@dataclass
class Review:
    problems: list[Problem] = field(default_factory=list)
    """Texts that are left out, and why."""
    warnings: list[Problem] = field(default_factory=list)
    """What a tick lets pass."""


def review(changes: Changes, workbook: Workbook, user: User) -> Review:
    """Look at every text that is new or changed, and take out those that must not pass.

    A spicy line that somebody else must publish comes in as a draft.
    """
    found = Review()
    around = Surroundings.now()
    keep(changes, lambda change: word_passes(change, around, found))
    with_new = with_words(around, changes, workbook)
    keep(changes, lambda change: line_passes(change, user, with_new, found))
    return found


def keep(changes: Changes, passes: Callable[[Change], bool]) -> None:
    for changed in (changes.new, changes.changed):
        changed[:] = [change for change in changed if passes(change)]


def word_passes(change: Change, around: Surroundings, found: Review) -> bool:
    if isinstance(change.row, MessageTemplate):
        return True
    musts = word_musts(change.row.text, around.flagged)
    if musts:
        found.problems.append(Problem(" ".join(musts), *place_of(change)))
    return not musts


def place_of(change: Change) -> tuple[str, int, str]:
    return change.sheet, 0, shorten(change.row.text)


def with_words(
    around: Surroundings, changes: Changes, workbook: Workbook
) -> Surroundings:
    """The texts with the lists and words that would come with the workbook."""
    words = {
        name: dict.fromkeys(of.items, 1) for name, of in around.content.words.items()
    }
    for change in [*changes.new, *changes.changed]:
        if isinstance(change.row, Word):
            of = words.setdefault(change.row.word_list.name, {})
            of.pop(change.before.get("text", ""), None)
            of[change.row.text] = 1
    weighted = {name: Weighted(list(of), of.values()) for name, of in words.items()}
    return replace(
        around,
        content=replace(around.content, words=weighted),
        word_lists=sorted({*around.word_lists, *workbook.words}),
    )


def line_passes(
    change: Change, user: User, around: Surroundings, found: Review
) -> bool:
    line = change.row
    if not isinstance(line, MessageTemplate):
        return True
    place = place_of(change)
    findings = lint(line, around)
    musts = [one.message for one in findings if one.severity == MUST]
    if musts:
        found.problems.append(Problem(" ".join(musts), *place))
        return False
    found.warnings += [Problem(one.message, *place) for one in findings]
    if line.status == "approved" and not may_publish(line, user):
        line.status = "draft"
        found.warnings.append(Problem(NEEDS_ANOTHER_PERSON, *place))
    return True
