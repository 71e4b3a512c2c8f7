from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from faces.revocations import export


class Command(BaseCommand):
    help = (
        "Write down every face that people took off the site, and every retired network. "
        "Keep it with each backup; replay_revocations reads it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: object, file: Path, **options: object) -> None:
        try:
            num_lines = export(file)
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from error
        self.stdout.write(f"{num_lines} lines written to {file}.")
