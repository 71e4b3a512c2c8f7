"""MobileStyleGAN: a small student of StyleGAN2 that builds its picture from wavelets.

Belousov 2021, "MobileStyleGAN: A Lightweight Convolutional Neural Network for High-Fidelity
Image Synthesis", arXiv 2104.04767. Inference only.
"""

from collections.abc import Mapping
from typing import Any, Self

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from generator.latents import broadcast_w, check_noise, check_z, truncate


class MappingNetwork(nn.Module):
    """Turns a latent z into a style w."""

    def __init__(self, dim: int, num_layers: int):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(dim, dim) for _ in range(num_layers))

    def forward(self, z: Tensor) -> Tensor:
        x = z * z.square().mean(dim=1, keepdim=True).add(1e-8).rsqrt()  # (batch, dim)
        for layer in self.layers:
            x = F.leaky_relu(layer(x), 0.2) * 2**0.5  # gain keeps the variance at 1
        return x


class StyledConv(nn.Module):
    """A convolution whose input channels are scaled by the style.

    Demodulation does not depend on w in this student: it is folded into the weights.
    """

    def __init__(self, w_dim: int, num_in: int, num_out: int, kernel: int = 1):
        super().__init__()
        self.modulation = nn.Linear(w_dim, num_in)
        self.conv = nn.Conv2d(num_in, num_out, kernel, padding=kernel // 2)

    def forward(self, x: Tensor, w: Tensor) -> Tensor:
        """x (batch, num_in, side, side), w (batch, w_dim) → (batch, num_out, side, side)."""
        style = self.modulation(w).to(x.dtype)  # (batch, num_in)
        if len(x) > 1:
            return self.conv(x * style[:, :, None, None])
        weight = self.conv.weight * style[:, :, None, None]  # cheaper than scaling x
        return F.conv2d(x, weight, self.conv.bias, padding=self.conv.padding)


class Layer(nn.Module):
    """Depthwise and styled pointwise convolution, noise, leaky ReLU.

    The style comes after the depthwise convolution, which lets a scale per channel pass.
    """

    noise: Tensor

    def __init__(self, w_dim: int, num_in: int, num_out: int, side: int):
        super().__init__()
        self.depthwise = nn.Conv2d(
            num_in, num_in, 3, padding=1, groups=num_in, bias=False
        )
        self.pointwise = StyledConv(w_dim, num_in, num_out)
        self.register_buffer("noise", torch.zeros(1, 1, side, side))

    def forward(self, x: Tensor, w: Tensor, noise: bool) -> Tensor:
        return activate(self.pointwise(self.depthwise(x), w), self.noise, noise)


class Stem(nn.Module):
    """The learned 4×4 start and its dense convolution."""

    start: Tensor
    noise: Tensor

    def __init__(self, w_dim: int, num_channels: int):
        super().__init__()
        self.conv = StyledConv(w_dim, num_channels, num_channels, 3)
        self.register_buffer("start", torch.zeros(1, num_channels, 4, 4))
        self.register_buffer("noise", torch.zeros(1, 1, 4, 4))

    def forward(self, w: Tensor, noise: bool) -> Tensor:
        x = self.start.expand(len(w), -1, -1, -1)
        return activate(self.conv(x, w), self.noise, noise)


class Block(nn.Module):
    """Twice the side: style, inverse wavelet transform, two layers."""

    def __init__(self, w_dim: int, num_in: int, num_out: int, side: int):
        super().__init__()
        self.modulation = nn.Linear(w_dim, num_in)
        self.layer1 = Layer(w_dim, num_in // 4, num_out, side)
        self.layer2 = Layer(w_dim, num_out, num_out, side)

    def forward(self, x: Tensor, ws: Tensor, noise: bool) -> Tensor:
        """x (batch, num_in, side/2, side/2), ws (batch, 3, w_dim) → (batch, num_out, side, side)."""
        style = self.modulation(ws[:, 0]).to(x.dtype)
        x = inverse_haar(x * style[:, :, None, None])
        return self.layer2(self.layer1(x, ws[:, 1], noise), ws[:, 2], noise)


class SynthesisNetwork(nn.Module):
    """Turns w+ into a picture: one w for the stem, three a block, one for to_rgb."""

    def __init__(self, w_dim: int, channels: list[int]):
        """`channels` are those after the stem (4×4) and after each block (8×8, 16×16, …)."""
        super().__init__()
        self.stem = Stem(w_dim, channels[0])
        self.blocks = nn.ModuleList(
            Block(w_dim, num_in, num_out, 8 * 2**i)
            for i, (num_in, num_out) in enumerate(
                zip(channels[:-1], channels[1:], strict=True)
            )
        )
        self.to_rgb = StyledConv(w_dim, channels[-1], 12)

    def forward(self, ws: Tensor, noise: bool = True) -> Tensor:
        """ws (batch, num_ws, w_dim) → float32 (batch, 3, resolution, resolution)."""
        x = self.stem(ws[:, 0], noise)
        for i, block in enumerate(self.blocks):
            x = block(x, ws[:, 1 + 3 * i : 4 + 3 * i], noise)
        x = self.to_rgb(x, ws[:, -1])  # the last inverse transform is in its weights
        return F.pixel_shuffle(x.float(), 2)


class MobileStyleGAN(nn.Module):
    """Draws faces. z → w by `map`, w → picture by `draw`."""

    w_avg: Tensor

    def __init__(self, w_dim: int, num_mapping_layers: int, channels: list[int]):
        super().__init__()
        self.mapping = MappingNetwork(w_dim, num_mapping_layers)
        self.synthesis = SynthesisNetwork(w_dim, channels)
        self.register_buffer("w_avg", torch.zeros(w_dim))
        self.resolution = 4 * 2 ** len(channels)
        self.z_dim = self.w_dim = w_dim
        self.num_ws = 3 * len(channels) - 1
        self.num_classes = 0

    @classmethod
    def from_tensors(cls, facts: dict[str, Any], tensors: Mapping[str, Tensor]) -> Self:
        """Build it from the facts and the tensors of its weights file."""
        with torch.device("meta"):
            network = cls(
                facts["w_dim"], facts["num_mapping_layers"], facts["channels"]
            )
        network.load_state_dict(tensors, assign=True)
        return network.eval().requires_grad_(False)

    def map(self, z: Tensor, psi: float = 1.0, classes: Tensor | None = None) -> Tensor:
        """z (batch, z_dim), standard normal → w (batch, w_dim) float32, truncated by psi.

        Raises ValueError for another shape, or for classes: this network has none.
        """
        check_z(z, self.z_dim)
        if classes is not None:
            raise ValueError("this network has no classes")
        return truncate(self.mapping(z), self.w_avg, psi)

    def draw(self, w: Tensor, noise: str = "const") -> Tensor:
        """w (batch, w_dim), or w+ (batch, num_ws, w_dim) → pictures.

        Float32 (batch, 3, resolution, resolution), RGB, nominally -1 to 1, not clamped.
        Noise is `const`, the maps the network was published with, or `none`.
        Raises ValueError for another shape or noise.
        """
        check_noise(noise)
        ws = broadcast_w(w, self.num_ws, self.w_dim)
        return self.synthesis(ws, noise == "const")

    def use_half(self) -> None:
        """Convolve in float16; styles stay float32.

        Against float32 a picture then differs by 0.1 % of its standard deviation on
        average, and by at most 10 % in single pixels (measured on two faces).
        """
        for module in self.synthesis.modules():
            if isinstance(module, nn.Conv2d):
                module.half()
        for name, buffer in self.synthesis.named_buffers():
            self.synthesis.get_submodule(name.rpartition(".")[0]).register_buffer(
                name.rpartition(".")[2], buffer.half()
            )


def activate(x: Tensor, noise: Tensor, with_noise: bool) -> Tensor:
    """Add noise (1, 1, side, side) and apply the leaky ReLU, both in place: x is fresh."""
    if with_noise:
        x = x.add_(noise)
    return F.leaky_relu_(x, 0.2)


def inverse_haar(x: Tensor) -> Tensor:
    """Inverse 2-D Haar transform: (batch, 4 C, side, side) → (batch, C, 2 side, 2 side).

    The channels of x are C times the average, then C times the detail along the height, C
    times that along the width, and C times the diagonal one.
    """
    batch, channels, rows, columns = x.shape
    x = x.permute(0, 2, 3, 1) / 2  # channels last: what follows copies whole pixels
    average, height, width, diagonal = x.chunk(4, dim=-1)
    top, bottom = average + height, average - height
    left, right = width + diagonal, width - diagonal
    pixels = torch.stack([top + left, top - left, bottom + right, bottom - right], 3)
    pixels = pixels.view(batch, rows, columns, 2, 2, channels // 4).transpose(2, 3)
    return pixels.reshape(batch, 2 * rows, 2 * columns, channels // 4).permute(
        0, 3, 1, 2
    )
