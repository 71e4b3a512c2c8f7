"""Room on the disk, checked before hours of drawing."""

import shutil
from pathlib import Path

from generator.errors import GeneratorError

SPARE_BYTES = 1_000_000_000


def check_room(folder: Path, num_bytes: int) -> None:
    """Make the folder, and refuse to start what would fill the disk."""
    folder.mkdir(parents=True, exist_ok=True)
    needed = num_bytes + SPARE_BYTES
    free = shutil.disk_usage(folder).free
    if num_bytes and free < needed:
        raise GeneratorError(
            f"The disk has {free / 1e9:.1f} GB left, and {needed / 1e9:.1f} GB are needed "
            f"({SPARE_BYTES / 1e9:.0f} GB are left alone)."
        )
