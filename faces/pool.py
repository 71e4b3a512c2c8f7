"""Which faces are free: ids per cell in memory; the row itself is checked when picked."""

import random
import time
from array import array
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection

from faces.models import Face


class Cell(NamedTuple):
    gender: str
    age_bucket: str
    quality: str


COLUMNS = ["id", "key", *Cell._fields]


class Pool:
    """The ids of servable faces per cell, as read POOL_CACHE_SECONDS ago at most."""

    def __init__(self) -> None:
        self._read: dict[Cell, tuple[float, Sequence[int]]] = {}

    def ids(self, cell: Cell) -> Sequence[int]:
        now = time.monotonic()
        read_at, ids = self._read.get(cell, (0.0, None))
        if ids is None or now - read_at >= settings.POOL_CACHE_SECONDS:
            faces = Face.objects.servable().filter(**cell._asdict())
            ids = array("q", faces.values_list("pk", flat=True))
            self._read[cell] = (now, ids)
        return ids

    def clear(self) -> None:
        self._read.clear()


pool = Pool()


def pick(cells: Sequence[Cell], seen: Sequence[int], rng: random.Random) -> Face | None:
    """Return a random servable face of these cells, or None when there is none.

    `seen` are ids, the longest ago first. Every face not among them is as likely as any
    other; when there is none left, it is the one seen longest ago.
    """
    tried: set[int] = set()
    while True:
        face_id = draw_id([pool.ids(cell) for cell in cells], seen, tried, rng)
        if face_id is None:
            return None
        face = servable_face(face_id)
        if face and Cell(face.gender, face.age_bucket, face.quality) in cells:
            return face
        tried.add(face_id)
        pool.clear()


def servable_face(face_id: int) -> Face | None:
    """Read what matching needs of a face, if visitors may see it."""
    sql, params = servable_sql()
    with connection.cursor() as cursor:
        cursor.execute(sql, [*params, face_id])
        row = cursor.fetchone()
    return Face.from_db(connection.alias, COLUMNS, row) if row else None


@cache
def servable_sql() -> tuple[str, list[Any]]:
    """Compile servable() for one id, once: that costs ten times what the query does."""
    faces = Face.objects.servable().filter(pk=0).order_by()
    sql, params = faces.values(*COLUMNS).query.sql_with_params()
    return sql, list(params[:-1])


def draw_id(
    id_lists: Sequence[Sequence[int]],
    seen: Sequence[int],
    tried: set[int],
    rng: random.Random,
) -> int | None:
    total = sum(map(len, id_lists))
    unwanted = tried.union(seen)
    if total > 2 * len(unwanted):  # every second draw hits, so no list is built
        while (face_id := nth(id_lists, rng.randrange(total))) in unwanted:
            pass
        return face_id
    left = [face_id for ids in id_lists for face_id in ids if face_id not in tried]
    if unseen := [face_id for face_id in left if face_id not in unwanted]:
        return rng.choice(unseen)
    return min(left, key=seen.index, default=None)


def nth(id_lists: Sequence[Sequence[int]], n: int) -> int:
    """Return the n-th id of the lists laid end to end."""
    for ids in id_lists:
        if n < len(ids):
            return ids[n]
        n -= len(ids)
    raise IndexError(n)
