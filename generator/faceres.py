"""The faceres networks: age, gender and an embedding of a face, by a MobileNet.

MobileNet is Howard et al. 2017, arXiv 1704.04861; this one was trained by A. Savchenko.
"""

from collections.abc import Mapping
from typing import NamedTuple, Self

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from generator.errors import LoadError

STRIDES = [1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1]
"""Of the thirteen depthwise convolutions."""
MEAN_BGR = (103.939, 116.779, 123.68)


class FaceResOutput(NamedTuple):
    ages: Tensor
    """(batch, 100): the probability of each age in years."""
    male: Tensor
    """(batch,): a probability."""
    embedding: Tensor
    """(batch, 1024)."""


class FaceRes(nn.Module):
    """RGB (batch, 3, 224, 224), 0 to 255 → FaceResOutput."""

    mean: Tensor

    def __init__(self, layers: list[nn.Conv2d], *heads: nn.Linear):
        super().__init__()
        self.layers = nn.ModuleList(layers)
        self.features, self.ages, self.male = heads
        self.register_buffer("mean", torch.tensor(MEAN_BGR).view(1, 3, 1, 1))

    @classmethod
    def from_weights(cls, weights: Mapping[str, np.ndarray]) -> Self:
        try:
            network = cls(read_layers(weights), *read_heads(weights))
        except (KeyError, ValueError) as error:
            raise LoadError(f"It is not a faceres network: {error!r}.") from error
        return network.eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def forward(self, x: Tensor) -> FaceResOutput:
        x = x.flip(1) - self.mean
        x = x.contiguous(memory_format=torch.channels_last)  # faster
        for layer in self.layers:
            if layer.stride == (2, 2):
                x = F.pad(x, (0, 1, 0, 1))  # TensorFlow pads right and below
            x = F.relu6(layer(x), inplace=True)
        embedding = x.mean(dim=(2, 3))
        features = F.relu(self.features(embedding))
        ages = self.ages(features).softmax(dim=1)
        male = self.male(features).sigmoid().squeeze(1)
        return FaceResOutput(ages, male, embedding)


def read_layers(weights: Mapping[str, np.ndarray]) -> list[nn.Conv2d]:
    def bias(name: str) -> np.ndarray:
        return weights[f"{name}_bn/batchnorm_1/sub"]

    first = weights["conv1/convolution/merged_input"]
    layers = [conv(first.transpose(3, 2, 0, 1), bias("conv1"), stride=2)]
    for i, stride in enumerate(STRIDES, start=1):
        depthwise = weights[f"conv_dw_{i}/depthwise_kernel"].transpose(2, 3, 0, 1)
        scale = weights[f"conv_dw_{i}_bn/batchnorm_1/mul"].reshape(-1, 1, 1, 1)
        pointwise = weights[f"conv_pw_{i}/convolution/merged_input"]
        layers += [
            conv(depthwise * scale, bias(f"conv_dw_{i}"), stride),
            conv(pointwise.transpose(3, 2, 0, 1), bias(f"conv_pw_{i}")),
        ]
    return layers


def read_heads(weights: Mapping[str, np.ndarray]) -> list[nn.Linear]:
    names = ["feats", "age_pred", "gender_pred"]
    return [linear(weights[f"{n}/kernel"], weights[f"{n}/bias"]) for n in names]


def conv(weight: np.ndarray, bias: np.ndarray, stride: int = 1) -> nn.Conv2d:
    """A convolution of (out, in, k, k); depthwise where in is 1, "same" where stride is 1."""
    outputs, inputs, size, _ = weight.shape
    groups = outputs if inputs == 1 else 1
    layer = nn.Conv2d(
        *(inputs * groups, outputs, size, stride),
        padding=size // 2 if stride == 1 else 0,
        groups=groups,
    )
    layer.weight = parameter(weight)
    layer.bias = parameter(bias)
    return layer


def linear(weight: np.ndarray, bias: np.ndarray) -> nn.Linear:
    """A fully connected layer of (in, out)."""
    layer = nn.Linear(*weight.shape)
    layer.weight = parameter(weight.T)
    layer.bias = parameter(bias)
    return layer


def parameter(values: np.ndarray) -> nn.Parameter:
    return nn.Parameter(torch.tensor(values), requires_grad=False)
