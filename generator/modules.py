"""One module of an unpickled network: its tensors, parts and attributes, all checked."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from generator.errors import LoadError
from generator.tensors import TensorReader, is_call, read_number
from generator.unpickling import REBUILD_MODULE, shown

FORMAT_VERSION = 6
MAX_ENTRIES = 1000  # of a dictionary that is walked through
ACTIVATIONS = ("lrelu", "linear")
MAX_GAIN = 1000.0
MAX_CLAMP = 1_000_000.0


class Module:
    """A module as the file stores it. The source text stored with it is never read."""

    def __init__(self, node: Any, path: str, class_name: str, reader: TensorReader):
        self.path = path
        stored = node.args[0] if is_call(node, REBUILD_MODULE) and node.args else None
        if type(stored) is not dict or stored.get("type") != "class":
            raise LoadError(f"{path} is {kind(node)}.")
        if stored.get("version") != FORMAT_VERSION:
            raise LoadError(f"{path} is stored in an unknown version of the format.")
        if stored.get("class_name") != class_name:
            raise LoadError(wrong_class(path, stored.get("class_name"), class_name))
        self.state = self.dictionary(stored, "state")
        self.parts = self.dictionary(self.state, "_modules")
        stored_tensors = self.dictionary(self.state, "_parameters") | self.dictionary(
            self.state, "_buffers"
        )
        self.tensors: dict[str, np.ndarray] = {}
        for name, tensor in stored_tensors.items():
            if tensor is not None:
                try:
                    self.tensors[name] = reader.read(tensor)
                except LoadError as error:
                    raise LoadError(f"{path}.{shown(name)} {error}.") from error

    def dictionary(self, holder: dict[str, Any], name: str) -> dict[str, Any]:
        value = holder.get(name, {})
        if (
            type(value) is not dict
            or len(value) > MAX_ENTRIES
            or any(type(key) is not str for key in value)
        ):
            raise LoadError(f"{self.path} has an unusable {name}.")
        return value

    def check_parts(self, names: Iterable[str]) -> None:
        self.check_names("part", self.parts, names)

    def check_tensors(self, **shapes: tuple[int, ...]) -> None:
        self.check_names("tensor", self.tensors, shapes)
        for name, shape in shapes.items():
            found = self.tensors[name].shape
            if found != shape:
                raise LoadError(
                    f"{self.path}.{name} has the shape {list(found)}, not {list(shape)}."
                )

    def check_names(
        self, what: str, found: Iterable[str], needed: Iterable[str]
    ) -> None:
        for name in sorted(set(needed) - set(found)):
            raise LoadError(f"{self.path} has no {what} {name}.")
        for name in sorted(set(found) - set(needed)):
            raise LoadError(f"{self.path} has an unknown {what} {shown(name)}.")

    def size(self, tensor: str, rank: int, axis: int) -> int:
        """A length that the file is free to choose."""
        if tensor not in self.tensors or self.tensors[tensor].ndim != rank:
            raise LoadError(f"{self.path} has no {tensor} of {rank} dimensions.")
        return self.tensors[tensor].shape[axis]

    def check_attributes(self, **needed: int) -> None:
        """Refuse a file that says something else than its tensors do."""
        for name, value in needed.items():
            found = read_number(self.state.get(name))
            if type(found) is not int or found != value:
                raise LoadError(
                    f"{self.path} says that {name} is {said(found)}, but it is {value}."
                )

    def choice(self, name: str, choices: Iterable[str]) -> str:
        found = self.state.get(name)
        if type(found) is not str or found not in choices:
            raise LoadError(f"{self.path} has an unknown {name}: {said(found)}.")
        return found

    def activation(self) -> str:
        return self.choice("activation", ACTIVATIONS)

    def is_on(self, name: str) -> bool:
        found = self.state.get(name)
        if type(found) is not bool:
            raise LoadError(f"{self.path} does not say whether {name} is on.")
        return found

    def gain(self, name: str) -> float:
        return self.amount(name, MAX_GAIN)

    def clamp(self) -> float | None:
        if "conv_clamp" in self.state and self.state["conv_clamp"] is None:
            return None
        return self.amount("conv_clamp", MAX_CLAMP)

    def amount(self, name: str, largest: float) -> float:
        number = read_number(self.state.get(name))
        if number is None or not 0 < number <= largest:
            raise LoadError(f"{self.path} has an unusable {name}.")
        return float(number)


def kind(node: Any) -> str:
    kinds = {dict: "a plain dictionary", int: "a number", type(None): "empty"}
    return f"{kinds.get(type(node), 'something else')}, not a stored network"


def said(value: Any) -> str:
    return shown(str(value)) if type(value) in (str, int) else "not readable"


def wrong_class(path: str, found: Any, needed: str) -> str:
    if type(found) is not str:
        return f"{path} has no class name."
    if found == "Discriminator":
        return f"{path} is a discriminator, which judges pictures and draws none."
    return f"{path} is a {shown(found)}; in a StyleGAN2 network it is a {needed}."
