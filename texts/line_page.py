"""What the page of a line shows while somebody writes: samples, lint, the card, the slots."""

from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.module_loading import import_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from texts.coverage import in_words, sizes_of, ways_to_say
from texts.filling import BUBBLES, FACTS
from texts.lint import MUST, genders_of, lint
from texts.models import MessageTemplate
from texts.parsing import ANSWER, TemplateError, parse
from texts.pronouns import PRONOUNS, Pronouns
from texts.reading_age import reading_age
from texts.rehearsal import NUM_SAMPLES, Sample, rehearse
from texts.row_forms import LINE_FIELDS, LineForm
from texts.surroundings import Surroundings

PRONOUN_CHIPS = [
    ("", "all"),
    *((gender, pronouns.they) for gender, pronouns in PRONOUNS.items()),
]
MAY_LOOK = "texts.view_messagetemplate"


class Chip(NamedTuple):
    slot: str
    note: str
    is_fact: bool = False


def chips(around: Surroundings) -> list[Chip]:
    """Every slot that a line may have, as one writes it."""
    sizes = sizes_of(around.content)
    lists = [name for name in around.word_lists if not is_of_lovers(name)]
    return [
        *(Chip(name, "the lover’s", is_fact=True) for name in FACTS),
        *(Chip(name, f"{sizes.get(name, 0)} words") for name in lists),
        *(Chip(name, "she, he or they") for name in Pronouns._fields),
        Chip("they are", "she is, they are"),
        *(Chip(f"{ANSWER}:{key}", "the visitor’s") for key in around.answers),
    ]


def is_of_lovers(name: str) -> bool:
    """Whether a word list is what lovers are made of: {name} and {home_town} say it."""
    return name in FACTS or name.startswith("first_name_")


def audience(line: MessageTemplate) -> str:
    """Who says a line to whom, and how often that came about."""
    to = f"visitors who asked for {line.tone}" if line.tone else "everybody"
    by = MessageTemplate.Gender(line.gender).label if line.gender else "any lover"
    if line.age_bucket:
        by += f" in their {line.age_bucket}"
    if line.sign:
        by += f" born under {line.sign}"
    if line.only_trainwreck:
        by += " who came out folded"
    days = [f"from {line.starts_on:%-d %B %Y}"] if line.starts_on else []
    days += [f"until {line.expires_on:%-d %B %Y}"] if line.expires_on else []
    when = f", {' '.join(days)}" if days else ""
    counts = f"Shown {times(line.times_shown)}, shared {times(line.times_shared)}."
    return f"Said to {to} by {by}{when}. {counts}"


def times(number: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(number, f"{number:,} times")


def preview_of(
    line: MessageTemplate, around: Surroundings, gender: str = "", seed: str = ""
) -> dict[str, Any]:
    findings = lint(line, around) if line.text.strip() else []
    genders = genders_of(line)
    if gender in genders:
        genders = [gender]
    context: dict[str, Any] = {
        "line": line,
        "findings": findings,
        "has_more": False,
        "num_musts": sum(finding.severity == MUST for finding in findings),
        "gender": gender,
        "pronouns": PRONOUN_CHIPS,
        "seed": seed,
    }
    if longest := longest_of(line, around):
        said = parse(line.text)
        card = import_string(settings.LINE_CARD)(line.part, longest.text, longest.lover)
        samples = rehearse(said, around.content, around.answers, genders, seed)
        context |= {
            "samples": samples,
            "has_more": len(samples) == NUM_SAMPLES,
            "ways": in_words(ways_to_say(said, around.content)),
            "longest": longest,
            "reading_age": reading_age(longest.text),
            "card": card,
            "card_url": card_url(line) if card.is_drawn else "",
        }
    return context


def longest_of(line: MessageTemplate, around: Surroundings) -> Sample | None:
    try:
        said = parse(line.text)
    except TemplateError:
        return None
    return around.longest.say(said, genders_of(line)) if said else None


def card_url(line: MessageTemplate) -> str:
    query = {"part": line.part, "text": line.text, "gender": line.gender}
    return f"{reverse('admin:texts_messagetemplate_card')}?{urlencode(query)}"


def line_in(data: QueryDict) -> MessageTemplate:
    """The line as it stands in the form, saved or not, right or wrong."""
    key = data.get("line", "")[:18]
    found_by_key = MessageTemplate.objects.filter(pk=int(key) if key.isdecimal() else 0)
    line = found_by_key.first()
    form = LineForm(data, instance=line)
    form.is_valid()
    found = MessageTemplate(pk=line.pk if line else None)
    for name in LINE_FIELDS:
        if name in form.cleaned_data:
            setattr(found, name, form.cleaned_data[name])
    found.text = data.get("text", "")[:1000]
    return found


@require_POST
@never_cache
@permission_required(MAY_LOOK, raise_exception=True)
def preview(request: HttpRequest) -> HttpResponse:
    context = preview_of(
        line_in(request.POST),
        Surroundings.now(),
        gender=request.POST.get("said_by", ""),
        seed=request.POST.get("seed", "")[:20],
    )
    return render(request, "admin/texts/messagetemplate/_preview.html", context)


@require_safe
@permission_required(MAY_LOOK, raise_exception=True)
def card(request: HttpRequest) -> HttpResponse:
    """The card with the longest that the line can get."""
    line = line_in(request.GET)
    longest = longest_of(line, Surroundings.now())
    if longest is None or line.part not in BUBBLES:
        raise Http404("No card shows this line.")
    card = import_string(settings.LINE_CARD)(line.part, longest.text, longest.lover)
    response = HttpResponse(card.draw(), content_type="image/jpeg")
    response["Cache-Control"] = "private, max-age=60"
    return response
