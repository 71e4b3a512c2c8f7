import os
from pathlib import Path

import pytest
import torch
from django.conf import settings

GOLDEN = Path(settings.BASE_DIR).parent / "shared" / "golden"


@pytest.fixture(scope="session", autouse=True)
def one_thread():
    """Networks of a few pixels: more threads only wait for each other."""
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def wheel(django_db_setup):
    """The published weights, downloaded once into the project's own var/."""
    from generator.errors import GeneratorError
    from generator.fetching import MOBILESTYLEGAN, download

    kept = Path(settings.BASE_DIR) / "var"
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(settings, "VAR_DIR", kept)
            return download(MOBILESTYLEGAN, lambda num_bytes: None)
    except GeneratorError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"The weights are not here: {error}")


@pytest.fixture(scope="session")
def mobilestylegan(wheel):
    from generator.fetching import read_default_network
    from generator.networks import build_snapshot

    network = build_snapshot(read_default_network(wheel).snapshot)
    return network.to(memory_format=torch.channels_last)
