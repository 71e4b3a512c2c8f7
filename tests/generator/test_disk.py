import shutil
from types import SimpleNamespace

import pytest

from generator.disk import SPARE_BYTES, check_room
from generator.errors import GeneratorError
from generator.models import Batch
from generator.planning import order_batches
from tests.generator.small import make_target, make_top_up


@pytest.fixture
def disk(monkeypatch):
    usage = SimpleNamespace(free=SPARE_BYTES + 1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage)


def test_what_fits_may_start_and_has_its_folder(disk, tmp_path):
    check_room(tmp_path / "new" / "folder", 1000)

    assert (tmp_path / "new" / "folder").is_dir()


def test_what_would_fill_the_disk_is_refused_in_words(disk, tmp_path):
    with pytest.raises(GeneratorError, match="The disk has 1.0 GB left, and 3.0 GB"):
        check_room(tmp_path, 2_000_000_000)


def test_nothing_to_draw_needs_no_room(monkeypatch, tmp_path):
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=0))

    check_room(tmp_path, 0)


@pytest.mark.django_db
def test_nothing_is_ordered_for_a_full_disk(disk):
    make_top_up()
    make_target()

    with pytest.raises(GeneratorError, match="GB are needed"):
        order_batches()
    assert not Batch.objects.exists()
