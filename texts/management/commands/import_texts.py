from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from texts.cells import SpreadsheetError
from texts.spreadsheet import import_workbook


class Command(BaseCommand):
    help = (
        "Add the lines and words of a spreadsheet: .xlsx, .ods or .csv. It is taken whole, or every bad row "
        "is named and nothing changes. Use export_texts for a workbook to start from."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file",
            type=Path,
            help="The file: texts.xlsx, texts.ods, or one sheet such as Hellos.csv.",
        )
        parser.add_argument(
            "--remove-missing",
            action="store_true",
            help="Also archive lines and words that the file's columns no longer hold.",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="Only say what would change."
        )

    def handle(
        self, *, file: Path, remove_missing: bool, dry_run: bool, **options: Any
    ) -> None:
        try:
            with file.open("rb") as workbook:
                counts = import_workbook(
                    workbook,
                    name=file.name,
                    remove_missing=remove_missing,
                    dry_run=dry_run,
                )
        except OSError as error:
            raise CommandError(f"Cannot read {file}: {error.strerror}.") from error
        except DatabaseError as error:
            raise CommandError(f"Nothing was imported: {error}") from error
        except SpreadsheetError as error:
            for problem in error.problems:
                self.stderr.write(str(problem))
            raise CommandError(f"Nothing was imported: {error.summary}") from error
        self.stdout.write(
            f"Nothing has changed yet: {counts}." if dry_run else f"{counts}."
        )
