"""The age and gender network of face-api: a small Xception (Chollet 2016, arXiv 1610.02357)."""

from collections.abc import Mapping
from typing import NamedTuple, Self

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from generator.errors import LoadError
from generator.faceres import conv, linear

MEAN_RGB = (122.782, 117.001, 104.298)
NUM_MAIN_BLOCKS = 2

Weights = Mapping[str, np.ndarray]


class FaceApiOutput(NamedTuple):
    age: Tensor
    """(batch,), in years."""
    male: Tensor
    """(batch,): a probability."""


class SeparableConv(nn.Sequential):
    def __init__(self, weights: Weights, name: str):
        depthwise = weights[f"{name}/depthwise_filter"].transpose(2, 3, 0, 1)
        pointwise = weights[f"{name}/pointwise_filter"].transpose(3, 2, 0, 1)
        no_bias = np.zeros(len(depthwise), np.float32)
        super().__init__(
            conv(depthwise, no_bias), conv(pointwise, weights[f"{name}/bias"])
        )


class ReductionBlock(nn.Module):
    """Halves the height and width."""

    def __init__(self, weights: Weights, name: str):
        super().__init__()
        self.layers = nn.ModuleList(
            SeparableConv(weights, f"{name}/separable_conv{i}") for i in range(2)
        )
        self.expansion = plain_conv(weights, f"{name}/expansion_conv")

    def forward(self, x: Tensor, activate: bool = True) -> Tensor:
        y = self.layers[0](F.relu(x) if activate else x)
        y = self.layers[1](F.relu(y))
        y = F.max_pool2d(pad_like_tensorflow(y, -torch.inf), 3, stride=2)
        return y + self.expansion(x)


class MainBlock(nn.Module):
    def __init__(self, weights: Weights, name: str):
        super().__init__()
        self.layers = nn.ModuleList(
            SeparableConv(weights, f"{name}/separable_conv{i}") for i in range(3)
        )

    def forward(self, x: Tensor) -> Tensor:
        y = x
        for layer in self.layers:
            y = layer(F.relu(y))
        return x + y


class FaceApi(nn.Module):
    """RGB (batch, 3, 112, 112), 0 to 255 → FaceApiOutput."""

    mean: Tensor

    def __init__(self, weights: Weights):
        super().__init__()
        self.first = plain_conv(weights, "entry_flow/conv_in")
        self.entry = nn.ModuleList(
            ReductionBlock(weights, f"entry_flow/reduction_block_{i}") for i in range(2)
        )
        self.main = nn.Sequential(
            *(
                MainBlock(weights, f"middle_flow/main_block_{i}")
                for i in range(NUM_MAIN_BLOCKS)
            )
        )
        self.exit = ReductionBlock(weights, "exit_flow/reduction_block")
        self.last = SeparableConv(weights, "exit_flow/separable_conv")
        self.age = linear(weights["fc/age/weights"], weights["fc/age/bias"])
        self.gender = linear(weights["fc/gender/weights"], weights["fc/gender/bias"])
        self.register_buffer("mean", torch.tensor(MEAN_RGB).view(1, 3, 1, 1))

    @classmethod
    def from_weights(cls, weights: Weights) -> Self:
        try:
            network = cls(weights)
        except (KeyError, ValueError) as error:
            raise LoadError(f"It is not face-api's network: {error!r}.") from error
        return network.eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def forward(self, x: Tensor) -> FaceApiOutput:
        x = (x - self.mean) / 255
        x = x.contiguous(memory_format=torch.channels_last)  # faster
        x = F.relu(self.first(pad_like_tensorflow(x)))  # (batch, 32, 56, 56)
        x = self.entry[0](x, activate=False)
        x = self.exit(self.main(self.entry[1](x)))  # (batch, 256, 7, 7)
        x = F.relu(self.last(x)).mean(dim=(2, 3))
        male, _ = self.gender(x).softmax(dim=1).unbind(dim=1)
        return FaceApiOutput(self.age(x).squeeze(1), male)


def plain_conv(weights: Weights, name: str) -> nn.Conv2d:
    """With stride 2; padding, where there is any to do, is the caller's."""
    filters = weights[f"{name}/filters"].transpose(3, 2, 0, 1)
    return conv(filters, weights[f"{name}/bias"], stride=2)


def pad_like_tensorflow(x: Tensor, value: float = 0.0) -> Tensor:
    """For a window of 3 and a stride of 2: right and below, and on all sides if odd."""
    height, width = x.shape[2:]
    return F.pad(x, (width % 2, 1, height % 2, 1), value=value)
