"""config.celery for tests that kill workers: draws with a tiny network, and slowly.

Forks a process for each line of its input: importing torch each time would take longer
than the tests. A line says how to draw, which guard to leave out and, in the words of
the `celery` command, what to run.
"""

import json
import os
import signal
import sys
import time
from datetime import timedelta
from pathlib import Path

import django
from celery.concurrency.asynpool import AsynPool
from celery.signals import worker_process_init

from config.celery import app

django.setup()

from generator import heartbeat, models, planning, samples, tasks  # noqa: E402
from generator.models import Batch, BatchQuerySet, TopUpSettings  # noqa: E402
from generator.screening import Screener  # noqa: E402
from tests.generator.small import HashScreener  # noqa: E402
from tests.services import stop_with_parent  # noqa: E402

TOP_UP, RECONCILER = "top up the pool", "ring again for forgotten batches"


class SlowScreener(HashScreener):
    """Takes its time, and writes down that it saw a picture."""

    def __init__(self, folder, seconds_per_picture=0, is_deadly=False):
        super().__init__()
        self.log = folder / "drawn"
        self.seconds_per_picture = seconds_per_picture
        self.is_deadly = is_deadly

    def screen(self, pixels):
        if self.is_deadly:
            die()
        time.sleep(self.seconds_per_picture)
        with self.log.open("a") as log:
            log.write("drawn\n")
        return super().screen(pixels)


def die(*args):
    os.kill(os.getpid(), signal.SIGKILL)


def slowly(read_plan, seconds):
    """A plan that has time to become untrue."""

    def read():
        orders = read_plan()
        time.sleep(seconds)
        return orders

    return read


def order_without_lock():
    orders = planning.plan()
    return [planning.create_batch(order, TopUpSettings.get()) for order in orders]


def rig(
    folder,
    without=(),
    lease=20,
    period=5,
    time_limit=240,
    seconds_per_plan=0,
    **screening,
):
    folder = Path(folder)
    heartbeat.SECONDS_BETWEEN_SIGNS = 0.2
    planning.plan = slowly(planning.plan, seconds_per_plan)
    if screening.get("is_deadly"):
        samples.draw = die
    Screener.load = classmethod(lambda cls, device: SlowScreener(folder, **screening))
    models.LEASE = timedelta(seconds=lease)
    app.conf.task_time_limit = time_limit
    # Celery misses the end of one child in four, and looks around every 5 seconds.
    AsynPool.timers = property(lambda pool: {pool.maintain_pool: 0.2})
    app.conf.beat_schedule[TOP_UP]["schedule"] = 1
    app.conf.beat_schedule[RECONCILER]["schedule"] = period
    if "lease" in without:
        BatchQuerySet.free_for = lambda batches, worker: batches.open()
        Batch.mine = lambda batch: Batch.objects.filter(pk=batch.pk)
    if "late acks" in without:
        app.conf.task_acks_late = app.conf.task_reject_on_worker_lost = False
    if "lock" in without:
        tasks.order_batches = order_without_lock
    if "reconciler" in without:
        del app.conf.beat_schedule[RECONCILER]

    @worker_process_init.connect(weak=False)
    def say_who_draws(**kwargs):
        (folder / f"child-of-{os.getppid()}").write_text(str(os.getpid()))


def run(chaos, log, words):
    os.setsid()
    stop_with_parent()
    rig(**chaos)
    os.write(1, b"%d\n" % os.getpid())
    null, file = (
        os.open(os.devnull, os.O_RDONLY),
        os.open(log, os.O_WRONLY | os.O_CREAT),
    )
    for old, new in [(null, 0), (file, 1), (file, 2)]:
        os.dup2(old, new)
    app.start(words)


if __name__ == "__main__":
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them
    for line in sys.stdin:
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            run(*json.loads(line))
            break
