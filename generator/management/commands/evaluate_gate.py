import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from tqdm import tqdm

from generator.arguments import add_device
from generator.errors import in_plain_words


class Command(BaseCommand):
    help = (
        "Measure the screening on faces that people labelled: how many minors pass, and "
        "how many adults are turned away. Changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--labels",
            type=Path,
            required=True,
            metavar="DIR",
            help="folder of pictures with labels.csv: file, gender (w, m, a), age_class "
            "(M minor, Y could be one, A adult, X no face), apparent_age, skin (L, M, D)",
        )
        add_device(parser)
        parser.add_argument(
            "--json", action="store_true", help="print one JSON object and nothing else"
        )

    @in_plain_words
    def handle(
        self,
        *args: object,
        labels: Path,
        device: str = "auto",
        json: bool = False,
        **options: Any,
    ) -> None:
        from generator.devices import choose_device
        from generator.evaluation import read_labels, read_pixels, summarise
        from generator.screening import Screener, screen_all

        labelled = read_labels(labels)
        screener = Screener.load(choose_device(device))
        pictures = (read_pixels(label.path) for label in labelled)
        screenings = tqdm(
            screen_all(screener, pictures),
            desc="Screening",
            total=len(labelled),
            unit="face",
        )
        figures = summarise(list(zip(labelled, screenings, strict=True)))
        self.stdout.write(as_json(figures) if json else as_text(figures))


def as_json(figures: dict[str, Any]) -> str:
    return json.dumps(figures)


def as_text(figures: dict[str, Any]) -> str:
    lines = [
        "Minors: {minors_passed} of {minors} passed. The share that is stopped is, with "
        "95 % confidence, at least {minors_recall_at_least:.1%}.",
        "Could be minors: {young_passed} of {young} passed.",
        "No faces: {not_faces_passed} of {not_faces} passed.",
        "Adults: {adults_rejected} of {adults} rejected.",
    ]
    for name in ("by_gender", "by_age", "by_skin"):
        groups = [
            f"{group} {counts['rejected']} of {counts['adults']}"
            for group, counts in figures[name].items()
        ]
        lines.append(f"  {name.replace('_', ' ')}: {', '.join(groups) or 'no labels'}")
    lines.append(
        "Gender: {genders_clear} of {genders} women and men outside the grey zone, "
        "{genders_right} of those right."
    )
    if figures["age_error"] is not None:
        lines.append(
            "Age of adults: {age_error} years off on average, bias {age_bias:+}."
        )
    return "\n".join(lines).format(**figures)
