from pathlib import Path

import pytest
from django.conf import settings

from tests.generator.pickles import snapshot, tiny_network
from tests.generator.watch_reading import MUTANTS, read_apart

GOLDEN = Path(settings.BASE_DIR).parent / "shared" / "golden"


@pytest.fixture(params=["made here", "of the authors"])
def good_file(request, tmp_path):
    path = GOLDEN / "stylegan2_tiny16_ok.pkl"
    if request.param == "made here":
        path = tmp_path / "good.pkl"
        path.write_bytes(snapshot(*tiny_network()))
    elif not path.exists():
        pytest.skip("The golden data lies outside of the repository.")
    return path


def test_a_damaged_snapshot_is_read_or_refused_and_does_nothing(good_file, tmp_path):
    cwd = tmp_path / "cwd"
    cwd.mkdir()

    report = read_apart("mutants", good_file, [good_file], cwd)

    outcomes = [outcome.partition(":")[0] for _, outcome in report["outcomes"]]
    assert len(outcomes) == MUTANTS
    assert set(outcomes) == {"loaded", "refused"}
    assert report["events"] == []
    assert report["slowest"] < 2
    assert report["peak_bytes"] < 300_000_000
    assert list(cwd.iterdir()) == []
