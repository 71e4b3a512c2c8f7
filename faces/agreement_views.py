"""How the panel agrees, and its votes as a file."""

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from faces import charts
from faces.access import for_lead
from faces.agreement_report import JUDGEMENTS, Figures, report
from faces.judged import read_gold, read_votes
from faces.models import Rating
from faces.period import PeriodForm
from faces.votes_csv import csv_lines


@require_safe
@for_lead
def agreement(request: HttpRequest) -> HttpResponse:
    form = PeriodForm(request.GET)
    if not form.is_valid():
        return render(request, "faces/agreement.html", {"form": form}, status=400)
    ratings = Rating.objects.standing().between(*form.days)
    found = report(read_votes(ratings), read_gold())
    context = {"form": form, "report": found, "trends": trends(found.weeks)}
    return render(request, "faces/agreement.html", context)


@require_safe
@for_lead
def votes(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    form = PeriodForm(request.GET)
    if not form.is_valid():
        return render(request, "faces/agreement.html", {"form": form}, status=400)
    first, last = form.days
    lines = csv_lines(Rating.objects.between(first, last))
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    name = f"votes-{first:%Y-%m-%d}-to-{last:%Y-%m-%d}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def trends(weeks: dict[date, list[Figures]]) -> list[dict[str, Any]]:
    """A chart for each judgement; weeks without votes leave a gap."""
    mondays = all_mondays(list(weeks))
    return [
        {
            "title": judgement.title,
            "alpha": charts.line([at(weeks, day, n, "alpha") for day in mondays]),
            "agreement": charts.line(
                [at(weeks, day, n, "agreement") for day in mondays]
            ),
            "first": mondays[0],
            "last": mondays[-1],
        }
        for n, judgement in enumerate(JUDGEMENTS)
        if mondays
    ]


def all_mondays(mondays: list[date]) -> list[date]:
    if not mondays:
        return []
    count = (mondays[-1] - mondays[0]).days // 7 + 1
    return [mondays[0] + timedelta(weeks=n) for n in range(count)]


def at(
    weeks: dict[date, list[Figures]], monday: date, n: int, name: str
) -> float | None:
    return getattr(weeks[monday][n], name) if monday in weeks else None
