import random
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import pluralize
from tqdm import tqdm

from faces.shipped import ManifestError, ShippedFace, read_manifest, read_network
from generator.arguments import add_device, sentence
from generator.errors import GeneratorError, in_plain_words
from generator.recipes import parse_seeds

SAMPLE = 8


class Command(BaseCommand):
    help = (
        "Draw shipped faces again from the recipes in their manifest, and compare them "
        "with their files. Ends with an error if one is not what its recipe draws. The "
        "network's weights must be here (fetch_weights)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "folder",
            type=Path,
            nargs="?",
            default=settings.BASE_DIR / "fixtures/faces",
            help="with manifest.csv and network.json (default: fixtures/faces)",
        )
        which = parser.add_mutually_exclusive_group()
        which.add_argument(
            "--sample",
            type=int,
            default=SAMPLE,
            metavar="N",
            help=f"so many of them, by chance (default: {SAMPLE})",
        )
        which.add_argument(
            "--seeds", type=sentence(parse_seeds), help="1234, or 0-63, or 1,5,9-12"
        )
        which.add_argument("--all", action="store_true", help="every one")
        add_device(parser)

    @in_plain_words
    def handle(self, *args: object, folder: Path, **options: Any) -> None:
        from generator.devices import choose_device
        from generator.registry import find_network
        from generator.sampling import Sampler
        from generator.verifying import verify

        try:
            faces = choose(read_manifest(folder), options)
            name = read_network(folder).name
        except ManifestError as error:
            raise CommandError(str(error)) from error
        device = choose_device(options["device"])
        sampler = Sampler.load(find_network(name), device)
        verified = list(
            tqdm(
                verify(sampler, name, faces),
                desc="Drawing",
                total=len(faces),
                unit="face",
            )
        )
        wrong = [one for one in verified if one.problem]
        for one in wrong:
            self.stderr.write(f"{one.face.path.name}: {one.problem}")
        if wrong:
            raise CommandError(
                f"{len(wrong)} of {len(verified)} faces are not what their recipe draws."
            )
        least, most = (pick(one.decibels for one in verified) for pick in (min, max))
        self.stdout.write(
            f"{len(verified)} face{pluralize(len(verified))} drawn again: all the "
            f"same, {least:.1f} to {most:.1f} dB."
        )


def choose(faces: list[ShippedFace], options: dict[str, Any]) -> list[ShippedFace]:
    if options["seeds"]:
        chosen = [face for face in faces if face.seed in options["seeds"]]
    elif options["all"]:
        chosen = faces
    else:
        size = min(max(1, options["sample"]), len(faces))
        chosen = random.SystemRandom().sample(faces, size)
    if not chosen:
        raise GeneratorError("No face of the manifest has such a seed.")
    return chosen
