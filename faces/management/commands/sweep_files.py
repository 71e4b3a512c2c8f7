from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand

from faces.sweeping import delete, stray_files


class Command(BaseCommand):
    help = (
        "List pictures that no face refers to and temporary files, both older than an "
        "hour: what a killed worker or a full disk left behind."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--delete", action="store_true", help="delete them as well")

    def handle(self, *args: object, **options: bool) -> None:
        num_files = num_bytes = 0
        for path in list(stray_files()):
            size = size_of(path)
            if size is None or options["delete"] and not delete(path):
                continue
            num_files += 1
            num_bytes += size
            self.stdout.write(str(path))
        done = "deleted" if options["delete"] else "would be deleted with --delete"
        self.stdout.write(f"{num_files} files, {num_bytes / 1e6:.1f} MB, {done}.")


def size_of(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return None
