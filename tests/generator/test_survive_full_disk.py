"""The disk is full at each write in turn."""

import errno
import os
import signal
import time
from itertools import count

import pytest
from django.db import OperationalError, connection
from django.utils import timezone
from PIL import UnidentifiedImageError

from faces.files import save_pictures
from faces.models import Face
from generator import batches
from generator.batches import draw_batch, store
from generator.models import MAX_ATTEMPTS, Batch
from tests.generator.crew import assert_nothing_is_half, on_sqlite_only
from tests.generator.small import (
    HashScreener,
    KeepsAll,
    make_batch,
    make_small_network,
    open_small_studio,
)
from tests.make import make_picture

pytestmark = pytest.mark.django_db
DJANGOS_OWN = {"default": {"BACKEND": "django.core.files.storage.FileSystemStorage"}}


class Disk:
    """Lets a number of writes succeed; of the data in the first that fails, half."""

    def __init__(self, monkeypatch):
        self.num_writes = 0
        self.room = None
        for name in ("mkdir", "open", "fsync", "chmod", "replace"):
            monkeypatch.setattr(os, name, self.guarded(getattr(os, name)))
        fdopen = os.fdopen
        monkeypatch.setattr(
            os, "fdopen", lambda *args, **kw: FileOn(self, fdopen(*args, **kw))
        )

    def guarded(self, call):
        def write(*args, **options):
            self.write()
            return call(*args, **options)

        return write

    def write(self):
        if self.num_writes == self.room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self.num_writes += 1

    def fill_after(self, room):
        self.num_writes, self.room = 0, room


class FileOn:
    def __init__(self, disk, file):
        self.disk, self.file = disk, file

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.file.close()

    def __getattr__(self, name):
        return getattr(self.file, name)

    def write(self, data):
        try:
            self.disk.write()
        except OSError:
            self.file.write(data[: len(data) // 2])
            raise
        return self.file.write(data)


@pytest.fixture
def disk(monkeypatch, folder):
    return Disk(monkeypatch)


def draw(batch, screener):
    assert batch.take("a worker")
    draw_batch(batch, lambda network_id: open_small_studio(network_id, screener))


@on_sqlite_only
def test_a_disk_that_is_full_at_any_write_loses_nothing(disk, folder, settings):
    network = make_small_network()
    for point in count():
        settings.MEDIA_ROOT = folder / f"media{point}"
        first_seed = 100_000 + 1_000 * point
        batch = make_batch(network, first_seed=first_seed, count=2)
        if not is_cut_short(batch, disk, point):
            break
        assert batch.status == "waiting"
        assert batch.last_error == "No space left on device"
        assert_nothing_is_half(batch)
        assert not list(folder.rglob("*.tmp"))

        draw(batch, KeepsAll())

        assert batch.status == "done"
        assert_nothing_is_half(batch)
    assert point > 50
    assert Face.objects.count() == 2 * (point + 1)


def is_cut_short(batch, disk, point):
    disk.fill_after(point)
    try:
        draw(batch, KeepsAll())
    except OSError:
        return True
    finally:
        disk.fill_after(None)
    return False


def test_djangos_own_storage_would_show_half_a_picture(disk, folder, settings):
    settings.STORAGES = settings.STORAGES | DJANGOS_OWN
    network = make_small_network()
    for point in range(12):
        batch = make_batch(network, first_seed=100_000 + 1_000 * point, count=1)
        assert is_cut_short(batch, disk, point)

    with pytest.raises((UnidentifiedImageError, OSError)):
        assert_nothing_is_half()


def test_a_row_before_its_files_would_stay_without_them(disk, folder, monkeypatch):
    waiting = {}

    def save_later(image, sha256, description):
        waiting[sha256] = image

    def store_first(drawn, batch):
        store(drawn, batch)
        save_pictures(waiting[drawn.sha256], drawn.sha256, "")

    monkeypatch.setattr(batches, "save_pictures", save_later)
    monkeypatch.setattr(batches, "store", store_first)
    batch = make_batch(make_small_network(), count=1)
    assert is_cut_short(batch, disk, 5)

    draw(batch, KeepsAll())

    assert batch.status == "done"
    with pytest.raises(AssertionError):
        assert_nothing_is_half(batch)


def test_a_disk_that_stays_full_fails_no_batch(disk, folder):
    batch = make_batch(make_small_network())
    disk.fill_after(0)

    for _ in range(MAX_ATTEMPTS + 1):
        with pytest.raises(OSError, match="No space left"):
            draw(batch, KeepsAll())

    assert (batch.status, batch.attempts) == ("waiting", 0)


@pytest.mark.django_db(transaction=True)
@on_sqlite_only
def test_a_full_disk_under_the_database_loses_nothing(folder):
    batch = make_batch(make_small_network(), count=200)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")
        pages = cursor.execute("PRAGMA page_count").fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count={pages + 5}")
        try:
            with pytest.raises(OperationalError, match="full"):
                draw(batch, HashScreener(rejects_one_in=1))
        finally:
            cursor.execute("PRAGMA max_page_count=1073741823")

    num_before = Face.objects.count()
    Batch.objects.update(leased_until=timezone.now())
    draw(batch, HashScreener(rejects_one_in=1))

    assert 0 < num_before < 200
    assert (batch.status, batch.num_drawn, Face.objects.count()) == ("done", 200, 200)


@on_sqlite_only
def test_a_kill_while_pictures_are_saved_leaves_none_half(folder):
    for number in range(100):
        kill_while_saving(number)

    assert_nothing_is_half()
    leftovers = list(folder.rglob("*.tmp"))
    assert all(path.name.startswith(".") for path in leftovers)


def kill_while_saving(number):
    image = make_picture(number, side=630)
    child = os.fork()
    if child == 0:
        while True:
            number += 1000
            save_pictures(image, f"{number:064}", "")
    time.sleep(0.002 * (number % 25))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
