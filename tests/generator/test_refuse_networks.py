import io
import pickle

import numpy as np
import pytest

from generator.errors import LoadError
from generator.tensors import TensorReader
from generator.unpickling import Unpickler
from tests.generator.pickles import (
    call,
    plain,
    snapshot,
    storage,
    tensor,
    tiny_network,
    whole,
)
from tests.generator.refusal import refusal

WEIGHT = "synthesis.b8.conv0.weight"
KERNEL = np.ones((8, 8, 3, 3), "f4")
FIVE = np.ones(5, "f4")
EVIL_STORAGE = whole(call("posix.system", plain("touch PWNED")))
ENORMOUS = storage(FIVE).replace(
    plain(5) + b"NtQ.", b"\x8a\x06" + bytes(5) + b"\x01NtQ."
)
ODD_ENCODING = call("_codecs.encode", plain("abc"), plain("idna"))
SCALAR = "numpy._core.multiarray.scalar"
DOUBLE = call("numpy.dtype", plain("f8"), plain(False), plain(True))
BIG_ENDIAN = DOUBLE + plain((3, ">", None, None, None, -1, -1, 0)) + b"b"
BAD_WEIGHTS = {
    "absent": (None, "no weight of 4 dimensions"),
    "of another kind": (plain([1, 2]), "is not a tensor"),
    "with a call in its storage": (
        tensor(KERNEL, EVIL_STORAGE),
        "more in it than numbers",
    ),
    "with a zip as storage": (tensor(KERNEL, b"PK\3\4"), "more in it than numbers"),
    "with an enormous storage": (tensor(KERNEL, ENORMOUS), "claims a wrong length"),
    "with another magic": (
        tensor(KERNEL, storage(KERNEL, magic=pickle.dumps(2**70, 2))),
        "storage of an unknown kind",
    ),
    "of a big-endian machine": (
        tensor(
            KERNEL, storage(KERNEL, system=pickle.dumps({"little_endian": False}, 2))
        ),
        "not little-endian",
    ),
    "with a storage cut short": (
        tensor(KERNEL, storage(KERNEL)[:-4]),
        "longer or shorter",
    ),
    "of whole numbers": (tensor(KERNEL.astype("i8")), "does not hold floating-point"),
    "without bytes": (
        call("torch._utils._rebuild_tensor_v2", b"N", *map(plain, (0, (8,), (1,)))),
        "has no storage",
    ),
    "with bytes in an odd encoding": (
        tensor(KERNEL).replace(plain(storage(KERNEL.ravel())), ODD_ENCODING),
        "has no storage",
    ),
    "with a storage of another kind": (
        tensor(KERNEL, storage(KERNEL, type=pickle.dumps(5, 2))),
        "storage of an unknown kind",
    ),
    "with a storage of no length": (
        tensor(KERNEL, storage(KERNEL).replace(plain(KERNEL.size) + b"Nt", b"NNt")),
        "storage of no length",
    ),
    "without a shape": (tensor(KERNEL, shape=[8]), "has no shape"),
    "of another shape": (tensor(KERNEL[1:]), "has the shape [8]"),
    "of another rank": (tensor(KERNEL.ravel()), "no weight of 4 dimensions"),
    "of too many dimensions": (
        tensor(KERNEL, shape=(1,) * 6, strides=(1,) * 6),
        "unusable",
    ),
    "blown up": (tensor(FIVE, shape=KERNEL.shape, strides=(0,) * 4), "larger than"),
    "past its storage": (tensor(KERNEL, offset=1), "larger than"),
    "far past its storage": (tensor(KERNEL, strides=(2**80, 9, 3, 1)), "larger than"),
    "with a negative stride": (tensor(KERNEL, strides=(72, 9, 3, -1)), "below zero"),
    "with a length of true": (tensor(KERNEL, shape=(8, 8, 3, True)), "below zero"),
    "with no length": (tensor(KERNEL, shape=(8, 8, 0, 3)), "larger than"),
    "not finite": (tensor(KERNEL * np.nan), "infinite numbers or NaN"),
    "too large for float32": (tensor(KERNEL * np.float64(1e300)), "infinite numbers"),
}
CONV = "synthesis.b8.conv0"
BAD_ATTRIBUTES = [
    (CONV, {"activation": "__import__"}, "unknown activation: __import__"),
    (CONV, {"activation": None}, "unknown activation: not readable"),
    (CONV, {"up": 1}, "up is 1, but it is 2"),
    (CONV, {"up": 2.0}, "up is not readable, but it is 2"),
    ("synthesis.b8.conv1", {"up": 2}, "up is 2, but it is 1"),
    (CONV, {"resolution": 16}, "resolution is 16, but it is 8"),
    (CONV, {"use_noise": 1}, "whether use_noise is on"),
    (CONV, {"use_noise": False}, "unknown tensor noise_const"),
    (CONV, {"act_gain": 0}, "unusable act_gain"),
    (CONV, {"act_gain": True}, "unusable act_gain"),
    (CONV, {"act_gain": np.float64("nan")}, "unusable act_gain"),
    (CONV, {"act_gain": np.float64("inf")}, "unusable act_gain"),
    (CONV, {"act_gain": np.datetime64(5, "s")}, "unusable act_gain"),
    (CONV, {"act_gain": call(SCALAR, DOUBLE)}, "unusable act_gain"),
    (CONV, {"act_gain": call(SCALAR, DOUBLE, plain(b"1234"))}, "unusable act_gain"),
    (CONV, {"act_gain": call(SCALAR, DOUBLE, plain([1]))}, "unusable act_gain"),
    (
        CONV,
        {"act_gain": call(SCALAR, BIG_ENDIAN, plain(bytes(8)))},
        "unusable act_gain",
    ),
    (
        CONV,
        {"act_gain": call(SCALAR, plain("f8"), plain(bytes(8)))},
        "unusable act_gain",
    ),
    (CONV, {"conv_clamp": -1}, "unusable conv_clamp"),
    (CONV, {"conv_clamp": "256"}, "unusable conv_clamp"),
    ("mapping.fc0", {"weight_gain": 1e9}, "unusable weight_gain"),
    ("mapping.fc0", {"bias_gain": None}, "unusable bias_gain"),
    ("mapping", {"num_layers": 10**9}, "num_layers is 1000000000, but it is 2"),
    ("synthesis", {"img_resolution": 2**20}, "img_resolution is 1048576, but it is 16"),
    ("synthesis.b8", {"architecture": "fancy"}, "unknown architecture: fancy"),
    ("synthesis.b16", {"architecture": "orig"}, "different architectures"),
    ("G_ema", {"z_dim": 9}, "z_dim is 9, but it is 8"),
    ("G_ema", {"num_ws": 7}, "num_ws is 7, but it is 6"),
    ("G_ema", {"c_dim": 2}, "c_dim is 2, but it is 0"),
    ("G_ema", {"img_channels": 1}, "img_channels is 1, but it is 3"),
]
BAD_PARTS = [
    ({"synthesis.input.freqs": tensor(FIVE)}, "StyleGAN3"),
    ({"synthesis.b64.const": tensor(FIVE)}, "unknown part b64"),
    (
        {f"synthesis.b{2**n}.const": tensor(FIVE) for n in range(5, 13)},
        "4096 pixels, over 2048",
    ),
    (
        {
            "synthesis.b8.conv1.weight": tensor(KERNEL[:5]),
            "synthesis.b8.conv1.bias": tensor(FIVE),
        },
        "synthesis.b8 has layers that do not fit together",
    ),
    ({"synthesis.b8.extra": tensor(FIVE)}, "unknown tensor extra"),
    ({"mapping.w_avg": tensor(FIVE)}, "do not fit together"),
    ({"mapping.fcx.weight": tensor(FIVE)}, "no part fc2"),
    ({"mapping.fc0.weight": tensor(FIVE)}, "no weight of 2 dimensions"),
    ({f"mapping.fc{n}.weight": tensor(FIVE) for n in range(99)}, "99 layers"),
    ({"mapping.w_avg": tensor(np.ones(5000, "f4"))}, "larger than 4096"),
    ({f"mapping.t{n}": tensor(FIVE) for n in range(1001)}, "unusable _parameters"),
]
BAD_CLASSES = [
    ("G_ema", "Discriminator", "G_ema is a discriminator"),
    (
        "synthesis.b8",
        "Block",
        "is a Block; in a StyleGAN2 network it is a SynthesisBlock",
    ),
    ("synthesis.b8.conv1", ["SynthesisLayer"], "has no class name"),
]


