"""Reads a network pickle without running any of it.

Python's own pickle machine in Python, cut down. It takes only the instructions and the
names that StyleGAN2 snapshots use, and where a pickle would call something, the call is
written down instead. Nothing that a file names is ever imported, called or changed.
"""

import io
import pickle
import pickletools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, NoReturn

from generator.errors import LoadError

MAX_BYTES = 1_000_000_000  # the largest published snapshots have 400 MB
MAX_STEPS = 300_000  # instructions; a network of 1024 x 1024 takes some 50 000

REBUILD_MODULE = "torch_utils.persistence._reconstruct_persistent_obj"
REBUILD_PARAMETER = "torch._utils._rebuild_parameter"
REBUILD_TENSOR = "torch._utils._rebuild_tensor_v2"
LOAD_STORAGE = "torch.storage._load_from_bytes"
NUMPY_DTYPE = "numpy.dtype"
NUMPY_SCALARS = ("numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar")
ENCODE = "_codecs.encode"  # how protocol 2 writes bytes
DICTS = ("collections.OrderedDict", "dnnlib.util.EasyDict", "dnnlib.EasyDict")

ALLOWED_NAMES = {
    ("torch_utils.persistence", "_reconstruct_persistent_obj"),
    ("torch._utils", "_rebuild_parameter"),
    ("torch._utils", "_rebuild_tensor_v2"),
    ("torch.storage", "_load_from_bytes"),
    ("numpy", "dtype"),
    ("numpy.core.multiarray", "scalar"),
    ("numpy._core.multiarray", "scalar"),
    ("_codecs", "encode"),
    ("collections", "OrderedDict"),
    ("dnnlib.util", "EasyDict"),
    ("dnnlib", "EasyDict"),
    ("builtins", "set"),
    ("__builtin__", "set"),
}

ALLOWED_STEPS = {
    *("PROTO", "FRAME", "STOP", "MARK", "POP"),
    *("MEMOIZE", "BINPUT", "LONG_BINPUT", "BINGET", "LONG_BINGET"),
    *("NONE", "NEWTRUE", "NEWFALSE", "BININT", "BININT1", "BININT2", "LONG1"),
    *("BINFLOAT", "SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8"),
    *("SHORT_BINBYTES", "BINBYTES", "BINBYTES8"),
    *("EMPTY_TUPLE", "TUPLE", "TUPLE1", "TUPLE2", "TUPLE3"),
    *("EMPTY_LIST", "APPEND", "APPENDS", "EMPTY_SET", "ADDITEMS"),
    *("EMPTY_DICT", "SETITEM", "SETITEMS"),
    *("GLOBAL", "STACK_GLOBAL", "REDUCE", "NEWOBJ", "BUILD"),
}

STEPS = {step.code.encode("latin1"): step for step in pickletools.opcodes}


DAMAGED = "The file is truncated or damaged: its pickle cannot be read to the end."


def shown(text: str) -> str:
    """A word from the file, fit for a message."""
    return ascii(text[:80])[1:-1]


@dataclass(eq=False, repr=False, slots=True)
class Name:
    """A function or class that the file names. It is never looked up."""

    text: str


@dataclass(eq=False, repr=False, slots=True)
class Call:
    """A call that the file asks for. It is never made."""

    name: str
    args: tuple[Any, ...]
    state: Any = None


