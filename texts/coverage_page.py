"""How many different results each tone can give, and what nobody has read yet."""

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from texts.content import read_content
from texts.coverage import Cell, ToneCoverage, in_words
from texts.coverage import coverage as count_coverage
from texts.models import MessageTemplate, Tone

NUM_LINES = 12


@require_safe
@permission_required("texts.view_messagetemplate", raise_exception=True)
def coverage(request: HttpRequest) -> HttpResponse:
    names = dict(Tone.objects.values_list("slug", "name"))
    tones = [
        tone_in_words(found, names) for found in count_coverage(read_content(), names)
    ]
    lines = MessageTemplate.objects.approved().select_related("tone")
    never_shown = lines.filter(times_shown=0)
    context = {
        **admin.site.each_context(request),
        "title": "Coverage",
        "is_coverage_page": True,
        "tones": tones,
        "floor": in_words(settings.COVERAGE_FLOOR),
        "genders": MessageTemplate.Gender.labels,
        "never_shown": never_shown[:NUM_LINES],
        "num_never_shown": never_shown.count(),
        "num_lines": lines.count(),
        "most_shared": lines.filter(times_shared__gt=0).order_by("-times_shared")[
            :NUM_LINES
        ],
    }
    return TemplateResponse(
        request, "admin/texts/messagetemplate/coverage.html", context
    )


def tone_in_words(found: ToneCoverage, names: dict[str, str]) -> dict[str, object]:
    cells = [
        (age_bucket, [(in_words(cell.count), is_red(cell)) for cell in row])
        for age_bucket, row in found.rows()
    ]
    least = found.least
    return {
        "name": names.get(found.tone, "Any tone"),
        "is_even": found.is_even,
        "rows": cells,
        "is_red": is_red(least),
        "least": in_words(least.count),
        "advice": advice(least),
    }


def is_red(cell: Cell) -> bool:
    return cell.count < settings.COVERAGE_FLOOR


def advice(cell: Cell) -> str:
    """What to write first for more results, in a sentence."""
    if cell.empty_parts:
        parts = [label_of(part) for part in cell.empty_parts]
        return f"Nothing is written for: {', '.join(parts)}. Begin there."
    part = cell.part_to_extend
    number = len(cell.lines[part])
    sentence = f"Write {label_of(part)} first: there are {number}, so one more gives {gain(number + 1, number)} more results."
    if name := cell.list_to_extend:
        more = gain(cell.count_with_one_more(name), cell.count)
        sentence += f" Then words for {name}: one more of {cell.sizes.get(name, 0)} gives {more} more."
    return sentence


def gain(more: int, before: int) -> str:
    return f"{100 * (more - before) / before:.1f} %" if before else "the first"


def label_of(part: str) -> str:
    return MessageTemplate.Part(part).label.lower()
