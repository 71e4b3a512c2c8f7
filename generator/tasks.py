"""What workers do when the bell rings. torch is imported inside, after the fork."""

import logging
import os
import socket
from collections.abc import Iterable
from functools import cache
from threading import Thread
from typing import TYPE_CHECKING

from celery import current_app, shared_task
from celery.signals import worker_process_init

from generator.errors import GeneratorError
from generator.models import Batch, Sample
from generator.planning import order_batches

if TYPE_CHECKING:
    from generator.batches import Studio

logger = logging.getLogger(__name__)

QUEUE = "gpu"


@worker_process_init.connect
def start_beating(**options: object) -> None:
    """Let the admin see a worker from its start on, whether there is anything to draw."""
    if QUEUE in current_app.amqp.queues.consume_from:
        Thread(target=stay_alive, daemon=True).start()


def stay_alive() -> None:
    from generator import heartbeat
    from generator.devices import choose_device

    heartbeat.stay_alive(worker_name(), choose_device())


def worker_name() -> str:
    return f"{socket.gethostname()} {os.getppid()}"  # the child's number changes


@shared_task
def draw_batch(batch_id: int) -> None:
    """Draw a batch, unless another worker has it or it is over."""
    from generator.batches import draw_batch as draw
    from generator.devices import choose_device
    from generator.heartbeat import heartbeat

    batch = Batch.objects.select_related("network").get(pk=batch_id)
    worker = worker_name()
    if batch.take(worker):
        with heartbeat(worker, choose_device(), batch) as on_picture:
            draw(batch, open_studio, on_picture)


@shared_task
def draw_sample(sample_id: int) -> None:
    """Draw the sheet that an operator asked for."""
    from generator.devices import choose_device
    from generator.samples import draw_sheet_of

    for sample in Sample.objects.filter(pk=sample_id):
        if sample.begin(worker_name()):
            draw_sheet_of(sample, choose_device())


@cache
def open_studio(network_id: int) -> "Studio":
    """Load a network and the screening ones, once in a worker's life."""
    from generator.batches import Studio
    from generator.devices import choose_device

    return Studio.open(network_id, choose_device())


@shared_task
def top_up_pool() -> None:
    """Order what the pool lacks."""
    try:
        batches = order_batches()
    except GeneratorError as error:
        logger.info("Nothing is ordered: %s", error)
    else:
        ring(batches)


@shared_task
def ring_forgotten() -> None:
    """Ring for open batches nobody holds and samples, once the queue has run dry.

    A message can be lost, with its worker or with all of Redis. One too many does no
    harm: a batch is taken once.
    """
    if queue_length() == 0:
        for sample in Sample.objects.forgotten():
            draw_sample.apply_async([sample.pk])
        ring(Batch.objects.forgotten().rested().order_by("pk"))


def ring(batches: Iterable[Batch]) -> None:
    for batch in batches:
        draw_batch.apply_async([batch.pk])


def queue_length() -> int:
    with current_app.connection_for_read() as connection:
        return connection.default_channel.client.llen(QUEUE)
