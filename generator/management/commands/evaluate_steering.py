from argparse import ArgumentParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand
from tqdm import tqdm

from faces.files import ai_mark, encode, write_whole
from faces.models import AGE_BUCKETS
from generator.arguments import add_device, add_network, add_psi
from generator.errors import GeneratorError, in_plain_words
from generator.recipes import Recipe
from generator.tones import TONES

GENDERS = ["woman", "man"]
FEWEST = 2
"""Faces that can differ from each other."""
FIRST_SEED = 60_000

if TYPE_CHECKING:
    from PIL.Image import Image


class Command(BaseCommand):
    help = (
        "Measure how well steering works: how many drawings for each gender and age land "
        "there and pass the gate, by the networks that steer and by one that took no "
        "part in it, against drawing at random; how many of those have the skin tone "
        "asked for, the three in turn; and how different the faces are from each other."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_network(parser)
        parser.add_argument(
            "--seeds", type=int, default=50, help="drawings per cell (default: 50)"
        )
        add_psi(parser, 0.7)
        parser.add_argument(
            "--sheets", type=Path, metavar="DIR", help="also save a sheet for each cell"
        )
        add_device(parser)

    @in_plain_words
    def handle(self, *args: object, **options: Any) -> None:
        from generator.batches import Studio
        from generator.devices import choose_device
        from generator.fitting import groups_from
        from generator.registry import find_network
        from generator.steering import load_steering
        from generator.steering_report import report_cell, report_random

        if options["seeds"] < FEWEST:
            raise GeneratorError(f"Ask for {FEWEST} seeds or more.")
        row = find_network(options["network"])
        steering = load_steering(row.sha256)
        if steering is None:
            raise GeneratorError("Nothing is fitted yet: run fit_steering first.")
        studio = Studio.open(row.pk, choose_device(options["device"]))
        groups = groups_from(FIRST_SEED, options["seeds"], row.name, options["psi"])
        recipes = [group[0] for group in groups]
        cells = [(gender, age) for gender in GENDERS for age in AGE_BUCKETS]
        with tqdm(total=len(recipes) * (1 + len(cells)), unit="face") as bar:
            at_random = report_random(studio, recipes, bar.update)
            reports = {
                cell: report_cell(studio, steering, groups, *cell, bar.update)
                for cell in cells
            }
        self.stdout.write(
            f"{len(recipes)} drawings a cell; directions from {steering.num_faces} faces, "
            f"cross-validated R² {steering.r2_in_words}\n\n"
            "cell          steered   judge agrees   at random   distance"
            "   light   medium    dark"
        )
        for cell, report in reports.items():
            random = at_random.share(*cell)
            self.stdout.write(
                f"{' '.join(cell):<12}  {report.landed:>6.0%}   {report.judged:>12.0%}"
                f"   {random:>9.0%}   {report.distance:>8.3f}"
                + "".join(f"   {report.tones[tone]:>5.0%}" for tone in TONES)
            )
            if options["sheets"]:
                save_sheet(report.pictures, recipes, options["sheets"], "-".join(cell))
        self.stdout.write(f"{'at random':<52}{at_random.distance:>8.3f}")


def save_sheet(
    pictures: "list[Image]", recipes: list[Recipe], folder: Path, name: str
) -> None:
    from generator.sheets import draw_sheet

    labels = [f"{i}" for i, _ in enumerate(recipes, start=1)]
    footer = f"{name} · AI-generated, unscreened: not to be shown"
    sheet = draw_sheet(pictures, labels, footer)
    write_whole(folder / f"{name}.jpg", encode(sheet, "jpeg", ai_mark(footer)))
