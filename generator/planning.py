"""Reads the pool's state from the database and turns the plan into Batch rows."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Count, F, Max, Sum
from django.utils import timezone

from faces.models import Face, FaceQuerySet, Network
from faces.pool import Cell
from generator.disk import check_room
from generator.errors import GeneratorError
from generator.models import SEEDS_PER_PICTURE, Batch, Target, TopUpSettings
from generator.recipes import MAX_SEED
from generator.tones import OF_TONE
from generator.top_up import CellState, Order, plan_top_up, with_tones

FIRST_SEED = 100_000
"""Below are the seeds that people type."""
BYTES_PER_FACE = 300_000
"""More than all sizes of a face take on the disk."""


def pool_state() -> dict[Cell, CellState]:
    """Every cell that has a target, as the database knows it now."""
    unrated = Face.objects.filter(status=Face.Status.UNRATED)
    servable = count_faces(Face.objects.servable(), "")
    awaiting = count_faces(unrated, "proposed_")
    to_draw = count_pictures(Batch.objects.open())
    drawn = {
        Cell(row["gender"], row["age_bucket"], row["quality"]): row
        for row in Batch.objects.order_by()
        .values("gender", "age_bucket", "quality")
        .annotate(drawn=Sum("num_drawn"), in_cell=Sum("num_in_cell"))
    }
    state = {}
    for target in Target.objects.all():
        cell = Cell(target.gender, target.age_bucket, target.quality)
        state[cell] = CellState(
            wanted=target.wanted,
            servable=servable[cell]["faces"],
            awaiting=awaiting[cell]["faces"],
            to_draw=to_draw[cell].total(),
            num_drawn=drawn[cell]["drawn"] if cell in drawn else 0,
            num_in_cell=drawn[cell]["in_cell"] if cell in drawn else 0,
            tones=servable[cell] + awaiting[cell],
            tones_to_draw=to_draw[cell],
        )
    return state


def count_faces(faces: FaceQuerySet, prefix: str) -> dict[Cell, Counter[str]]:
    """How many `faces` each cell has, and how many of each skin tone."""
    fields = [f"{prefix}{name}" for name in ("gender", "age_bucket", "quality")]
    counts = {"faces": Count("pk")} | count_by_tone()
    found: defaultdict[Cell, Counter[str]] = defaultdict(Counter)
    for row in faces.order_by().values(*fields).annotate(**counts):
        cell = Cell(*(row[name] for name in fields))
        found[cell] = Counter({name: row[name] for name in counts})
    return found


def count_by_tone() -> dict[str, Count]:
    return {tone: Count("pk", filter=of_tone) for tone, of_tone in OF_TONE.items()}


def count_pictures(batches: Iterable[Batch]) -> dict[Cell, Counter[str]]:
    """What is still to be drawn for each cell, by the skin tone asked for."""
    found: defaultdict[Cell, Counter[str]] = defaultdict(Counter)
    for batch in batches:
        cell = Cell(batch.gender, batch.age_bucket, batch.quality)
        found[cell].update(batch.tones[batch.num_drawn :])
    return found


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
    cells = pool_state()
    orders = with_tones(plan_top_up(cells, chosen.batch_size, most), cells, chosen.mix)
    num_pictures = sum(order.count for order in orders)
    check_room(settings.MEDIA_ROOT, num_pictures * BYTES_PER_FACE)
    return orders


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
        skin_tones=list(order.tones),
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
