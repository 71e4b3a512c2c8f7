import os
import socket
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand
from django.db.models import Sum
from tqdm import tqdm

from generator.arguments import add_device
from generator.errors import in_plain_words
from generator.models import Batch

if TYPE_CHECKING:
    from generator.top_up import Order


class Command(BaseCommand):
    help = (
        "Draw what the pool lacks, in this process: no Redis, no workers. Targets and "
        "limits are in the admin under Generator. What is drawn waits for the panel; "
        "nothing is approved. After Ctrl-C the same command goes on."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--dry-run", action="store_true", help="show the plan and change nothing"
        )
        add_device(parser)

    @in_plain_words
    def handle(self, *args: object, **options: Any) -> None:
        from generator.planning import order_batches, plan

        if options["dry_run"]:
            self.show_plan(plan())
            return
        order_batches()
        batches = list(Batch.objects.forgotten().order_by("pk"))
        if not batches:
            self.stdout.write(
                "Nothing to draw now: the pool lacks nothing, others draw the rest, or "
                "the limit per hour is reached."
            )
            return
        self.draw(batches, options["device"])

    def show_plan(self, orders: "list[Order]") -> None:
        pictures: Counter[Any] = Counter()
        for order in orders:
            pictures[order.cell] += order.count
        for cell, count in pictures.items():
            self.stdout.write(f"{', '.join(cell):<32}{count:>6} pictures")
        self.stdout.write(
            f"{len(orders)} batches, {pictures.total()} pictures would be drawn."
        )

    def draw(self, batches: list[Batch], device_name: str) -> None:
        from generator.batches import Studio, draw_batch
        from generator.devices import choose_device
        from generator.heartbeat import heartbeat

        device = choose_device(device_name)
        worker = f"{socket.gethostname()} {os.getpid()}"
        open_studio = cache(lambda network_id: Studio.open(network_id, device))
        total = sum(batch.count - batch.num_drawn for batch in batches)
        with tqdm(desc="Drawing", total=total, unit="face") as bar:
            for batch in batches:
                if batch.take(worker):
                    with (
                        heartbeat(worker, device, batch) as on_picture,
                        given_back_after_ctrl_c(batch),
                    ):
                        draw_batch(batch, open_studio, both(on_picture, bar.update))
                bar.set_postfix_str(str(batch))
        kept = Batch.objects.filter(pk__in=[batch.pk for batch in batches])
        sums = kept.aggregate(kept=Sum("num_kept"), rejected=Sum("num_rejected"))
        self.stdout.write(
            f"{sums['kept']} faces wait for the panel, {sums['rejected']} were rejected."
        )


@contextmanager
def given_back_after_ctrl_c(batch: Batch) -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        batch.give_back(0, "Stopped.", is_its_fault=False)
        raise


def both(*calls: Callable[[], object]) -> Callable[[], None]:
    def call_all() -> None:
        for call in calls:
            call()

    return call_all
