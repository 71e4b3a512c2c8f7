import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from texts.spreadsheet import write_csv_files, write_workbook


class Command(BaseCommand):
    help = "Write all lines and words to a workbook that import_texts takes back, or as .csv files to a .zip."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file", type=Path, help="Where to: texts.xlsx, or texts.zip for .csv files."
        )
        parser.add_argument(
            "--force", action="store_true", help="Replace the file if it exists."
        )

    def handle(self, *, file: Path, force: bool, **options: Any) -> None:
        if file.exists() and not force:
            raise CommandError(f"{file} exists. Add --force to replace it.")
        unfinished = file.with_name(f".{file.name}.{os.getpid()}")
        try:
            with unfinished.open("wb") as workbook:
                write = write_csv_files if file.suffix == ".zip" else write_workbook
                write(workbook)
                workbook.flush()
                os.fsync(workbook.fileno())
            unfinished.replace(file)
        except (OSError, DatabaseError) as error:
            raise CommandError(f"{file} was not written: {error}") from error
        finally:
            unfinished.unlink(missing_ok=True)
        self.stdout.write(f"Wrote {file}.")
