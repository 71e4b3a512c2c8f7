"""Reads MobileStyleGAN out of an OpenVINO IR: an .xml that names constants, a .bin that holds them."""

import math
import re
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element, ParseError

import numpy as np
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from generator.errors import LoadError
from generator.snapshots import Snapshot

Constants = dict[str, np.ndarray]
MEAN_SEED, MEAN_SAMPLES = 1234, 4096
"""The IR has no average w: it is the mean over this many latents."""
HAAR = np.array([[1, 1, 1, 1], [1, 1, -1, -1], [1, -1, 1, -1], [1, -1, -1, 1]]) / 2
"""Rows: the four pixels. Columns: average, height, width and diagonal detail."""


def read_constants(xml: bytes, weights: bytes) -> Constants:
    """Return the float32 constants by name, in the order in which they lie in the file.

    Source: OpenVINO IR version 10, layers of type Const with the attributes element_type,
    shape, offset and size in bytes. Raises LoadError when the two files do not fit.
    """
    try:
        layers = fromstring(xml, forbid_dtd=True).iterfind(
            "layers/layer[@type='Const']"
        )
        data = [(layer.attrib["name"], layer.find("data")) for layer in layers]
        floats = [
            (name, element)
            for name, element in data
            if element is not None and element.attrib["element_type"] == "f32"
        ]
        floats.sort(key=lambda row: int(row[1].attrib["offset"]))
        return {name: read_constant(element, weights) for name, element in floats}
    except (ParseError, DefusedXmlException, KeyError, ValueError) as error:
        raise LoadError(f"It is not a whole OpenVINO IR: {error}.") from error


def read_constant(element: Element, weights: bytes) -> np.ndarray:
    shape = [int(side) for side in re.findall(r"-?\d+", element.attrib["shape"])]
    offset, size = int(element.attrib["offset"]), int(element.attrib["size"])
    if min([offset, *shape]) < 0 or math.prod(shape) * 4 != size:
        raise ValueError("a shape disagrees with its size")
    if offset + size > len(weights):
        raise ValueError("the .bin file is shorter than the .xml says")
    return np.frombuffer(weights, "<f4", math.prod(shape), offset).reshape(shape)


def read_mobilestylegan(mapping: Constants, synthesis: Constants) -> Snapshot:
    """Name the constants of MobileStyleGAN's two networks as our modules are named.

    Raises LoadError when a constant is missing or of another shape than its neighbours.
    """
    try:
        tensors = dict(mapping_tensors(mapping)) | dict(synthesis_tensors(synthesis))
    except (KeyError, IndexError, ValueError) as error:
        raise LoadError(f"It is not MobileStyleGAN: {error!r}.") from error
    w_dim = len(tensors["w_avg"])
    blocks = [name for name in tensors if name.endswith("layer2.pointwise.conv.bias")]
    channels = [len(tensors["synthesis.stem.conv.conv.bias"])]
    channels += [len(tensors[name]) for name in blocks]
    facts: dict[str, Any] = {
        "family": "mobilestylegan",
        "resolution": 4 * 2 ** len(channels),
        "z_dim": w_dim,
        "w_dim": w_dim,
        "num_ws": 3 * len(channels) - 1,
        "num_classes": 0,
        "num_mapping_layers": sum(name.startswith("mapping") for name in tensors) // 2,
        "channels": channels,
    }
    return Snapshot(
        facts, {name: np.ascontiguousarray(t) for name, t in tensors.items()}
    )


def mapping_tensors(constants: Constants) -> Iterator[tuple[str, np.ndarray]]:
    parameters = [values for values in constants.values() if values.size > 1]
    weights = [values for values in parameters if values.ndim == 2]
    biases = [values for values in parameters if values.ndim == 1]
    if not weights or len(weights) != len(biases):
        raise ValueError("its mapping network has no layers, or one without a bias")
    x = np.random.RandomState(MEAN_SEED).randn(MEAN_SAMPLES, weights[0].shape[1])
    x = x.astype(np.float32)
    x /= np.sqrt(np.square(x).mean(axis=1, keepdims=True) + 1e-8)
    for i, (weight, bias) in enumerate(zip(weights, biases, strict=True)):
        yield f"mapping.layers.{i}.weight", weight
        yield f"mapping.layers.{i}.bias", bias
        x = x @ weight.T + bias
        x = np.maximum(x, np.float32(0.2) * x) * np.float32(2**0.5)
    yield "w_avg", x.mean(axis=0)


