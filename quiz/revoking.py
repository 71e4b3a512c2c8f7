"""Which faces an operator means, and where others may have copied them to."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.conf import settings

from faces.files import PUBLIC_SIZES
from faces.lookalikes import Lookalike, faces_in, faces_like
from faces.models import Face
from quiz.models import Result, ResultQuerySet

MAX_LINES = 100

NAMES = {
    r"(?:.*/r/)?([A-Za-z0-9_-]{22})(?:[/?#].*)?": "results__code",
    r"(?:.*/f/)?([A-Za-z0-9_-]{11})(?:[/?#].*)?": "key",
    r".*/admin/faces/face/([0-9]{1,18})/.*": "pk",
    r"([0-9a-f]{64})": "picture_sha256",
}
"""What a line may be, and the column that is in it."""
PERCEPTUAL_HASH = r"[0-9a-f]{16}"


@dataclass
class Candidate:
    face: Face
    bits: int = 0
    """How many of 64 bits its look differs in; 0 for one that was named."""
    is_named: bool = True

    @property
    def num_results(self) -> int:
        return Result.objects.of_faces([self.face.pk]).count()

    @property
    def is_gone(self) -> bool:
        """Whether there is nothing left to revoke."""
        return self.face.status in (Face.Status.REJECTED, Face.Status.REVOKED)


@dataclass
class Found:
    candidates: dict[int, Candidate] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    """Lines that name nobody."""

    def add_named(self, face: Face) -> None:
        self.candidates[face.pk] = Candidate(face)

    def add_lookalikes(self, lookalikes: Iterable[Lookalike]) -> None:
        for face, bits in lookalikes:
            self.candidates.setdefault(face.pk, Candidate(face, bits, is_named=False))


def find(text: str, picture: bytes | None = None) -> Found:
    """Find faces by lines of addresses, codes, keys and hashes, and by a picture.

    PictureError when the picture is none.
    """
    found = Found()
    for line in filter(None, map(str.strip, text.splitlines())):
        if re.fullmatch(PERCEPTUAL_HASH, line):
            found.add_lookalikes(faces_like(line))
        elif face := named(line):
            found.add_named(face)
        else:
            found.unknown.append(line)
    if picture:
        found.add_lookalikes(faces_in(picture))
    return found


def named(line: str) -> Face | None:
    for pattern, column in NAMES.items():
        match = re.fullmatch(pattern, line)
        if match and (face := Face.objects.filter(**{column: match[1]}).first()):
            return face
    return None


def chosen(pks: Iterable[int]) -> Found:
    """The faces of these keys, as if they had been named."""
    found = Found()
    for face in Face.objects.filter(pk__in=list(pks)):
        found.add_named(face)
    return found


def addresses(
    faces: Iterable[Face], results: ResultQuerySet
) -> Iterator[tuple[str, str]]:
    """Every public address that showed the faces: what it was, and where."""
    codes = results.order_by("pk").values_list("code", flat=True)
    for code in codes.iterator(chunk_size=2000):
        result = Result(code=code)
        yield "result page", settings.SITE_URL + result.get_absolute_url()
        yield "card", settings.SITE_URL + result.card_url
    for face in faces:
        for size in PUBLIC_SIZES:
            yield "picture", settings.SITE_URL + face.picture_url(size)


def csv_lines(rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    """A CSV file line by line: a network may have drawn for a hundred thousand results."""
    yield "what,address\r\n"
    for what, address in rows:
        yield f"{what},{address}\r\n"  # addresses hold neither commas nor quotes
