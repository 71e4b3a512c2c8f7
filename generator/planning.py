"""Reads the pool's state from the database and turns the plan into Batch rows."""

import shutil
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Count, F, Max, Sum
from django.utils import timezone

from faces.models import Face, FaceQuerySet, Network
from faces.pool import Cell
from generator.errors import GeneratorError
from generator.models import SEEDS_PER_PICTURE, Batch, Target, TopUpSettings
from generator.recipes import MAX_SEED
from generator.top_up import CellState, Order, plan_top_up

FIRST_SEED = 100_000
"""Below are the seeds that people type."""
SPARE_BYTES = 1_000_000_000
BYTES_PER_FACE = 300_000
"""More than all sizes of a face take on the disk."""


def pool_state() -> dict[Cell, CellState]:
    """Every cell that has a target, as the database knows it now."""
    servable = count_faces(Face.objects.servable(), "")
    awaiting = count_faces(Face.objects.filter(status=Face.Status.UNRATED), "proposed_")
    drawn = {
        Cell(row["gender"], row["age_bucket"], row["quality"]): row
        for row in Batch.objects.order_by()
        .values("gender", "age_bucket", "quality")
        .annotate(drawn=Sum("num_drawn"), in_cell=Sum("num_in_cell"))
    }
    to_draw = {
        Cell(row["gender"], row["age_bucket"], row["quality"]): row["left"]
        for row in Batch.objects.open()
        .order_by()
        .values("gender", "age_bucket", "quality")
        .annotate(left=Sum(F("count") - F("num_drawn")))
    }
    state = {}
    for target in Target.objects.all():
        cell = Cell(target.gender, target.age_bucket, target.quality)
        state[cell] = CellState(
            wanted=target.wanted,
            servable=servable.get(cell, 0),
            awaiting=awaiting.get(cell, 0),
            to_draw=to_draw.get(cell, 0),
            num_drawn=drawn[cell]["drawn"] if cell in drawn else 0,
            num_in_cell=drawn[cell]["in_cell"] if cell in drawn else 0,
        )
    return state


def count_faces(faces: FaceQuerySet, prefix: str) -> dict[Cell, int]:
    fields = [f"{prefix}{name}" for name in ("gender", "age_bucket", "quality")]
    rows = faces.order_by().values_list(*fields).annotate(Count("pk"))
    return {Cell(*names): count for *names, count in rows}


def plan() -> list[Order]:
    """What a top-up would order now; GeneratorError with the reason if it may not."""
    chosen = TopUpSettings.get()
    network = chosen.network
    if chosen.is_paused:
        raise GeneratorError("Topping up is paused in the admin.")
    if network and network.is_retired:
        raise GeneratorError(
            f"{network} is retired: choose another one in the top-up settings."
        )
    if network is None or network.subject != "faces" or not network.weights_sha256:
        raise GeneratorError(
            "Choose a network in the top-up settings: one that draws faces and whose "
            "weights are here (fetch_weights brings the default one)."
        )
    hour_ago = timezone.now() - timedelta(hours=1)
    recent = Batch.objects.filter(created_at__gt=hour_ago)
    ordered = recent.aggregate(total=Sum("count"))["total"] or 0
    most = min(chosen.max_per_run, max(0, chosen.max_per_hour - ordered))
    orders = plan_top_up(pool_state(), chosen.batch_size, most)
    check_disk(sum(order.count for order in orders))
    return orders


def check_disk(num_pictures: int) -> None:
    settings.MEDIA_ROOT.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(settings.MEDIA_ROOT).free
    if num_pictures and free < num_pictures * BYTES_PER_FACE + SPARE_BYTES:
        raise GeneratorError(
            f"The disk has only {free / 1e9:.1f} GB left for {num_pictures} pictures: "
            "nothing is ordered."
        )


@transaction.atomic
def order_batches() -> list[Batch]:
    """Write the plan down as batches. Two at a time order no more than one would."""
    TopUpSettings.objects.get_or_create(pk=1)
    TopUpSettings.objects.select_for_update().get()
    chosen = TopUpSettings.get()
    return [create_batch(order, chosen) for order in plan()]


def create_batch(order: Order, chosen: TopUpSettings) -> Batch:
    network = chosen.network
    assert network is not None, "plan() has refused to go on without"
    is_trainwreck = order.cell.quality == Face.Quality.TRAINWRECK
    return Batch.objects.create(
        network=network,
        gender=order.cell.gender,
        age_bucket=order.cell.age_bucket,
        quality=order.cell.quality,
        psi=chosen.trainwreck_psi if is_trainwreck else chosen.psi,
        first_seed=next_seed(network, order.count),
        count=order.count,
    )


def next_seed(network: Network, count: int) -> int:
    """The first of the seeds for `count` pictures that nothing else has used."""
    end = F("first_seed") + F("count") * SEEDS_PER_PICTURE
    batches = Batch.objects.filter(network=network).aggregate(end=Max(end))["end"] or 0
    faces = network.face_set.aggregate(last=Max("seed"))["last"] or 0
    seed = max(FIRST_SEED, batches, faces + 1)
    if seed + count * SEEDS_PER_PICTURE - 1 > MAX_SEED:
        raise GeneratorError(f"{network} has used up its seeds.")
    return seed
