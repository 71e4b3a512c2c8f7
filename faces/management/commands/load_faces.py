from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from faces.shipped import ManifestError, load_faces


class Command(BaseCommand):
    help = (
        "Load a folder of reviewed faces (manifest.csv, network.json and the pictures) as "
        "approved faces. Safe to repeat: known faces keep their status."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="for example fixtures/faces")

    def handle(self, *args: object, folder: Path, **options: object) -> None:
        try:
            num_new = load_faces(folder)
        except (ManifestError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{num_new} new faces approved.")