def synthesis_tensors(constants: Constants) -> Iterator[tuple[str, np.ndarray]]:
    """Every layer's tensors, with the IR's separate scale constants multiplied in."""
    weights = [
        v for name, v in constants.items() if re.fullmatch(r"Mul_\d+_copy", name)
    ]
    noises = [v for v in constants.values() if v.ndim == 4 and is_noise(v.shape)]
    if not weights or len(weights) != len(noises):
        raise ValueError("its convolutions and noise maps are not of one number")
    num_blocks = len(weights) // 2
    order = wavelet_order(len(weights[0]))
    yield "synthesis.stem.start", constants["m.input.input"]
    yield "synthesis.stem.noise", noises[0]
    yield "synthesis.stem.conv.conv.weight", weights[0][order]
    yield "synthesis.stem.conv.conv.bias", constants["m.conv1.bias"].ravel()[order]
    yield from modulation("synthesis.stem.conv", "m.conv1.conv", constants, 9)
    for i in range(num_blocks):
        ours, theirs = f"synthesis.blocks.{i}", f"m.layers.{i}"
        yield (
            f"{ours}.modulation.weight",
            constants[f"{theirs}.up.modulation.weight"][order],
        )
        yield (
            f"{ours}.modulation.bias",
            constants[f"{theirs}.up.modulation.bias"].ravel()[order],
        )
        for j in (1, 2):
            layer, conv = f"{ours}.layer{j}", f"{theirs}.conv{j}.conv"
            weight = weights[2 * i + j]
            bias = constants[f"{theirs}.conv{j}.bias"].ravel()
            order = np.arange(len(weight))
            if j == 2 and i + 1 < num_blocks:
                order = wavelet_order(len(weight))
            depthwise = constants[f"{conv}.weight_dw"]
            yield f"{layer}.noise", noises[2 * i + j]
            yield f"{layer}.depthwise.weight", depthwise.reshape(-1, 1, 3, 3)
            yield f"{layer}.pointwise.conv.weight", weight[order]
            yield f"{layer}.pointwise.conv.bias", bias[order]
            yield from modulation(f"{layer}.pointwise", conv, constants, 9)
    to_rgb = f"m.layers.{num_blocks - 1}.to_img"
    yield from modulation("synthesis.to_rgb", f"{to_rgb}.conv", constants, 1)
    weight, bias = (
        constants[f"{to_rgb}.conv.weight"],
        constants[f"{to_rgb}.bias"].ravel(),
    )
    yield "synthesis.to_rgb.conv.weight", fold_haar(weight)
    yield "synthesis.to_rgb.conv.bias", fold_haar(bias)


def is_noise(shape: tuple[int, ...]) -> bool:
    return shape[:2] == (1, 1) and shape[2] == shape[3] >= 4


def modulation(
    ours: str, theirs: str, constants: Constants, kernel_size: int
) -> Iterator[tuple[str, np.ndarray]]:
    """The affine map from w to a scale per channel, over sqrt(channels × kernel)."""
    weight = constants[f"{theirs}.modulation.weight"]
    scale = np.float32(1 / math.sqrt(len(weight) * kernel_size))
    yield f"{ours}.modulation.weight", weight * scale
    yield (
        f"{ours}.modulation.bias",
        constants[f"{theirs}.modulation.bias"].ravel() * scale,
    )


def wavelet_order(num_channels: int) -> np.ndarray:
    """Where in the IR to find the channels that `inverse_haar` takes.

    The IR has C averages, then height, width and diagonal detail of one channel after
    another; ours has C of each.
    """
    count = num_channels // 4
    details = count + 3 * np.arange(count)
    return np.concatenate([np.arange(count), details, details + 1, details + 2])


def fold_haar(values: np.ndarray) -> np.ndarray:
    """Fold the last inverse transform into to_rgb: (12, …) of subbands → (12, …) of pixels."""
    subbands = values[wavelet_order(12)].reshape(4, 3, -1)
    pixels = np.einsum("ps,sci->cpi", HAAR, subbands).astype(np.float32)
    return pixels.reshape(values.shape)
