"""Files that no face refers to: a process was killed, or the disk was full."""

import time
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from faces.models import Face

SECONDS_KEPT = 3600
"""A younger file may belong to a face that is being stored."""


def stray_files() -> Iterator[Path]:
    """Old temporary files, and old pictures without a face."""
    for folder in Path(settings.MEDIA_ROOT).glob("faces/*/*/*"):
        is_known = Face.objects.filter(picture_sha256=folder.name).exists()
        for path in folder.iterdir():
            is_old = path.stat().st_mtime < time.time() - SECONDS_KEPT
            if is_old and (path.suffix == ".tmp" or not is_known):
                yield path


def delete(path: Path) -> None:
    """Delete a file, and its folder when nothing else is in it."""
    path.unlink(missing_ok=True)
    if not any(path.parent.iterdir()):
        path.parent.rmdir()
