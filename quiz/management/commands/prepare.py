from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from faces import ledger
from faces.revocations import catch_up, replay


class Command(BaseCommand):
    help = "Bring database, static files and demo data up to date. Safe to repeat."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            call_command("migrate", interactive=False, verbosity=0)
        except OperationalError as error:
            reason = " ".join(str(error).split())  # the driver's own has several lines
            raise CommandError(f"The database cannot be used: {reason}") from error
        self.take_away_again()
        call_command("collectstatic", interactive=False, verbosity=0)
        call_command("load_demo")

    def take_away_again(self) -> None:
        """The database may be a restored backup, older than a revocation."""
        contents = ledger.read(settings.REVOCATIONS_FILE)
        if num_changed := replay(contents):
            self.stdout.write(f"Taken away again: {num_changed} faces and networks.")
        if contents.damaged:
            self.stderr.write(
                f"{settings.REVOCATIONS_FILE}: {len(contents.damaged)} lines cannot be "
                f"read, the first is line {contents.damaged[0]}."
            )
        try:
            catch_up()
        except OSError as error:
            file = settings.REVOCATIONS_FILE
            raise CommandError(f"{file} cannot be written: {error.strerror}") from error
