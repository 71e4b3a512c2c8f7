"""A process that reads one file: bytes on its input, cells or the problem as JSON.

Nothing of Django is loaded here.
"""

import json
import resource
import sys
from typing import Any

MAX_MEMORY = 400_000_000
"""Addresses, not pages: what is really used stays below half of it."""
MAX_SECONDS = 5


def limit() -> None:
    sys.modules["numpy"] = None  # type: ignore[assignment] # openpyxl would load it
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_SECONDS, MAX_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def read_file(data: bytes, title: str) -> dict[str, Any]:
    from texts.cells import FAR_TOO_MUCH, UNREADABLE, SpreadsheetError
    from texts.csv_files import read_csv
    from texts.ods import read_ods
    from texts.xlsx import read_xlsx

    try:
        if not data.startswith(b"PK\x03\x04"):
            return {"sheets": read_csv(data, title)}
        is_ods = b"mimetypeapplication/vnd.oasis.opendocument" in data[:120]
        return {"sheets": read_ods(data) if is_ods else read_xlsx(data)}
    except SpreadsheetError as error:
        return {"problem": error.problems[0]}
    except MemoryError:
        return {"problem": [FAR_TOO_MUCH]}
    except Exception:  # A broken file makes the parsers raise anything.
        return {"problem": [UNREADABLE]}


if __name__ == "__main__":
    limit()
    json.dump(read_file(sys.stdin.buffer.read(), sys.argv[1]), sys.stdout)
