"""Files that no face refers to: a process was killed, or the disk was full."""

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from django.conf import settings

from faces.models import Face

SECONDS_KEPT = 3600
"""A younger file may belong to a face that is being stored."""


def stray_files() -> Iterator[Path]:
    """Old temporary files, and old pictures without a face."""
    for folder in Path(settings.MEDIA_ROOT).glob("faces/*/*/*"):
        paths = [path for path in folder.iterdir() if is_old(path)]
        # Asked last: a face that came meanwhile had made its files young before.
        is_known = Face.objects.filter(picture_sha256=folder.name).exists()
        yield from (path for path in paths if path.suffix == ".tmp" or not is_known)


def is_old(path: Path) -> bool:
    try:
        return path.stat().st_mtime < time.time() - SECONDS_KEPT
    except FileNotFoundError:
        return False


def delete(path: Path) -> bool:
    """Delete a file, and its folder when nothing else is in it; False if it is in use.

    It is put aside first: whoever stores the same picture now writes a new one, and a
    file that was made young before that goes back.
    """
    aside = path.with_name(f".{path.name}.tmp")
    try:
        os.rename(path, aside)
    except FileNotFoundError:
        return False
    if not is_old(aside):
        os.rename(aside, path)
        return False
    aside.unlink()
    with suppress(OSError):  # not empty, or no longer so
        path.parent.rmdir()
    return True
