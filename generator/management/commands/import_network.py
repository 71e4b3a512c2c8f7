from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from generator.errors import in_plain_words


class Command(BaseCommand):
    help = (
        "Register a StyleGAN2 or StyleGAN2-ADA snapshot (.pkl), so that faces may come "
        "from it. Nothing inside the file is executed; its weights are converted to "
        "safetensors under var/networks. Safe to repeat."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="a .pkl snapshot")
        parser.add_argument(
            "--name",
            required=True,
            help="short name for commands: letters, digits, - and _",
        )
        parser.add_argument(
            "--licence",
            required=True,
            help="what its licence allows, in a sentence that visitors read",
        )
        parser.add_argument(
            "--subject",
            required=True,
            help="what it draws: faces, cats, ...; only faces are ever for the pool",
        )
        parser.add_argument("--title", help="what visitors read (default: the name)")
        parser.add_argument(
            "--source", help="where the file is from (default: its file name)"
        )

    @in_plain_words
    def handle(self, *args: object, file: Path, **options: Any) -> None:
        from generator.registry import read_network_file, register

        network, is_new = register(
            read_network_file(file),
            name=options["name"],
            title=options["title"] or options["name"],
            licence=options["licence"],
            subject=options["subject"],
            source=options["source"] or file.name,
        )
        done = "Registered" if is_new else "Registered before, weights renewed:"
        self.stdout.write(
            f"{done} {network.name}: {network.get_family_display()}, "
            f"{network.resolution} px, {network.subject}, SHA-256 {network.sha256}."
        )
