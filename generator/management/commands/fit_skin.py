from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from tqdm import tqdm

from generator.arguments import add_device
from generator.errors import GeneratorError, in_plain_words
from generator.tones import DARK, MEDIUM, TONES

FEWEST = 50


class Command(BaseCommand):
    help = (
        "Learn from faces that people labelled how dark skin looks. Writes what screening "
        "measures skin by; directions that were fitted before have to be fitted again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--labels",
            type=Path,
            required=True,
            metavar="DIR",
            help="folder of pictures with labels.csv: file, skin (L, M, D)",
        )
        add_device(parser)

    @in_plain_words
    def handle(self, *args: object, labels: Path, **options: Any) -> None:
        import numpy as np

        from generator.crops import to_image
        from generator.devices import choose_device
        from generator.evaluation import read_labels, read_pixels
        from generator.screening import Screener
        from generator.skin import SkinProbe, cheek, cross_validated, told_apart

        labelled = [label for label in read_labels(labels) if label.skin]
        if len(labelled) < FEWEST or len({label.skin for label in labelled}) < 3:
            raise GeneratorError(
                f"{FEWEST} faces with a label for their skin are needed, of all tones."
            )
        screener = Screener.load(choose_device(options["device"]))
        rows = []
        for label in tqdm(labelled, desc="Measuring", unit="face"):
            pixels = read_pixels(label.path)
            colour = cheek(np.asarray(to_image(pixels)))
            rows.append(np.concatenate([screener.embedding(pixels), colour]))
        tones = np.array([TONES.index(label.skin) for label in labelled])
        SkinProbe.fit(np.stack(rows), tones).save()
        predicted = cross_validated(np.stack(rows), tones)
        darker = told_apart(predicted, tones >= TONES.index(MEDIUM))
        dark = told_apart(predicted, tones >= TONES.index(DARK))
        self.stdout.write(
            f"Fitted to {len(rows)} faces. Cross-validated, of two faces the darker one "
            f"is told: light against the others {darker:.1%}, dark against the others "
            f"{dark:.1%}."
        )
