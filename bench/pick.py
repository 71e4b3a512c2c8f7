"""The cost of picking a face from a pool of 1,000,000, against one of 1,000."""

import os
import random
import statistics
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

SIZES = [1_000, 1_000_000]
ROUNDS = 15
PICKS = 400


COPIES = """
WITH RECURSIVE copies(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM copies WHERE n < %s)
INSERT INTO faces_face (key, seed, picture_sha256, network_id, psi, edit, drawn_on, scores,
    phash, proposed_gender, proposed_age_bucket, proposed_quality,
    status, gender, age_bucket, adult, quality, problem, review)
SELECT n, n, n, network_id, psi, edit, drawn_on, scores,
    phash, proposed_gender, proposed_age_bucket, proposed_quality,
    status, gender, age_bucket, adult, quality, problem, review
FROM copies, faces_face
"""


def prepare(folder: str, size: int) -> None:
    """A database with that many approved women in their thirties."""
    from django.core.management import call_command
    from django.db import connection

    from faces.models import Face, Network

    use(folder, size)
    call_command("migrate", verbosity=0)
    Face.objects.create(
        network=Network.objects.create(name="n", sha256="n", resolution=1),
        seed=0,
        psi=1,
        drawn_on=date(2026, 1, 1),
        status="approved",
        gender="woman",
        age_bucket="30s",
        adult="yes",
        quality="good",
        problem="none",
        review="shipped",
    )
    with connection.cursor() as cursor:
        cursor.execute(COPIES, [size - 1])


def use(folder: str, size: int) -> None:
    from django.db import connection

    from faces.pool import pool

    connection.close()
    connection.settings_dict["NAME"] = f"{folder}/{size}.sqlite3"
    pool.clear()


def cpu_per_pick(rng: random.Random) -> float:
    from faces.pool import Cell, pick

    cell = [Cell("woman", "30s", "good")]
    seen = [face.pk for face in (pick(cell, [], rng) for _ in range(100)) if face]
    start = time.process_time()
    for _ in range(PICKS):
        assert pick(cell, seen, rng)
    return (time.process_time() - start) / PICKS


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DEBUG": "0",
            "SECRET_KEY": "for-benchmarks-only",
            "VAR_DIR": folder,
            "POOL_CACHE_SECONDS": "3600",
        }
        import django

        django.setup()
        for size in SIZES:
            prepare(folder, size)
        times: dict[int, list[float]] = {size: [] for size in SIZES}
        for _ in range(ROUNDS):
            for size in SIZES:
                use(folder, size)
                times[size].append(cpu_per_pick(random.Random(1)))
    small, large = (statistics.median(times[size]) for size in SIZES)
    print(f"pick from     1,000   {small * 1e6:7.0f} µs of CPU")
    print(f"pick from 1,000,000   {large * 1e6:7.0f} µs of CPU")
    print(f"ratio                 {large / small:7.2f}   (goal: at most 2)")


if __name__ == "__main__":
    main()
