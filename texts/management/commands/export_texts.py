import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from texts.spreadsheet import write_workbook


class Command(BaseCommand):
    help = (
        "Write all lines and words to an Excel workbook that import_texts takes back."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="Where to, such as texts.xlsx.")
        parser.add_argument(
            "--force", action="store_true", help="Replace the file if it exists."
        )

    def handle(self, *, file: Path, force: bool, **options: Any) -> None:
        if file.exists() and not force:
            raise CommandError(f"{file} exists. Add --force to replace it.")
        unfinished = file.with_name(f".{file.name}.{os.getpid()}")
        try:
            with unfinished.open("wb") as workbook:
                write_workbook(workbook)
                workbook.flush()
                os.fsync(workbook.fileno())
            unfinished.replace(file)
        except (OSError, DatabaseError) as error:
            raise CommandError(f"{file} was not written: {error}") from error
        finally:
            unfinished.unlink(missing_ok=True)
        self.stdout.write(f"Wrote {file}.")