class Unpickler(pickle._Unpickler):
    """Builds plain values, Names and Calls."""

    stack: list[Any]
    metastack: list[list[Any]]
    append: Callable[[Any], None]

    def find_class(self, module: str, name: str) -> Name:
        asked = shown(f"{module}.{name}")
        if module.startswith("dnnlib.tflib"):
            raise LoadError(
                f"The file is a TensorFlow pickle ({asked}); convert it to PyTorch first."
            )
        if asked.endswith(".multiarray._reconstruct"):
            raise LoadError(
                "The file holds a numpy array, as StyleGAN3 networks do; only StyleGAN2 networks can be used."
            )
        if (module, name) not in ALLOWED_NAMES:
            raise LoadError(f"The file asks for {asked}, which no network needs.")
        return Name(f"{module}.{name}")

    def persistent_load(self, pid: Any) -> NoReturn:
        raise LoadError("The file refers to objects outside itself.")

    def get_extension(self, code: int) -> NoReturn:
        raise LoadError("The file uses a registered extension, which no network needs.")

    def load_reduce(self) -> None:
        args = self.stack.pop()
        function = self.stack.pop()
        if type(function) is not Name or type(args) is not tuple:
            raise LoadError("The file calls something that is not a function.")
        if function.text in DICTS:
            self.append(empty_dict(function, args))
        else:
            self.append(Call(function.text, args))

    def load_newobj(self) -> None:
        args = self.stack.pop()
        self.append(empty_dict(self.stack.pop(), args))

    def load_build(self) -> None:
        state = self.stack.pop()
        target = self.stack[-1]
        if type(target) is Call and target.name == NUMPY_DTYPE:
            target.state = state
        elif type(target) is not dict or type(state) is not dict or state:
            name = f" {target.text}" if type(target) is Name else ""
            raise LoadError(f"The file tries to change an object{name}.")

    # Keys are plain, for hashing a deep tuple would overflow the stack of the process.

    def load_setitem(self) -> None:
        check_keys(self.stack[-3], self.stack[-2:-1])
        super().load_setitem()  # type: ignore[misc]

    def load_setitems(self) -> None:
        check_keys(self.metastack[-1][-1], self.stack[::2])
        super().load_setitems()  # type: ignore[misc]

    def load_additems(self) -> None:
        check_keys({}, self.stack)
        super().load_additems()  # type: ignore[misc]

    dispatch: ClassVar[dict[int, Callable[[Any], None]]] = {
        code[0]: pickle._Unpickler.dispatch[code[0]]
        for code, step in STEPS.items()
        if step.name in ALLOWED_STEPS
    } | {
        pickle.REDUCE[0]: load_reduce,
        pickle.NEWOBJ[0]: load_newobj,
        pickle.BUILD[0]: load_build,
        pickle.SETITEM[0]: load_setitem,
        pickle.SETITEMS[0]: load_setitems,
        pickle.ADDITEMS[0]: load_additems,
    }


def empty_dict(kind: Any, args: Any) -> dict[Any, Any]:
    if type(kind) is not Name or kind.text not in DICTS or args != ():
        raise LoadError("The file makes an object that no network needs.")
    return {}


def check_keys(target: Any, keys: list[Any]) -> None:
    if type(target) is not dict or any(type(key) not in (str, int) for key in keys):
        raise LoadError("The file holds a dictionary that no network needs.")


def read_steps(file: io.BytesIO, allowed: set[str]) -> Iterator[tuple[str, Any]]:
    """Give one pickle's instructions to its end, refusing any that is not allowed."""
    for _ in range(MAX_STEPS):
        step = STEPS.get(file.read(1))
        if step is None:
            raise LoadError(DAMAGED)
        if step.name not in allowed:
            raise LoadError(
                f"The file uses the pickle instruction {step.name}, which no network needs."
            )
        yield step.name, read_argument(file, step)
        if step.name == "STOP":
            return
    raise LoadError(f"The file has more than {MAX_STEPS} pickle instructions.")


def read_argument(file: io.BytesIO, step: pickletools.OpcodeInfo) -> Any:
    try:
        if step.name == "GLOBAL":
            return (file.readline()[:-1] + b" " + file.readline()[:-1]).decode()
        return step.arg.reader(file) if step.arg else None
    except ValueError as error:
        raise LoadError(DAMAGED) from error


def unpickle(data: bytes) -> Any:
    if not data:
        raise LoadError("The file is empty.")
    if len(data) > MAX_BYTES:
        raise LoadError(f"The file has more than {MAX_BYTES // 1_000_000} MB.")
    if data.startswith(b"PK"):
        raise LoadError("The file is a zip archive, not a snapshot pickle.")
    if data[0] != pickle.PROTO[0] or data[1:2] not in (b"\2", b"\3", b"\4", b"\5"):
        raise LoadError("The file is not a pickle of a network (protocol 2 to 5).")
    file = io.BytesIO(data)
    for _ in read_steps(file, ALLOWED_STEPS):
        pass
    if file.tell() != len(data):
        raise LoadError("The file goes on after the end of its pickle.")
    file.seek(0)
    return Unpickler(file).load()
