from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from tqdm import tqdm

from generator.arguments import add_device, add_network, add_psi
from generator.errors import GeneratorError, in_plain_words
from generator.models import SEEDS_PER_PICTURE
from generator.recipes import Recipe

FEWEST = 100
CALIBRATION_FACES = 8
FIRST_SEED = 10_000
STYLES = range(50_000, 54_096)
"""Seeds of the styles whose covariance shapes the steps."""


class Command(BaseCommand):
    help = (
        "Find out how a network's pictures change with w: draw faces, let the screening "
        "networks judge gender, age and skin, and fit directions. From then on a top-up "
        "draws towards the cell and the skin tone that lack faces. No picture is kept. The more faces the "
        "better; 1000 take about ten minutes on two cores."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_network(parser)
        parser.add_argument(
            "--faces", type=int, default=1000, help="how many to draw (default: 1000)"
        )
        add_psi(parser, 0.8)
        add_device(parser)

    @in_plain_words
    def handle(
        self, *args: object, network: str, faces: int, psi: float, **options: Any
    ) -> None:
        import numpy as np

        from generator.batches import Studio
        from generator.devices import choose_device
        from generator.registry import find_network
        from generator.steered import calibrate, measure_faces
        from generator.steering import CELLS, fit, save_steering

        if faces < FEWEST:
            raise GeneratorError(f"Fewer than {FEWEST} faces say too little.")
        row = find_network(network)
        device = choose_device(options["device"])
        studio = Studio.open(row.pk, device, is_steered=False)
        recipes = [Recipe(network, FIRST_SEED + i, psi) for i in range(faces)]
        measured = measure_faces(studio.sampler, studio.screener, recipes)
        pairs = [
            pair
            for pair in tqdm(measured, desc="Drawing", total=faces, unit="face")
            if pair
        ]
        styles = [studio.sampler.w(Recipe(network, seed, 1.0)) for seed in STYLES]
        steering = fit(
            np.stack([w for w, _ in pairs]),
            np.stack([traits for _, traits in pairs]),
            np.concatenate(styles),
        )
        groups = [
            recipes[start : start + SEEDS_PER_PICTURE]
            for start in range(
                0, CALIBRATION_FACES * SEEDS_PER_PICTURE, SEEDS_PER_PICTURE
            )
        ]
        groups = [group for group in groups if group]
        tries = calibrate(studio.sampler, studio.screener, steering, groups)
        total = len(CELLS) * len(groups)
        told = list(tqdm(tries, desc="Calibrating", total=total, unit="face"))
        steering = steering.calibrated([row for row in told if row])
        save_steering(steering, row.sha256)
        self.stdout.write(
            f"Fitted to {len(pairs)} faces. Cross-validated R²: {steering.r2_in_words}."
        )
