"""Turns the calls that a snapshot asks for into numpy arrays and numbers, by hand."""

import io
import math
from itertools import pairwise
from typing import Any

import numpy as np

from generator.unpickling import (
    ENCODE,
    LOAD_STORAGE,
    NUMPY_DTYPE,
    NUMPY_SCALARS,
    REBUILD_PARAMETER,
    REBUILD_TENSOR,
    Call,
    LoadError,
    read_steps,
)

MAGIC = 0x1950A86A20F9469CFC6C  # of torch.save before its zip files
VERSION = 1001
LITTLE_ENDIAN = (("BINUNICODE", "little_endian"), ("NEWTRUE", None))
STORAGE_DTYPES: dict[str, np.dtype[Any]] = {
    "torch FloatStorage": np.dtype("<f4"),
    "torch HalfStorage": np.dtype("<f2"),
    "torch DoubleStorage": np.dtype("<f8"),
}
SCALAR_DTYPES = {"f8", "f4", "f2", "i8", "i4"}
MAX_RANK = 5

MEMO_STEPS = {"PROTO", "BINPUT", "STOP"}
HEADER_STEPS = MEMO_STEPS | {
    *("BININT1", "BININT2", "BININT", "LONG1", "NONE", "NEWTRUE", "NEWFALSE"),
    *("BINUNICODE", "EMPTY_DICT", "SETITEM", "SETITEMS", "EMPTY_LIST", "APPEND"),
    *("MARK", "TUPLE", "GLOBAL", "BINPERSID"),
}


class TensorReader:
    """Reads tensors until they add up to more than a file of that size can hold."""

    def __init__(self, file_size: int):
        self.left = 2 * file_size

    def read(self, node: Any) -> np.ndarray:
        """Return a tensor's numbers as float32, in a block of their own."""
        storage, offset, shape, strides = tensor_parts(node)
        data = storage_bytes(storage)
        self.left -= len(data)
        if self.left < 0:
            raise LoadError("uses more numbers than the file holds")
        return cut(read_storage(data), offset, shape, strides)


def tensor_parts(node: Any) -> tuple[Any, int, tuple[int, ...], tuple[int, ...]]:
    if is_call(node, REBUILD_PARAMETER) and node.args:
        node = node.args[0]
    if not is_call(node, REBUILD_TENSOR) or len(node.args) < 4:
        raise LoadError("is not a tensor")
    storage, offset, shape, strides = node.args[:4]
    if type(shape) is not tuple or type(strides) is not tuple:
        raise LoadError("has no shape")
    if len(shape) != len(strides) or len(shape) > MAX_RANK:
        raise LoadError("has an unusable shape")
    if any(type(n) is not int or n < 0 for n in (offset, *shape, *strides)):
        raise LoadError("has a shape, stride or offset below zero")
    return storage, offset, shape, strides


def cut(
    numbers: np.ndarray, offset: int, shape: tuple[int, ...], strides: tuple[int, ...]
) -> np.ndarray:
    steps = [
        stride if length > 1 else 0
        for length, stride in zip(shape, strides, strict=True)
    ]
    last = offset + sum((n - 1) * step for n, step in zip(shape, steps, strict=True))
    if 0 in shape or max(math.prod(shape), last + 1) > len(numbers):
        raise LoadError("is larger than the numbers stored for it")
    view = np.lib.stride_tricks.as_strided(
        numbers[offset:],
        shape,
        [step * numbers.itemsize for step in steps],
        writeable=False,
    )
    with np.errstate(over="ignore"):
        array = np.array(view, dtype=np.float32, order="C")
    if not np.isfinite(array).all():
        raise LoadError("holds infinite numbers or NaN")
    return array


def is_call(node: Any, *names: str) -> bool:
    return type(node) is Call and node.name in names


def raw_bytes(node: Any) -> bytes | None:
    """The bytes of a node; protocol 2 writes them as text to be encoded."""
    if is_call(node, ENCODE) and len(node.args) == 2:
        text, encoding = node.args
        if type(text) is str and type(encoding) is str and encoding == "latin1":
            return text.encode("latin1")
    return node if type(node) is bytes else None


def storage_bytes(node: Any) -> bytes:
    if is_call(node, LOAD_STORAGE) and len(node.args) == 1:
        data = raw_bytes(node.args[0])
        if data is not None:
            return data
    raise LoadError("has no storage")


def read_storage(data: bytes) -> np.ndarray:
    """Read a bare storage as torch.save wrote it before its zip files.

    Five small pickles, a count, and the numbers. The pickles are compared step by step
    with what they must be, so nothing in them is ever built.
    """
    file = io.BytesIO(data)
    magic, version, system, kind, _ = (read_header(file) for _ in range(5))
    if magic != [("LONG1", MAGIC)] or version != [("BININT2", VERSION)]:
        raise LoadError("has a storage of an unknown kind")
    if LITTLE_ENDIAN not in pairwise(system):
        raise LoadError("has a storage that is not little-endian")
    dtype, count = storage_type(kind)
    start = file.tell() + 8
    claimed = count.to_bytes(8, "little") if count <= len(data) else b""
    if data[start - 8 : start] != claimed:
        raise LoadError("has a storage that claims a wrong length")
    if len(data) != start + count * dtype.itemsize:
        raise LoadError("has a storage that is longer or shorter than it claims")
    return np.frombuffer(data, dtype, offset=start)


def read_header(file: io.BytesIO) -> list[tuple[str, Any]]:
    try:
        steps = list(read_steps(file, HEADER_STEPS))
    except LoadError as error:
        raise LoadError("has a storage with more in it than numbers") from error
    return [step for step in steps if step[0] not in MEMO_STEPS]


def storage_type(steps: list[tuple[str, Any]]) -> tuple[np.dtype[Any], int]:
    """The type and length in ('storage', type, key, place, length, None)."""
    names = [name for name, _ in steps]
    before = ["MARK", "BINUNICODE", "GLOBAL", "BINUNICODE", "BINUNICODE"]
    after = ["NONE", "TUPLE", "BINPERSID"]
    if len(steps) != 9 or names[:5] != before or names[6:] != after:
        raise LoadError("has a storage of an unknown kind")
    kind, count = steps[2][1], steps[5][1]
    if kind not in STORAGE_DTYPES:
        raise LoadError("does not hold floating-point numbers")
    if type(count) is not int or count < 0:
        raise LoadError("has a storage of no length")
    return STORAGE_DTYPES[kind], count


def read_number(node: Any) -> int | float | None:
    """A number, plain or numpy's; anything else is None."""
    if type(node) in (int, float):
        return node
    if not is_call(node, *NUMPY_SCALARS) or len(node.args) != 2:
        return None
    kind, data = node.args[0], raw_bytes(node.args[1])
    if not is_call(kind, NUMPY_DTYPE) or not kind.args:
        return None
    code, state = kind.args[0], kind.state
    if (
        data is None
        or type(code) is not str
        or code not in SCALAR_DTYPES
        or not is_little(state)
    ):
        return None
    dtype = np.dtype(f"<{code}")
    return np.frombuffer(data, dtype)[0].item() if len(data) == dtype.itemsize else None


def is_little(state: Any) -> bool:
    if state is None:
        return True
    return type(state) is tuple and len(state) > 1 and state[1] in ("<", "|")
