from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from faces import ledger
from faces.revocations import catch_up, replay


class Command(BaseCommand):
    help = (
        "Take away again whatever a file of revocations says was: after a backup was "
        "restored. Safe to repeat; nothing ever comes back by it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: object, file: Path, **options: object) -> None:
        if not file.exists():
            raise CommandError(f"{file} does not exist.")
        contents = ledger.read(file)
        num_changed = replay(contents)
        catch_up()
        self.stdout.write(f"{num_changed} faces and networks taken away again.")
        if contents.damaged:
            lines = ", ".join(map(str, contents.damaged))
            raise CommandError(f"Lines that cannot be read: {lines}. Look at them.")
