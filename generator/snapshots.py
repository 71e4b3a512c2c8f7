"""Reads StyleGAN2 and StyleGAN2-ADA snapshots: the generator G_ema of a .pkl file.

The network is told from the shapes of its tensors, and what the file says about itself
must agree with them.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from generator.errors import LoadError
from generator.modules import Module
from generator.tensors import TensorReader
from generator.unpickling import DAMAGED, MAX_BYTES, unpickle

__all__ = ["MAX_BYTES", "LoadError", "Snapshot", "read_snapshot"]

MAX_RESOLUTION = 2048
MAX_CHANNELS = 4096
MAX_MAPPING_LAYERS = 32
ARCHITECTURES = ("skip", "resnet", "orig")
RGB = 3
FILTER = (4, 4)


@dataclass(frozen=True)
class Snapshot:
    """A network as read from its file: facts fit for JSON, and float32 tensors."""

    facts: dict[str, Any]
    tensors: dict[str, np.ndarray]


def read_snapshot(data: bytes) -> Snapshot:
    try:
        return Reader(unpickle(data), TensorReader(len(data))).read()
    except LoadError:
        raise
    except Exception as error:  # a hostile file must not choose how it fails
        raise LoadError(DAMAGED) from error


class Reader:
    """Takes the network apart from the top, module by module."""

    def __init__(self, pickled: Any, tensor_reader: TensorReader):
        if type(pickled) is not dict or "G_ema" not in pickled:
            raise LoadError("The file is a pickle without the network G_ema.")
        self.tensor_reader = tensor_reader
        self.layers: dict[str, dict[str, Any]] = {}
        self.tensors: dict[str, np.ndarray] = {}
        self.root = Module(pickled["G_ema"], "G_ema", "Generator", tensor_reader)

    def read(self) -> Snapshot:
        self.root.check_tensors()
        self.root.check_parts(["mapping", "synthesis"])
        facts = {"family": "stylegan2"} | self.read_mapping()
        facts |= self.read_synthesis(facts["w_dim"])
        self.root.check_attributes(
            z_dim=facts["z_dim"],
            c_dim=facts["num_classes"],
            w_dim=facts["w_dim"],
            num_ws=facts["num_ws"],
            img_resolution=facts["resolution"],
            img_channels=RGB,
        )
        return Snapshot(facts | {"layers": self.layers}, self.tensors)

    def part(self, parent: Module, name: str, class_name: str) -> Module:
        path = name if parent is self.root else f"{parent.path}.{name}"
        module = Module(parent.parts[name], path, class_name, self.tensor_reader)
        for key, tensor in module.tensors.items():
            if max(tensor.shape, default=1) > MAX_CHANNELS:
                raise LoadError(f"{path}.{key} is larger than {MAX_CHANNELS}.")
            self.tensors[f"{path}.{key}"] = tensor
        return module

    def read_mapping(self) -> dict[str, Any]:
        mapping = self.part(self.root, "mapping", "MappingNetwork")
        w_dim = mapping.size("w_avg", 1, 0)
        mapping.check_tensors(w_avg=(w_dim,))
        depth = len([name for name in mapping.parts if name.startswith("fc")])
        if not 1 <= depth <= MAX_MAPPING_LAYERS:
            raise LoadError(
                f"mapping has {depth} layers, not 1 to {MAX_MAPPING_LAYERS}."
            )
        names = [f"fc{index}" for index in range(depth)]
        num_classes = embed_dim = 0
        if "embed" in mapping.parts:
            mapping.check_parts(["embed", *names])
            num_classes, embed_dim = self.read_linear(mapping, "embed")
        else:
            mapping.check_parts(names)
        first, width = self.read_linear(mapping, "fc0")
        for name in names[1:]:
            _, width = self.read_linear(mapping, name, inputs=width)
        if width != w_dim or first <= embed_dim:
            raise LoadError("mapping has layers that do not fit together.")
        facts = {"z_dim": first - embed_dim, "w_dim": w_dim}
        mapping.check_attributes(**facts, c_dim=num_classes, num_layers=depth)
        return facts | {"num_classes": num_classes}

    def read_linear(
        self, parent: Module, name: str, inputs: int = 0, outputs: int = 0
    ) -> tuple[int, int]:
        """A fully connected layer. Returns its inputs and outputs; 0 leaves them free."""
        layer = self.part(parent, name, "FullyConnectedLayer")
        inputs = inputs or layer.size("weight", 2, 1)
        outputs = outputs or layer.size("weight", 2, 0)
        layer.check_parts([])
        layer.check_tensors(weight=(outputs, inputs), bias=(outputs,))
        self.layers[layer.path] = {
            "activation": layer.activation(),
            "weight_gain": layer.gain("weight_gain"),
            "bias_gain": layer.gain("bias_gain"),
        }
        return inputs, outputs

    def read_synthesis(self, w_dim: int) -> dict[str, Any]:
        synthesis = self.part(self.root, "synthesis", "SynthesisNetwork")
        if "input" in synthesis.parts:
            raise LoadError(
                "The file is a StyleGAN3 network; only StyleGAN2 can be used."
            )
        resolutions = [4]
        while f"b{resolutions[-1] * 2}" in synthesis.parts:
            resolutions.append(resolutions[-1] * 2)
        largest = resolutions[-1]
        if largest > MAX_RESOLUTION:
            raise LoadError(f"synthesis draws {largest} pixels, over {MAX_RESOLUTION}.")
        synthesis.check_tensors()
        synthesis.check_parts([f"b{resolution}" for resolution in resolutions])
        channels, architectures = 0, set()
        for resolution in resolutions:
            block = self.part(synthesis, f"b{resolution}", "SynthesisBlock")
            architectures.add(block.choice("architecture", ARCHITECTURES))
            is_last = resolution == largest
            channels = self.read_block(block, resolution, channels, w_dim, is_last)
        if len(architectures) > 1:
            raise LoadError("synthesis mixes blocks of different architectures.")
        num_ws = 2 * len(
            resolutions
        )  # one per 3x3 convolution, and one for the last torgb
        synthesis.check_attributes(
            w_dim=w_dim, num_ws=num_ws, img_resolution=largest, img_channels=RGB
        )
        return {
            "resolution": largest,
            "num_ws": num_ws,
            "architecture": architectures.pop(),
        }

    def read_block(
        self, block: Module, resolution: int, inputs: int, w_dim: int, is_last: bool
    ) -> int:
        """Read the layers of one resolution; returns its number of channels."""
        architecture = block.choice("architecture", ARCHITECTURES)
        has_image = is_last or architecture == "skip"
        has_skip = bool(inputs) and architecture == "resnet"
        block.check_parts(
            ["conv1"]
            + ["conv0"] * bool(inputs)
            + ["torgb"] * has_image
            + ["skip"] * has_skip
        )
        block.check_attributes(resolution=resolution)
        if inputs:
            block.check_tensors(resample_filter=FILTER)
            channels = self.read_conv(block, "conv0", resolution, inputs, w_dim, up=2)
        else:
            channels = block.size("const", 3, 0)
            block.check_tensors(const=(channels, 4, 4), resample_filter=FILTER)
        outputs = self.read_conv(block, "conv1", resolution, channels, w_dim, up=1)
        if outputs != channels:
            raise LoadError(f"{block.path} has layers that do not fit together.")
        if has_image:
            self.read_torgb(block, channels, w_dim)
        if has_skip:
            self.read_skip(block, inputs, channels)
        return channels

    def read_conv(
        self,
        block: Module,
        name: str,
        resolution: int,
        inputs: int,
        w_dim: int,
        up: int,
    ) -> int:
        """A modulated 3x3 convolution; returns its number of output channels."""
        conv = self.part(block, name, "SynthesisLayer")
        conv.check_parts(["affine"])
        conv.check_attributes(up=up, resolution=resolution)
        outputs = conv.size("weight", 4, 0)
        use_noise = conv.is_on("use_noise")
        shapes: dict[str, tuple[int, ...]] = {
            "weight": (outputs, inputs, 3, 3),
            "bias": (outputs,),
            "resample_filter": FILTER,
        }
        if use_noise:
            shapes |= {"noise_const": (resolution, resolution), "noise_strength": ()}
        conv.check_tensors(**shapes)
        self.layers[conv.path] = {
            "activation": conv.activation(),
            "up": up,
            "use_noise": use_noise,
            "act_gain": conv.gain("act_gain"),
            "conv_clamp": conv.clamp(),
        }
        self.read_linear(conv, "affine", w_dim, inputs)
        return outputs

    def read_torgb(self, block: Module, inputs: int, w_dim: int) -> None:
        torgb = self.part(block, "torgb", "ToRGBLayer")
        torgb.check_parts(["affine"])
        torgb.check_tensors(weight=(RGB, inputs, 1, 1), bias=(RGB,))
        self.layers[torgb.path] = {
            "weight_gain": torgb.gain("weight_gain"),
            "conv_clamp": torgb.clamp(),
        }
        self.read_linear(torgb, "affine", w_dim, inputs)

    def read_skip(self, block: Module, inputs: int, outputs: int) -> None:
        skip = self.part(block, "skip", "Conv2dLayer")
        skip.check_parts([])
        skip.check_attributes(up=2, down=1)
        skip.check_tensors(weight=(outputs, inputs, 1, 1), resample_filter=FILTER)
        self.layers[skip.path] = {
            "activation": skip.activation(),
            "up": 2,
            "weight_gain": skip.gain("weight_gain"),
            "act_gain": skip.gain("act_gain"),
            "conv_clamp": skip.clamp(),
        }
