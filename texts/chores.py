"""What needs doing with the texts: a sentence and where to do it, or None."""

from django.conf import settings
from django.contrib.auth.models import User
from django.urls import reverse

from texts.content import read_content
from texts.coverage import ToneCoverage, coverage, in_words
from texts.lint import musts
from texts.models import MessageTemplate, Tone
from texts.surroundings import Surroundings

Chore = tuple[str, str] | None

LINES = "admin:texts_messagetemplate_changelist"


def may_write(user: User) -> bool:
    return user.has_perm("texts.change_messagetemplate")


def drafts(user: User) -> Chore:
    number = MessageTemplate.objects.filter(status="draft").count()
    if not number or not may_write(user):
        return None
    waits = "1 draft waits" if number == 1 else f"{number} drafts wait"
    return f"{waits} to be published.", f"{reverse(LINES)}?status__exact=draft"


def broken_lines(user: User) -> Chore:
    """Lines that visitors may be served, or rather not, because of something in them."""
    if not may_write(user):
        return None
    around = Surroundings.now()
    published = [line for line in around.lines if line.status == "approved"]
    broken = [line.pk for line in published if musts(line, around)]
    if not broken:
        return None
    have = (
        "1 published line has"
        if len(broken) == 1
        else f"{len(broken)} published lines have"
    )
    address = f"{reverse(LINES)}?pk__in={','.join(map(str, broken[:100]))}"
    return f"{have} something that must be mended.", address


def poor_coverage(user: User) -> Chore:
    if not may_write(user):
        return None
    names = dict(Tone.objects.values_list("slug", "name"))
    poorest = min(coverage(read_content(), names), key=lambda found: found.least.count)
    if poorest.least.count >= settings.COVERAGE_FLOOR:
        return None
    sentence = f"Coverage is red: {describe(poorest, names)}."
    return sentence, reverse("admin:texts_messagetemplate_coverage")


def describe(found: ToneCoverage, names: dict[str, str]) -> str:
    cell = found.least
    gender = MessageTemplate.Gender(cell.gender).label
    results = "1 result" if cell.count == 1 else f"{in_words(cell.count)} results"
    return f"{names.get(found.tone, 'Any tone')} has {results} for {gender}, {cell.age_bucket}"