@pytest.mark.parametrize("name", BAD_WEIGHTS)
def test_a_network_with_a_bad_weight_is_refused(name):
    piece, words = BAD_WEIGHTS[name]

    assert words in refusal(snapshot(*tiny_network(), pieces={WEIGHT: piece}))


@pytest.mark.parametrize(("path", "attributes", "words"), BAD_ATTRIBUTES)
def test_a_network_that_says_wrong_things_of_itself_is_refused(path, attributes, words):
    data = snapshot(*tiny_network(), attributes={path: attributes})

    assert words in refusal(data)


@pytest.mark.parametrize(("pieces", "words"), BAD_PARTS)
def test_a_network_with_other_parts_is_refused(pieces, words):
    assert words in refusal(snapshot(*tiny_network(), pieces=pieces))


@pytest.mark.parametrize(("path", "class_name", "words"), BAD_CLASSES)
def test_a_network_of_other_classes_is_refused(path, class_name, words):
    assert words in refusal(snapshot(*tiny_network(), classes={path: class_name}))


def test_a_storage_is_not_used_over_and_over():
    piece = tensor(FIVE, storage(np.ones(20_000, "f4")))
    node = Unpickler(io.BytesIO(whole(piece))).load()
    reader = TensorReader(file_size=100_000)

    reader.read(node)
    reader.read(node)

    with pytest.raises(LoadError, match="more numbers than the file holds"):
        reader.read(node)
