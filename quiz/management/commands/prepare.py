"""All that a machine needs before the site starts, in one go; safe to repeat."""

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError


class Command(BaseCommand):
    help = "Brings database, static files, roles and demo data up to date."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            call_command("migrate", interactive=False, verbosity=0)
        except OperationalError as error:
            raise CommandError(f"The database cannot be used: {error}") from error
        if static_files_changed():
            call_command("collectstatic", interactive=False, verbosity=0)
        call_command("set_up_roles")
        call_command("load_demo")


def static_files_changed() -> bool:
    """Whether a static file is newer than the manifest: collecting again takes seconds."""
    manifest = Path(settings.STATIC_ROOT, "staticfiles.json")
    if not manifest.exists():
        return True
    collected_at = manifest.stat().st_mtime
    files = (
        storage.path(name) for finder in get_finders() for name, storage in finder.list([])
    )
    return any(os.path.getmtime(file) > collected_at for file in files)
