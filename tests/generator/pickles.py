"""Pickles written piece by piece: snapshots of tiny networks, and worse.

A piece is the bytes that leave one value on the stack.
"""

import pickle

import numpy as np

from tests.make import make_stylegan2

CLASSES = {
    "G_ema": "Generator",
    "mapping": "MappingNetwork",
    "synthesis": "SynthesisNetwork",
    "b": "SynthesisBlock",
    "conv": "SynthesisLayer",
    "torgb": "ToRGBLayer",
    "skip": "Conv2dLayer",
}
BUFFERS = ["w_avg", "noise_const", "resample_filter"]
STORAGES = {"f2": "HalfStorage", "f4": "FloatStorage", "f8": "DoubleStorage"}


def whole(piece):
    return b"\x80\x03" + piece + b"."


def plain(value):
    return pickle.dumps(value, 3)[2:-1]


def named(name):
    module, _, name = name.rpartition(".")
    return f"c{module}\n{name}\n".encode()


def call(name, *pieces):
    return named(name) + b"(" + b"".join(pieces) + b"tR"


def dictionary(pieces):
    entries = b"".join(plain(key) + piece for key, piece in pieces.items())
    return b"}(" + entries + b"u"


def storage(array, **changes):
    """A bare storage as torch.save once wrote it; a header can be changed."""
    kind = STORAGES.get(array.dtype.str[1:], "LongStorage")
    parts = {
        "magic": pickle.dumps(0x1950A86A20F9469CFC6C, 2),
        "version": pickle.dumps(1001, 2),
        "system": pickle.dumps({"protocol_version": 1001, "little_endian": True}, 2),
        "type": b"\x80\x02("
        + plain("storage")
        + named(f"torch.{kind}")
        + plain("0")
        + plain("cpu")
        + plain(array.size)
        + b"NtQ.",
        "keys": pickle.dumps(["0"], 2),
        "length": array.size.to_bytes(8, "little"),
        "numbers": array.tobytes(),
    }
    return b"".join((parts | changes).values())


def tensor(array, stored=None, offset=0, shape=None, strides=None):
    """A tensor over its storage; its description can be wrong."""
    if shape is None:
        shape = array.shape
    if strides is None:
        strides = tuple(n // array.itemsize for n in array.strides)
    flat = array.ravel(order="K")
    return call(
        "torch._utils._rebuild_tensor_v2",
        call("torch.storage._load_from_bytes", plain(stored or storage(flat))),
        *map(plain, (offset, shape, strides, False)),
        call("collections.OrderedDict"),
    )


def parameter(piece):
    empty = call("collections.OrderedDict")
    return call("torch._utils._rebuild_parameter", piece, plain(False), empty)


def module(class_name, state, version=6):
    """A network module; its source text is hostile, and nobody looks."""
    stored = {
        "type": plain("class"),
        "version": plain(version),
        "module_src": plain("open('PWNED', 'w')"),
        "class_name": plain(class_name),
        "state": dictionary(state),
    }
    return call(
        "torch_utils.persistence._reconstruct_persistent_obj", dictionary(stored)
    )


def tiny_network(**options):
    """The facts and arrays of a tiny network."""
    facts, tensors = make_stylegan2(**options)
    return facts, {name: value.numpy() for name, value in tensors.items()}


def attributes_of(facts):
    """What the modules of a network say about themselves, by path."""
    sizes = {name: facts[name] for name in ("z_dim", "w_dim", "num_ws")}
    sizes |= {"c_dim": facts["num_classes"], "img_resolution": facts["resolution"]}
    sizes |= {"img_channels": 3}
    depth = sum(path.startswith("mapping.fc") for path in facts["layers"])
    said = {
        "G_ema": sizes,
        "synthesis": sizes,
        "mapping": sizes | {"num_layers": depth},
    }
    for side in (2**n for n in range(2, facts["resolution"].bit_length())):
        block = f"synthesis.b{side}"
        said[block] = {"architecture": facts["architecture"], "resolution": side}
        said |= {f"{block}.conv{n}": {"resolution": side} for n in (0, 1)}
        said[f"{block}.skip"] = {"down": 1, "bias": None}
    for path, layer in facts["layers"].items():
        # The authors' gains are numpy's numbers.
        gains = {key: np.float64(layer[key]) for key in layer if key.endswith("_gain")}
        said[path] = said.get(path, {}) | layer | gains
    return said


def snapshot(facts, tensors, attributes=None, pieces=None, classes=None):
    """The pickle of a network, some of it changed.

    Attributes and classes are filed under the path of a module, pieces under that of a
    tensor. An attribute of bytes is a piece too. None leaves a tensor out.
    """
    said = attributes_of(facts)
    for path, changes in (attributes or {}).items():
        said[path] = said[path] | changes
    pieces = {name: tensor(array) for name, array in tensors.items()} | (pieces or {})
    held = {name: piece for name, piece in pieces.items() if piece is not None}
    root = tree("G_ema", held, said, classes or {})
    return whole(dictionary({"G": b"N", "D": b"N", "G_ema": root}))


def tree(path, held, said, classes):
    """A module with the tensors and parts whose names are held, and all below it."""
    parts, parameters, buffers = {}, {}, {}
    for name, piece in held.items():
        first, dot, rest = name.partition(".")
        if dot:
            parts.setdefault(first, {})[rest] = piece
        elif name in BUFFERS:
            buffers[name] = piece
        else:
            parameters[name] = parameter(piece)
    below = {
        name: tree(f"{path}.{name}".removeprefix("G_ema."), inside, said, classes)
        for name, inside in parts.items()
    }
    kind = path.rpartition(".")[2].rstrip("0123456789")
    class_name = CLASSES.get(kind, "FullyConnectedLayer")
    state = {
        name: value if isinstance(value, bytes) else plain(value)
        for name, value in said.get(path, {}).items()
    }
    state["_parameters"] = dictionary(parameters)
    state["_buffers"] = dictionary(buffers)
    state["_modules"] = dictionary(below)
    return module(classes.get(path, class_name), state)
