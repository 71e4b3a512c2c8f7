"""Converted weights: one safetensors file for each network, and the only thing workers read."""

import hashlib
import json
from pathlib import Path
from typing import Any

from django.conf import settings
from safetensors.numpy import save

from generator.errors import LoadError
from generator.snapshots import Snapshot

HEADER_LENGTH = 8
"""Bytes at the start of the format: how long its JSON header is, little-endian."""


def weights_path(sha256: str) -> Path:
    """Where the weights of the published file with this SHA-256 are kept."""
    return Path(settings.VAR_DIR) / "networks" / f"{sha256}.safetensors"


def serialize(snapshot: Snapshot) -> bytes:
    """The same network gives the same bytes on every machine."""
    return save(snapshot.tensors, {"network": json.dumps(snapshot.facts)})


def read_weights(sha256: str, weights_sha256: str) -> tuple[dict[str, Any], bytes]:
    """Return the facts and the whole file; LoadError unless it is the registered one."""
    path = weights_path(sha256)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise LoadError(f"{path} cannot be read: {error.strerror}.") from error
    if hashlib.sha256(data).hexdigest() != weights_sha256:
        raise LoadError(f"{path} is not the file that was registered (SHA-256).")
    length = int.from_bytes(data[:HEADER_LENGTH], "little")
    header = json.loads(data[HEADER_LENGTH : HEADER_LENGTH + length])
    return json.loads(header["__metadata__"]["network"]), data
