from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from texts.content import read_content
from texts.coverage import Cell, coverage, in_words
from texts.coverage_page import advice
from texts.models import MessageTemplate, Tone


class Command(BaseCommand):
    help = (
        "Count how many different results each tone, gender and age can give; "
        "fails if one gives fewer than the floor."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--floor",
            type=int,
            default=settings.COVERAGE_FLOOR,
            help="the fewest results that will do (default: %(default)s)",
        )

    def handle(self, *args: Any, floor: int, **options: Any) -> None:
        names = dict(Tone.objects.values_list("slug", "name"))
        num_red = 0
        for found in coverage(read_content(), names):
            self.stdout.write(names.get(found.tone, "Any tone"))
            for age_bucket, cells in found.rows():
                counts = [f"{label(cell)} {in_words(cell.count)}" for cell in cells]
                self.stdout.write(f"  {age_bucket}: {', '.join(counts)}")
                num_red += sum(cell.count < floor for cell in cells)
            self.stdout.write(f"  {advice(found.least)}")
        if num_red:
            raise CommandError(f"{num_red} give fewer than {in_words(floor)} results.")


def label(cell: Cell) -> str:
    return MessageTemplate.Gender(cell.gender).label
