"""The layers of StyleGAN2, each built from the facts and tensors of one module.

Karras et al. 2020, "Analyzing and Improving the Image Quality of StyleGAN", arXiv 1912.04958.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

HALF_CLAMP = 256.0  # ten times what activations reach in practice (ADA paper)


@dataclass(frozen=True)
class Part:
    """One module of a checkpoint: the facts and tensors filed under its path."""

    layers: Mapping[str, Mapping[str, Any]]
    tensors: Mapping[str, Tensor]
    path: str

    def __truediv__(self, name: str) -> "Part":
        return Part(self.layers, self.tensors, f"{self.path}.{name}")

    def exists(self) -> bool:
        return self.path in self.layers

    def fact(self, name: str) -> Any:
        return self.layers[self.path][name]

    def tensor(self, name: str) -> Tensor:
        return self.tensors[f"{self.path}.{name}"].to(torch.float32)

    def is_leaky(self) -> bool:
        """Whether a leaky ReLU follows the layer."""
        activation = self.fact("activation")
        if activation not in ("lrelu", "linear"):
            raise ValueError(f"{self.path} has the unknown activation {activation!r}.")
        return activation == "lrelu"

    def resample_filter(self) -> Tensor:
        """The FIR filter as a kernel that keeps brightness while doubling both sides."""
        kernel = self.tensor("resample_filter") * 4  # zeros fill 3 of 4 pixels
        sides = set(kernel.shape)
        if kernel.dim() != 2 or len(sides) != 1 or not sides <= {2, 4, 6, 8}:
            shape = tuple(kernel.shape)
            raise ValueError(
                f"{self.path}.resample_filter must be square, of an even side up to 8,"
                f" not {shape}."
            )
        return kernel


class Linear(nn.Module):
    """A fully connected layer, its learning-rate gains folded into its values."""

    weight: Tensor  # (out, in)
    bias: Tensor  # (out,)

    def __init__(self, part: Part):
        super().__init__()
        self.is_leaky = part.is_leaky()
        weight = part.tensor("weight") * part.fact("weight_gain")
        self.register_buffer("weight", weight)
        self.register_buffer("bias", part.tensor("bias") * part.fact("bias_gain"))

    def forward(self, x: Tensor) -> Tensor:
        x = F.linear(x, self.weight, self.bias)  # (batch, out)
        return F.leaky_relu(x, 0.2) * 2**0.5 if self.is_leaky else x


class Upsample(nn.Module):
    """Doubles both sides: zeros between the pixels, then the FIR filter over them."""

    kernel: Tensor  # (side, side)

    def __init__(self, part: Part):
        super().__init__()
        self.register_buffer("kernel", part.resample_filter())

    def forward(self, x: Tensor) -> Tensor:
        channels, side = x.shape[1], len(self.kernel)
        kernel = self.kernel.to(x.dtype).expand(channels, 1, side, side)
        return F.conv_transpose2d(
            x, kernel, stride=2, padding=side // 2 - 1, groups=channels
        )


class ModulatedConv(nn.Module):
    """A 3x3 convolution whose input channels are scaled by the style.

    Demodulation brings each output channel back to the same strength:
    W'[o,i,k] = W[o,i,k] s[i] / sqrt(sum over i,k of (W[o,i,k] s[i])^2 + 1e-8).
    One W serves the whole batch: x is scaled by s before the convolution, and by the
    root, which needs only the sums over k of W^2, after it. s and W go in divided by
    their largest values, W by sqrt(9 in) too, so that float16 does not overflow.

    x is overwritten: on a CPU most of the time of x * s goes into new memory.
    """

    weight: Tensor  # (out, in, 3, 3), or (in, out, 3, 3) where up is 2
    energy: Tensor  # (in, out)
    scale: Tensor  # (out,)
    bias: Tensor  # (1, out, 1, 1)
    noise: Tensor | None  # (1, 1, side, side)
    kernel: Tensor | None  # (out, 1, side of the filter, side of the filter)

    def __init__(self, part: Part, gain: float = 1.0):
        super().__init__()
        self.affine = Linear(part / "affine")
        self.is_leaky = part.is_leaky()
        up = part.fact("up")
        self.gain = gain
        self.clamp = scaled_clamp(part, gain)
        weight = part.tensor("weight")  # (out, in, 3, 3)
        if weight.shape[2:] != (3, 3) or up not in (1, 2):
            raise ValueError(f"{part.path} is not a 3x3 convolution with up 1 or 2.")
        largest = weight.abs().amax(dim=(1, 2, 3)).clamp_min(1e-8)  # (out,)
        scale = largest * (9 * weight.shape[1]) ** 0.5
        kernel, noise = None, None
        # A leaky ReLU passes a positive factor on, so the gain is applied ahead of it.
        gain *= part.fact("act_gain")
        if part.fact("use_noise"):
            noise = part.tensor("noise_const") * part.tensor("noise_strength") * gain
            noise = noise[None, None]
        self.register_buffer("energy", weight.square().sum(dim=(2, 3)).T.contiguous())
        self.register_buffer("scale", scale * gain)
        self.register_buffer("bias", part.tensor("bias").view(1, -1, 1, 1) * gain)
        self.register_buffer("noise", noise)
        weight = weight / scale.view(-1, 1, 1, 1)
        if up == 2:
            weight = weight.transpose(0, 1)
            kernel = part.resample_filter().flip(0, 1)  # conv2d does not flip
            kernel = kernel.repeat(weight.shape[1], 1, 1, 1)
        self.register_buffer("kernel", kernel)
        self.register_buffer("weight", channels_last(weight))

    def use_half(self, dtype: torch.dtype) -> None:
        self.weight = channels_last(self.weight.to(dtype))
        self.bias = self.bias.to(dtype)
        self.noise = None if self.noise is None else self.noise.to(dtype)
        self.kernel = None if self.kernel is None else self.kernel.to(dtype)
        self.clamp = self.clamp or HALF_CLAMP * self.gain

    def forward(self, x: Tensor, w: Tensor, noise: bool) -> Tensor:
        style = self.affine(w)  # (batch, in), like all of these in float32
        demodulation = (style.square() @ self.energy + 1e-8).rsqrt()  # (batch, out)
        largest = style.abs().amax(dim=1, keepdim=True).clamp_min(1e-8)  # (batch, 1)
        x = self.convolve(x.mul_(per_channel(style / largest, x)))
        strength = demodulation * largest * self.scale  # (batch, out)
        torch.addcmul(self.bias, x, per_channel(strength, x), out=x)
        if noise and self.noise is not None:
            x.add_(self.noise)
        if self.is_leaky:
            F.leaky_relu(x, 0.2, inplace=True)
        return x if self.clamp is None else x.clamp_(-self.clamp, self.clamp)

    def convolve(self, x: Tensor) -> Tensor:
        if self.kernel is None:
            return F.conv2d(x, self.weight, padding=1)
        channels, _, side, _ = self.kernel.shape
        x = F.conv_transpose2d(x, self.weight, stride=2)  # 2 side + 1
        return F.conv2d(x, self.kernel, padding=side // 2 - 1, groups=channels)


class ToRGB(nn.Module):
    """Turns features into red, green and blue: modulated 1x1, not demodulated."""

    weight: Tensor  # (3, in)
    bias: Tensor  # (3, 1, 1)

    def __init__(self, part: Part):
        super().__init__()
        self.affine = Linear(part / "affine")
        self.clamp = scaled_clamp(part)
        weight = part.tensor("weight").flatten(1) * part.fact("weight_gain")
        self.register_buffer("weight", weight)
        self.register_buffer("bias", part.tensor("bias").view(-1, 1, 1))

    def forward(self, x: Tensor, w: Tensor) -> Tensor:
        weight = self.weight * self.affine(w)[:, None]  # (batch, 3, in)
        x = torch.einsum("bihw, boi -> bohw", x, weight.to(x.dtype))
        x = x.to(torch.float32).add_(self.bias)  # (batch, 3, side, side)
        return x if self.clamp is None else x.clamp_(-self.clamp, self.clamp)


class Shortcut(nn.Module):
    """The way around the two convolutions of a "resnet" block: 1x1, then doubled."""

    weight: Tensor  # (out, in, 1, 1)

    def __init__(self, part: Part, gain: float):
        super().__init__()
        if part.is_leaky() or part.fact("up") != 2:
            raise ValueError(f"{part.path} is not linear with up 2.")
        self.upsample = Upsample(part)
        self.clamp = scaled_clamp(part, gain)
        gain *= part.fact("weight_gain") * part.fact("act_gain")
        self.register_buffer("weight", channels_last(part.tensor("weight") * gain))

    def use_half(self, dtype: torch.dtype) -> None:
        self.weight = channels_last(self.weight.to(dtype))

    def forward(self, x: Tensor) -> Tensor:
        x = self.upsample(F.conv2d(x, self.weight))
        return x if self.clamp is None else x.clamp_(-self.clamp, self.clamp)


def per_channel(values: Tensor, x: Tensor) -> Tensor:
    """(batch, channels) → (batch, channels, 1, 1), in the precision of x."""
    return values[:, :, None, None].to(x.dtype)


def channels_last(x: Tensor) -> Tensor:
    return x.contiguous(memory_format=torch.channels_last)


def scaled_clamp(part: Part, gain: float = 1.0) -> float | None:
    """Where the layer cuts its values off, if it does."""
    clamp = part.fact("conv_clamp")
    return None if clamp is None else clamp * gain
