"""Network files: read once, converted, registered. No other network ever draws for the pool."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import transaction

from faces.files import write_whole
from faces.models import Network
from faces.revocations import replay_own_file
from generator.errors import GeneratorError, LoadError
from generator.snapshots import MAX_BYTES, Snapshot, read_snapshot
from generator.weights import read_weights, serialize, weights_path


@dataclass(frozen=True)
class NetworkFile:
    """A published file, read and checked."""

    sha256: str
    snapshot: Snapshot


def read_network_file(path: Path) -> NetworkFile:
    """Open a StyleGAN2 snapshot once, hash it, read it safely.

    Raises LoadError with what is wrong and the file's SHA-256.
    """
    data = read_capped(path)
    sha256 = hashlib.sha256(data).hexdigest()
    try:
        return NetworkFile(sha256, read_snapshot(data))
    except LoadError as error:
        raise LoadError(
            f"{path.name} is refused: {error} (SHA-256 {sha256})"
        ) from error


def read_capped(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_size > MAX_BYTES:
                raise LoadError(
                    f"{path.name} is refused: it is larger than {MAX_BYTES // 10**6} MB."
                )
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise LoadError(f"{path} cannot be read: {error.strerror}.") from error


@transaction.atomic
def register(file: NetworkFile, **fields: str) -> tuple[Network, bool]:
    """Keep a network's row and its converted weights; (row, whether the row is new).

    A file that is registered already keeps its row; only its weights are written again.
    Raises GeneratorError when the name belongs to another file.
    """
    data = serialize(file.snapshot)
    found = {
        "weights_sha256": hashlib.sha256(data).hexdigest(),
        "family": file.snapshot.facts["family"],
        "resolution": file.snapshot.facts["resolution"],
    }
    taken = Network.objects.filter(name=fields["name"]).exclude(sha256=file.sha256)
    if taken:
        raise GeneratorError(
            f"The name {fields['name']} is taken by another file (SHA-256 {taken[0].sha256})."
        )
    check_fields(Network(sha256=file.sha256, **fields, **found))
    network, is_new = Network.objects.update_or_create(
        sha256=file.sha256, defaults=found, create_defaults=fields | found
    )
    replay_own_file()  # it may have been retired before a backup was restored
    network.refresh_from_db()
    write_whole(weights_path(file.sha256), data)
    return network, is_new


def check_fields(network: Network) -> None:
    try:
        network.clean_fields()
    except ValidationError as error:
        [(field, [sentence, *_]), *_] = error.message_dict.items()
        raise GeneratorError(f"{field}: {sentence}") from error


def is_complete(network: Network) -> bool:
    """Whether the network's converted weights are here, whole."""
    try:
        read_weights(network.sha256, network.weights_sha256)
    except LoadError:
        return False
    return True


def find_network(name: str) -> Network:
    """Return a registered network; GeneratorError with the names there are."""
    network = Network.objects.filter(name=name).first()
    if network is None:
        names = ", ".join(Network.objects.values_list("name", flat=True)) or "none yet"
        raise GeneratorError(
            f"No network is registered as {name}. Registered: {names}. Bring the default "
            "one with fetch_weights, others with import_network."
        )
    return network
