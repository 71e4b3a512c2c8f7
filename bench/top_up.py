"""Topping up the pool from end to end: drawn, screened, encoded and stored, against drawing alone.

Both draw with the default network in one process, in turns. Memory is watched over many
batches of a tiny network, where a leak would show soonest.
"""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
SCRATCH = tempfile.mkdtemp(prefix="bench-top-up-")
os.environ |= {
    "DJANGO_SETTINGS_MODULE": "config.settings",
    "DATABASE_URL": f"sqlite:///{SCRATCH}/db.sqlite3",
    "MEDIA_ROOT": f"{SCRATCH}/media",
    "REVOCATIONS_FILE": f"{SCRATCH}/revocations.jsonl",
    "REDIS_URL": "",
}

import django

django.setup()

import numpy as np
from django.core.management import CommandError, call_command
from tqdm import tqdm

from generator.arguments import DEFAULT_NETWORK
from generator.batches import Studio, draw_batch
from generator.devices import choose_device
from generator.errors import GeneratorError
from generator.models import SEEDS_PER_PICTURE, Batch
from generator.recipes import Recipe
from generator.registry import find_network
from generator.sampling import to_pixels

ROUNDS, FACES, MANY = 5, 8, 300
START_UP = 20
"""Batches after which memory should have settled."""


def megabytes() -> float:
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def new_batch(studio: Studio, first_seed: int, count: int) -> Batch:
    batch = Batch.objects.create(
        network=studio.network,
        gender="woman",
        age_bucket="30s",
        quality="good",
        psi="0.7",
        first_seed=first_seed,
        count=count,
    )
    batch.take("benchmark")
    return batch


def seconds(work: Callable[[], object]) -> np.ndarray:
    """By the clock, and of the CPU."""
    before = np.array([time.perf_counter(), time.process_time()])
    work()
    return np.array([time.perf_counter(), time.process_time()]) - before


def drawing_alone(studio: Studio, first_seed: int) -> np.ndarray:
    recipes = [Recipe("any", first_seed + i, 0.7) for i in range(FACES)]
    return seconds(lambda: [to_pixels(p) for p in studio.sampler.draw(recipes)])


def end_to_end(studio: Studio, first_seed: int) -> np.ndarray:
    batch = new_batch(studio, first_seed, FACES)
    taken = seconds(lambda: draw_batch(batch, lambda network_id: studio))
    assert batch.num_drawn == FACES
    return taken


def share_of_drawing(studio: Studio) -> None:
    drawing_alone(studio, 0), end_to_end(studio, 500_000)
    alone, whole = [], []
    for i in tqdm(range(ROUNDS), desc="In turns", unit="round"):
        alone.append(drawing_alone(studio, i * FACES))
        whole.append(end_to_end(studio, 600_000 + i * FACES * SEEDS_PER_PICTURE))
    shares = np.median(np.array(alone) / np.array(whole), axis=0)
    alone_rate, whole_rate = (
        60 * FACES / np.median(t, axis=0)[0] for t in (alone, whole)
    )
    print(f"on {studio.sampler.device}, at random (not steered)")
    print(f"drawing alone                       {alone_rate:6.1f} faces/min")
    print(f"drawn, screened, encoded and stored {whole_rate:6.1f} faces/min")
    print(f"share of the drawing rate  {shares[0]:.2f}   (goal: at least 0.6)")
    print(f"share of the CPU's time    {shares[1]:.2f}")


def memory(studio: Studio) -> None:
    """Memory over many small batches, the real screening networks among them."""
    from tests.generator.small import make_small_network, open_small_studio

    small = open_small_studio(make_small_network(resolution=256).pk, studio.screener)
    sizes = []
    for i in tqdm(range(MANY), desc="Many batches", unit="batch"):
        draw_batch(
            new_batch(small, 100_000 + 2 * i * SEEDS_PER_PICTURE, 2),
            lambda network_id: small,
        )
        sizes.append(megabytes())
    growth = sizes[-1] / sizes[START_UP] - 1
    print(
        f"memory after {START_UP} batches {sizes[START_UP]:.0f} MB, after {MANY} "
        f"{sizes[-1]:.0f} MB: {growth:+.1%}   (goal: at most +5 %)"
    )


def main() -> None:
    call_command("migrate", verbosity=0)
    try:
        call_command("fetch_weights")
        call_command("fetch_weights", screening=True)
        network = find_network(DEFAULT_NETWORK)
        studio = Studio.open(network.pk, choose_device())
    except (CommandError, GeneratorError) as error:
        print(f"Skipped: {error}")
        return
    studio = replace(studio, steering=None)
    share_of_drawing(studio)
    memory(studio)


if __name__ == "__main__":
    try:
        main()
    finally:
        shutil.rmtree(SCRATCH)
