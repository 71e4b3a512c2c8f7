"""The file of revocations: lines are only ever added, so that no restored backup undoes one."""

import fcntl
import json
import logging
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Self

from django.conf import settings

from faces.files import write_down_names

logger = logging.getLogger(__name__)

RETIRED = "retired"


@dataclass(frozen=True)
class Line:
    """What became of one face: all that is needed to keep its recipe and its picture away.

    Without a seed it is about the network and all its faces.
    """

    at: str
    network: str
    status: str
    why: str
    seed: int | None = None
    psi: str = "0"
    edit: str = ""
    picture: str = ""
    phash: str = ""
    drawn_on: str = "2000-01-01"

    @classmethod
    def from_text(cls, text: bytes) -> Self:
        """Read a line; ValueError or the like when it is damaged."""
        known = {field.name for field in fields(cls)}
        data = json.loads(text)
        line = cls(**{name: data[name] for name in known.intersection(data)})
        Decimal(line.psi), date.fromisoformat(line.drawn_on)
        return line

    @property
    def text(self) -> str:
        facts = asdict(self)
        if self.seed is None:
            facts = {name: facts[name] for name in ("at", "network", "status", "why")}
        return f"{json.dumps(facts)}\n"

    @property
    def subject(self) -> tuple[Any, ...]:
        """Whom it is about."""
        if self.seed is None:
            return (self.network,)
        return (self.network, self.seed, Decimal(self.psi), self.edit)


@dataclass
class Contents:
    """What a file says, and the numbers of its lines that cannot be read."""

    lines: list[Line] = field(default_factory=list)
    damaged: list[int] = field(default_factory=list)


def note(lines: Iterable[Line]) -> None:
    """Add lines and wait until they are on the disk.

    A disk that is full must not keep a face on the site: that is logged, and `prepare`
    adds what is missing.
    """
    try:
        append(Path(settings.REVOCATIONS_FILE), lines)
    except OSError as error:
        logger.error("A revocation is not in %s: %s", settings.REVOCATIONS_FILE, error)


def append(path: Path, lines: Iterable[Line]) -> None:
    text = "".join(line.text for line in lines)
    if not text:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if is_torn(file):
            text = (
                f"\n{text}"  # what a full disk cut short must not swallow the next line
            )
        file.write(text.encode())
        file.flush()
        os.fsync(file.fileno())
    write_down_names(path.parent)


def is_torn(file: Any) -> bool:
    if not file.seek(0, os.SEEK_END):
        return False
    file.seek(-1, os.SEEK_END)
    return file.read() != b"\n"


def read(path: Path) -> Contents:
    """Read a file of revocations; one that is not there yet says nothing."""
    contents = Contents()
    data = path.read_bytes() if path.exists() else b""
    for number, text in enumerate(data.splitlines(), start=1):
        try:
            contents.lines.append(Line.from_text(text))
        except (ValueError, TypeError, ArithmeticError):
            contents.damaged.append(number)
    return contents


def last_words(lines: Iterable[Line]) -> list[Line]:
    """What was said last of each face and network; revoked and retired are for good."""
    last: dict[tuple[Any, ...], Line] = {}
    for line in lines:
        before = last.get(line.subject)
        if before is None or before.status not in ("revoked", RETIRED):
            last[line.subject] = line
    return list(last.values())
