"""How often each line was shown and shared: numbers of lines, nothing about visitors."""

import logging
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from threading import Lock

from django.db import DatabaseError, transaction
from django.db.models import Case, F, When

from texts.models import MessageTemplate

logger = logging.getLogger(__name__)


class ShownLines:
    """Counts in memory, saved whenever the process reads the texts anew.

    A submit is not slowed down by it and waits for no other; a process that is killed
    loses what it counted since.
    """

    def __init__(self) -> None:
        self._counts: Counter[int] = Counter()
        self._lock = Lock()

    def add(self, line_ids: Iterable[int]) -> None:
        with self._lock:
            self._counts.update(line_ids)

    def clear(self) -> None:
        self._counts.clear()

    def save(self) -> None:
        with self._lock:
            counts, self._counts = self._counts, Counter()
        try:
            add_up("times_shown", counts)
        except (
            DatabaseError
        ) as error:  # a busy database must not cost a visitor the page
            logger.warning("The counts of %s lines wait. %s", len(counts), error)
            self.add(counts.elements())


shown_lines = ShownLines()


def count_shared(line_ids: Iterable[int]) -> None:
    add_up("times_shared", Counter(line_ids))


def add_up(counter: str, counts: Mapping[int, int]) -> None:
    """Add to a counter of many lines in one UPDATE, which locks its rows for a moment only."""
    if not counts:
        return
    ids_by_number: dict[int, list[int]] = defaultdict(list)
    for pk, number in counts.items():
        ids_by_number[number].append(pk)
    cases = [When(pk__in=ids, then=number) for number, ids in ids_by_number.items()]
    with transaction.atomic():
        MessageTemplate.objects.filter(pk__in=list(counts)).update(
            **{counter: F(counter) + Case(*cases)}
        )
