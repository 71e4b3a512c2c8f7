from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError


class Command(BaseCommand):
    help = "Bring database, static files and demo data up to date. Safe to repeat."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            call_command("migrate", interactive=False, verbosity=0)
        except OperationalError as error:
            reason = " ".join(str(error).split())  # the driver's own has several lines
            raise CommandError(f"The database cannot be used: {reason}") from error
        call_command("collectstatic", interactive=False, verbosity=0)
        call_command("load_demo")
