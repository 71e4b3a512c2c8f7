"""Reads the files of strangers in a process of its own, with little memory and time.

The readers are strict, but they stand on parsers that are not ours: what those might do with
a hostile file, they do where it harms nobody.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import IO, Any

from texts.cells import (
    FAR_TOO_MUCH,
    MAX_BYTES,
    Problem,
    Sheet,
    SpreadsheetError,
    refusal,
    unpack,
)

MAX_SECONDS = 6


def load_sheets(file: IO[bytes], name: str = "") -> list[Sheet]:
    """Return the sheets of a workbook; SpreadsheetError says why it cannot be read.

    A .csv file is one sheet: `name` is its title, with or without the ending.
    """
    data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise refusal(f"The file is larger than {MAX_BYTES // 1_000_000} MB.")
    command = [sys.executable, "-m", "texts.reader", Path(name).stem]
    try:
        done = subprocess.run(
            command,
            input=data,
            capture_output=True,
            cwd=Path(__file__).resolve().parent.parent,
            timeout=MAX_SECONDS,
            check=True,
        )
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as error:
        raise refusal(FAR_TOO_MUCH) from error
    return unpacked(json.loads(done.stdout))


def unpacked(answer: dict[str, Any]) -> list[Sheet]:
    if "problem" in answer:
        raise SpreadsheetError([Problem(*answer["problem"])])
    return unpack(answer["sheets"])
