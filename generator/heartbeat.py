"""A worker's sign of life: for the admin, and for the lease of the batch it draws."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import torch
from django.db import DatabaseError, connection
from django.utils import timezone

from generator.models import Batch, Worker

logger = logging.getLogger(__name__)

SECONDS_BETWEEN_BEATS = 5
SECONDS_BETWEEN_SIGNS = 15
"""Of a worker that may have nothing to draw: a quarter of what counts as silence."""


def stay_alive(name: str, device: torch.device) -> None:
    """Say that a worker is there for as long as its process lives."""
    say = partial(beat, name, device, 0, "")  # the one before it may have died drawing
    while True:
        try:
            say()
            say = partial(sign, name, device)
        except DatabaseError:
            logger.exception("The sign of life of %s was not written.", name)
        connection.close()  # the thread's own; a broken one would stay broken
        time.sleep(SECONDS_BETWEEN_SIGNS)


def sign(name: str, device: torch.device) -> None:
    """Leave alone what a heartbeat says of the batch at hand."""
    Worker.objects.filter(name=name).update(
        seen_at=timezone.now(), free_megabytes=free_megabytes(device)
    )


@contextmanager
def heartbeat(
    name: str, device: torch.device, batch: Batch
) -> Iterator[Callable[[], None]]:
    """Beat in a thread until the batch is over; gives what to call for each picture."""
    num_drawn, started, is_over = 0, time.monotonic(), threading.Event()

    def on_picture() -> None:
        nonlocal num_drawn
        num_drawn += 1

    def rate() -> float | None:
        if not num_drawn:
            return None
        return num_drawn / (time.monotonic() - started) * 60

    def run() -> None:
        while not is_over.wait(SECONDS_BETWEEN_BEATS):
            try:
                batch.extend_lease()
                beat(name, device, rate(), f"{batch}: {num_drawn} drawn")
            except DatabaseError:
                logger.exception("The heartbeat of %s was not written.", name)
                connection.close()  # it would stay broken
        connection.close()  # the thread's own

    beat(name, device, None, str(batch))
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield on_picture
    finally:
        is_over.set()
        thread.join()
        beat(name, device, rate(), "")


def beat(
    name: str, device: torch.device, faces_per_minute: float | None, doing: str
) -> None:
    """Write a sign of life; without a rate, the one of the batch before stays."""
    facts = {
        "device": device_name(device),
        "free_megabytes": free_megabytes(device),
        "doing": doing[:200],
        "seen_at": timezone.now(),
    }
    if faces_per_minute is not None:
        facts["faces_per_minute"] = round(faces_per_minute, 1)
    Worker.objects.update_or_create(name=name, defaults=facts)


def device_name(device: torch.device) -> str:
    if device.type == "cpu":
        return f"CPU, {torch.get_num_threads()} threads"
    return torch.cuda.get_device_name(device)


def free_megabytes(device: torch.device) -> int:
    if device.type == "cuda":
        return torch.cuda.mem_get_info(device)[0] // 10**6
    try:
        with open("/proc/meminfo") as file:
            facts = dict(line.split(":") for line in file)
        return int(facts["MemAvailable"].split()[0]) * 1024 // 10**6
    except (OSError, KeyError):
        return 0  # not Linux
