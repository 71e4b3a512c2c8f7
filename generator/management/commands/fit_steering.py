from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from tqdm import tqdm

from generator.arguments import add_device, add_network, add_psi
from generator.errors import GeneratorError, in_plain_words
from generator.recipes import Recipe

FEWEST = 100
ROUNDS = 2
STEERED_FACES = 240
"""Of each round: 20 towards each cell."""
CALIBRATION_FACES = 8
FIRST_SEED, FIRST_STEERED_SEED = 10_000, 20_000
STYLES = range(50_000, 54_096)
"""Seeds of the styles whose covariance shapes the steps."""


class Command(BaseCommand):
    help = (
        "Find out how a network's pictures change with w: draw faces, let the screening "
        "networks judge gender, age and skin, and fit directions; then draw faces moved "
        "along them towards every cell, and fit anew. From then on a top-up draws towards "
        "the cell and the skin tone that lack faces. No picture is kept. The default "
        "network brings directions; another one needs this once. The more faces the "
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
        import torch

        from generator.batches import Studio
        from generator.devices import choose_device
        from generator.fitting import calibrate, fit_faces, groups_from
        from generator.registry import find_network
        from generator.steering import CELLS, save_steering

        if faces < FEWEST:
            raise GeneratorError(f"Fewer than {FEWEST} faces say too little.")
        row = find_network(network)
        device = choose_device(options["device"])
        studio = Studio.open(row.pk, device, is_steered=False)
        sampler, screener = studio.sampler, studio.screener
        recipes = [Recipe(network, FIRST_SEED + i, psi) for i in range(faces)]
        groups = groups_from(FIRST_STEERED_SEED, ROUNDS * STEERED_FACES, network, psi)
        rounds = [groups[i::ROUNDS] for i in range(ROUNDS)]
        styles = [sampler.w(Recipe(network, seed, 1.0)) for seed in STYLES]
        total = faces + len(groups)
        with tqdm(desc="Drawing", total=total, unit="face") as bar:
            steering = fit_faces(
                *(sampler, screener, recipes, rounds),
                torch.cat(styles).numpy(),
                bar.update,
            )
        groups = groups_from(FIRST_SEED, CALIBRATION_FACES, network, psi)
        tries = calibrate(sampler, screener, steering, groups)
        total = len(CELLS) * len(groups)
        told = list(tqdm(tries, desc="Calibrating", total=total, unit="face"))
        steering = steering.calibrated([row for row in told if row])
        save_steering(steering, row.sha256)
        self.stdout.write(
            f"Fitted to {steering.num_faces} faces. Cross-validated R²: {steering.r2_in_words}."
        )
