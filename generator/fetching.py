"""Brings published weights here: downloaded, checked, and only the data files read."""

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from django.conf import settings

from generator.arguments import DEFAULT_NETWORK
from generator.errors import GeneratorError
from generator.openvino_ir import read_constants, read_mobilestylegan
from generator.registry import NetworkFile

POLL_SECONDS = 0.1
MAX_MEMBER_BYTES = 100_000_000


@dataclass(frozen=True)
class Package:
    """A published archive that is wanted for its data alone. None of its code is run."""

    requirement: str
    file_name: str
    sha256: str
    num_bytes: int
    given_by: str = "--screening --from ."
    """What fetch_weights is told when the archive came some other way."""

    tool: ClassVar[str]

    def by_hand(self) -> str:
        return (
            "By hand: on a machine with a network, run\n"
            f"    {self.tool} {self.requirement}\n"
            f"then copy {self.file_name} here and run\n"
            f"    python manage.py fetch_weights {self.given_by}"
        )

    def command(self, folder: Path) -> list[str | Path]:
        """What brings the archive into a folder, and leaves nothing outside it."""
        raise NotImplementedError

    def reason(self, log: str) -> str:
        """The line of what the tool said that tells most."""
        raise NotImplementedError


class Wheel(Package):
    """Of Python, brought by pip."""

    tool = "pip download --no-deps"

    def command(self, folder: Path) -> list[str | Path]:
        options = ["--no-deps", "--no-input", "--only-binary=:all:", "--quiet"]
        options += ["--disable-pip-version-check", "--progress-bar=off"]
        pip = [sys.executable, "-m", "pip", "download", *options]
        return [*pip, "--dest", folder, self.requirement]

    def reason(self, log: str) -> str:
        return (log.strip().splitlines() or ["pip said nothing."])[-1]


class NpmPackage(Package):
    """Of JavaScript, brought by npm."""

    tool = "npm pack"

    def command(self, folder: Path) -> list[str | Path]:
        npm = shutil.which("npm")
        if npm is None:
            raise GeneratorError(
                f"npm is not installed: {self.requirement} is brought with it (it is "
                f"part of Node.js).\n{self.by_hand()}"
            )
        options = ["--ignore-scripts", "--loglevel=error", f"--cache={folder}/cache"]
        return [npm, "pack", *options, f"--pack-destination={folder}", self.requirement]

    def reason(self, log: str) -> str:
        lines = [line.removeprefix("npm error ") for line in log.strip().splitlines()]
        dull = ("npm error", "code ", "syscall ", "errno ", "A complete log")
        return next((line for line in lines if not line.startswith(dull)), "no reason.")


MOBILESTYLEGAN = Wheel(
    requirement="random-face==2021.7.21.1",
    file_name="random_face-2021.7.21.1-py3-none-any.whl",
    sha256="e5d10e2be7df63f06123855ec591ca35dcb1d059eba47ddcb175d7d26b4019b5",
    num_bytes=37_588_926,
    given_by="--wheel random_face-2021.7.21.1-py3-none-any.whl",
)
DEFAULT_NETWORK_FIELDS = {
    "name": DEFAULT_NETWORK,
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


def is_here(package: Package) -> bool:
    path = downloads() / package.file_name
    return path.exists() and hash_of(path) == package.sha256


def hash_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def download(package: Package, on_progress: Callable[[int], object]) -> Path:
    """Have pip or npm put the archive into var/downloads; tells how many bytes have come.

    An archive that is there already, whole, is not fetched again. Raises GeneratorError.
    """
    path = downloads() / package.file_name
    if is_here(package):
        return path
    downloads().mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=downloads(), prefix=".fetch-") as folder:
        run_tool(package, Path(folder), on_progress)
        return keep(Path(folder) / package.file_name, package)


def run_tool(
    package: Package, folder: Path, on_progress: Callable[[int], object]
) -> None:
    log = folder / "tool.log"
    # pip 25.1, part of the extra gpu, goes on where a broken connection left it.
    environment = os.environ | {"TMPDIR": str(folder), "PIP_RESUME_RETRIES": "10"}
    with log.open("w") as output:
        process = subprocess.Popen(
            package.command(folder),
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            while process.poll() is None:
                time.sleep(POLL_SECONDS)
                on_progress(min(num_bytes_in(folder), package.num_bytes))
        finally:
            process.kill()
            process.wait()
    if process.returncode:
        raise GeneratorError(
            f"{package.tool.split()[0]} could not download {package.requirement}: "
            f"{package.reason(log.read_text())}\n{package.by_hand()}"
        )


def num_bytes_in(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        with suppress(OSError):  # pip moves and removes as it goes
            total += path.stat().st_size if path.is_file() else 0
    return total


def check(path: Path, package: Package) -> None:
    """Raise GeneratorError unless the file is the published one."""
    try:
        sha256 = hash_of(path)
    except OSError as error:
        raise GeneratorError(f"{path} cannot be read: {error.strerror}.") from error
    if sha256 != package.sha256:
        raise GeneratorError(
            f"{path.name} is not the published file: its SHA-256 is {sha256}, "
            f"not {package.sha256}."
        )


def keep(path: Path, package: Package) -> Path:
    """Copy an archive into var/downloads if it is the right one."""
    check(path, package)
    kept = downloads() / package.file_name
    kept.parent.mkdir(parents=True, exist_ok=True)
    if path != kept:
        shutil.copyfile(path, kept.with_suffix(".part"))
        os.replace(kept.with_suffix(".part"), kept)
    return kept


def read_members(path: Path, names: list[str]) -> list[bytes]:
    """Read the named files of an archive and no others."""
    read = read_zip if path.suffix == ".whl" else read_tar
    try:
        return read(path, names)
    except (OSError, KeyError, EOFError, zipfile.BadZipFile, tarfile.TarError) as error:
        raise GeneratorError(
            f"{path.name} is not the archive it should be: {error}"
        ) from error


def read_zip(path: Path, names: list[str]) -> list[bytes]:
    with zipfile.ZipFile(path) as archive:
        check_sizes(path, [archive.getinfo(name).file_size for name in names])
        return [archive.read(name) for name in names]


def read_tar(path: Path, names: list[str]) -> list[bytes]:
    found = {}
    with tarfile.open(path, "r:gz") as archive:
        for member in archive:
            if member.name in names and member.isreg():
                check_sizes(path, [member.size])
                found[member.name] = archive.extractfile(member).read()  # type: ignore[union-attr]
    return [found[name] for name in names]


def check_sizes(path: Path, sizes: list[int]) -> None:
    if max(sizes) > MAX_MEMBER_BYTES:
        raise GeneratorError(f"{path.name} holds larger files than it should.")


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
