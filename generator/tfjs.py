"""Reads the weights of TensorFlow.js models: a manifest in JSON and one file of numbers."""

import json
import math
from typing import Any

import numpy as np

from generator.errors import LoadError

STORED = {"float32": "<f4", "float16": "<f2", "int32": "<i4", "uint8": "|u1"}


def read_weights(manifest: bytes, data: bytes) -> dict[str, np.ndarray]:
    """Every weight by its name; float16 and 8-bit numbers come back as float32.

    The manifest is a list of groups, or a graph model that holds one. The weights lie in
    the file in the order of the manifest. Raises LoadError when the two do not match.
    """
    try:
        groups = json.loads(manifest)
        if isinstance(groups, dict):
            groups = groups["weightsManifest"]
        weights, offset = {}, 0
        for entry in [entry for group in groups for entry in group["weights"]]:
            weights[entry["name"]], offset = read_weight(entry, data, offset)
    except (LookupError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise LoadError(f"It is not a TensorFlow.js model: {error!r}.") from error
    if offset != len(data):
        raise LoadError("Its weights are longer than its manifest says.")
    return weights


def read_weight(
    entry: dict[str, Any], data: bytes, offset: int
) -> tuple[np.ndarray, int]:
    """A weight, and where the next one starts."""
    quantization = entry.get("quantization", {})
    dtype = np.dtype(STORED[quantization.get("dtype", entry["dtype"])])
    shape = entry["shape"]
    if any(type(length) is not int or length < 0 for length in shape):
        raise ValueError(f"{entry['name']} has no shape")
    stored = np.frombuffer(data, dtype, math.prod(shape), offset).reshape(shape)
    values = stored.astype(entry["dtype"])
    if "scale" in quantization:
        values = values * np.float32(quantization["scale"])
        values = values + np.float32(quantization["min"])
    return values, offset + stored.nbytes
