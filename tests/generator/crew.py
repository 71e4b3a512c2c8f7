"""Real workers on the database of the tests, to be killed."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.db import connection
from PIL import Image

from faces.files import has_pictures
from faces.models import Face
from generator.models import Batch
from tests.generator.small import make_batch, make_small_network
from tests.services import stop_with_parent

on_sqlite_only = pytest.mark.skipif(
    connection.vendor != "sqlite", reason="would show the same on another database"
)

WORKER = ["worker", "--loglevel", "INFO", "--without-gossip", "--without-mingle"]
PARTS = {  # as in deploy/make_worker.sh
    "gpu": [*WORKER, "--queues", "gpu", "--pool", "prefork", "--concurrency", "1"],
    "planner": [*WORKER, "--queues", "planner", "--pool", "solo"],
    "beat": ["beat"],
}


@contextmanager
def nest(folder, redis_url):
    """The process that all parts of crews are forked from."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.generator.chaos_worker"],
        cwd=settings.BASE_DIR,
        env={
            **os.environ,
            "DATABASE_URL": database_url(),
            "MEDIA_ROOT": str(folder / "media"),
            "OMP_NUM_THREADS": "1",
            "REDIS_URL": redis_url,
            "VAR_DIR": str(folder),
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=stop_with_parent,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


class Crew:
    """Parts of `make worker`, each the leader of a process group."""

    def __init__(self, nest, folder, **chaos):
        self.nest = nest
        self.folder = folder
        self.chaos = {"folder": str(folder), **chaos}
        self.started = []

    def start(self, part):
        """Start a part; gives its process id."""
        name = [] if part == "beat" else ["--hostname", f"{len(self.started)}@%h"]
        return self.run(*PARTS[part], *name)

    def ring(self, batch):
        self.run("call", "generator.tasks.draw_batch", f"--args=[{batch.pk}]")

    def run(self, *words):
        log = self.folder / f"{len(self.started)}-{words[0]}.log"
        line = json.dumps([self.chaos, str(log), ["--quiet", *words]])
        self.nest.stdin.write(f"{line}\n")
        self.nest.stdin.flush()
        self.started.append(int(self.nest.stdout.readline()))
        return self.started[-1]

    def stop(self):
        for pid in self.started:
            kill_group(pid)
        wait_for(lambda: not any(map(is_alive, self.started)))
        self.started.clear()
        for log in sorted(self.folder.glob("*.log")):  # shown when the test fails
            sys.stderr.write(f"== {log.name}\n{log.read_text()}\n")

    def draw_at_once(self, batch):
        """Have two workers ready, ring both, and wait until they are done."""
        for worker in [self.start("gpu"), self.start("gpu")]:
            self.child_of(worker)
        self.ring(batch)
        self.ring(batch)
        wait_for(self.num_drawn)
        before = 0
        while before != (before := self.num_drawn()):
            time.sleep(1.5)

    def num_drawn(self):
        """Pictures that were drawn and screened, stored or not."""
        file = self.folder / "drawn"
        return len(file.read_text().splitlines()) if file.exists() else 0

    def child_of(self, worker):
        file = self.folder / f"child-of-{worker}"
        wait_for(lambda: file.exists() and file.read_text())
        return int(file.read_text())


def kill(pid):
    os.kill(pid, signal.SIGKILL)


def kill_group(pid):
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def name_of(worker):
    """How a worker signs the batches it takes."""
    return f"{socket.gethostname()} {worker}"


def database_url():
    """The database of the tests, for other processes."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))


def wait_for(is_so, seconds=60):
    """Return what it says, once that is true; fails when that takes too long."""
    give_up_at = time.monotonic() + seconds
    while not (answer := is_so()):
        assert time.monotonic() < give_up_at, f"not within {seconds} seconds"
        time.sleep(0.02)
    return answer


def make_batches(num, count):
    network = make_small_network()
    first_seeds = range(100_000, 100_000 + 1_000 * num, 1_000)
    return [make_batch(network, first_seed=seed, count=count) for seed in first_seeds]


def all_done():
    return not Batch.objects.open().exists()


def assert_nothing_is_half(batch=None):
    """Every kept face (of a batch) has all its pictures, and none is cut short."""
    kept = Face.objects.filter(status="unrated")
    if batch:
        kept = kept.filter(seed__in=batch.seeds)
    assert all(has_pictures(face.picture_sha256) for face in kept)
    for path in settings.MEDIA_ROOT.rglob("*.*"):
        if path.suffix != ".tmp":
            with Image.open(path) as picture:
                picture.load()
