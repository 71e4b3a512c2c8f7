"""StyleGAN2 and StyleGAN2-ADA: the generator, for drawing only.

Karras et al. 2020, "Analyzing and Improving the Image Quality of StyleGAN", arXiv 1912.04958,
and "Training Generative Adversarial Networks with Limited Data", arXiv 2006.06676.
"""

from collections.abc import Mapping
from typing import Any, Self

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from generator.latents import broadcast_w, check_noise, check_z
from generator.stylegan2_layers import (
    Linear,
    ModulatedConv,
    Part,
    Shortcut,
    ToRGB,
    Upsample,
    channels_last,
)

HALF_RESOLUTIONS = 4


class MappingNetwork(nn.Module):
    """Turns a latent z, and a class where there are any, into a style w."""

    w_avg: Tensor  # (w_dim,)

    def __init__(self, part: Part, num_classes: int):
        super().__init__()
        self.num_classes = num_classes
        self.embed = Linear(part / "embed") if num_classes else None
        self.layers = nn.ModuleList()
        while (layer := part / f"fc{len(self.layers)}").exists():
            self.layers.append(Linear(layer))
        self.register_buffer("w_avg", part.tensor("w_avg"))

    def forward(self, z: Tensor, psi: float, classes: Tensor | None) -> Tensor:
        x = normalize(z)  # (batch, z_dim)
        if self.embed is not None and classes is not None:
            label = F.one_hot(classes.to(z.device), self.num_classes).to(z.dtype)
            x = torch.cat([x, normalize(self.embed(label))], dim=1)
        for layer in self.layers:
            x = layer(x)
        return self.w_avg.lerp(x, psi)  # (batch, w_dim)


class Block(nn.Module):
    """All layers of one resolution.

    "skip" adds up a picture from every block; "resnet" carries the features around the
    convolutions; "orig" does neither. The last two have a picture in the last block only.
    """

    def __init__(self, part: Part, architecture: str, side: int, is_last: bool):
        super().__init__()
        self.side = side
        self.dtype = torch.float32
        is_first = not (part / "conv0").exists()
        self.shortcut, gain = None, 1.0
        if architecture == "resnet" and not is_first:
            gain = 0.5**0.5  # the sum of two equal variances keeps the variance
            self.shortcut = Shortcut(part / "skip", gain)
        self.convs = nn.ModuleList([ModulatedConv(part / "conv1", gain)])
        if not is_first:
            self.convs.insert(0, ModulatedConv(part / "conv0"))
        has_picture = architecture == "skip" or is_last
        self.to_rgb = ToRGB(part / "torgb") if has_picture else None
        sums_pictures = architecture == "skip" and not is_first
        self.upsample = Upsample(part) if sums_pictures else None

    def use_half(self, dtype: torch.dtype) -> None:
        self.dtype = dtype
        for layer in self.modules():
            if isinstance(layer, ModulatedConv | Shortcut):
                layer.use_half(dtype)

    def forward(
        self, x: Tensor, picture: Tensor, ws: Tensor, noise: bool
    ) -> tuple[Tensor, Tensor]:
        x = x.to(self.dtype)
        around = None if self.shortcut is None else self.shortcut(x)
        for conv, w in zip(self.convs, ws.unbind(dim=1), strict=False):
            x = conv(x, w, noise)
        if around is not None:
            x = x.add_(around)
        if self.upsample is not None:
            picture = self.upsample(picture)
        if self.to_rgb is not None:
            picture = self.to_rgb(x, ws[:, -1]).add_(picture)
        return x, picture


class StyleGAN2(nn.Module):
    """The generator: latent z → style w → picture.

    Built from a checkpoint's facts and tensors; its values are buffers, for nothing
    here is trained.
    """

    const: Tensor  # (1, channels, 4, 4)

    def __init__(self, facts: Mapping[str, Any], tensors: Mapping[str, Tensor]):
        super().__init__()
        self.resolution: int = facts["resolution"]
        self.z_dim: int = facts["z_dim"]
        self.w_dim: int = facts["w_dim"]
        self.num_ws: int = facts["num_ws"]
        self.num_classes: int = facts["num_classes"]
        architecture = facts["architecture"]
        if architecture not in ("skip", "resnet", "orig"):
            raise ValueError(f"Unknown architecture {architecture!r}.")
        mapping = Part(facts["layers"], tensors, "mapping")
        self.mapping = MappingNetwork(mapping, self.num_classes)
        synthesis = Part(facts["layers"], tensors, "synthesis")
        const = (synthesis / "b4").tensor("const")
        self.register_buffer("const", channels_last(const[None]))
        sides = [2**n for n in range(2, self.resolution.bit_length())]  # 4, 8, …
        self.blocks = nn.ModuleList(
            Block(synthesis / f"b{side}", architecture, side, side == self.resolution)
            for side in sides
        )
        if self.num_ws != 2 * len(sides) or self.resolution != 2 * 2 ** len(sides):
            raise ValueError(f"{self.resolution} px do not go with {self.num_ws} ws.")

    @classmethod
    def from_tensors(
        cls, facts: Mapping[str, Any], tensors: Mapping[str, Tensor]
    ) -> Self:
        """Build the network from what `read_snapshot` returns, on the CPU in float32.

        Its shapes and layers come from the facts and tensors alone. Raises ValueError
        where one is absent or of a kind that this network does not have.
        """
        try:
            return cls(facts, tensors)
        except KeyError as error:
            raise ValueError(f"The network has no {error}.") from error

    def use_half(self, dtype: torch.dtype = torch.float16) -> None:
        """Hold and compute the four highest resolutions, never 4x4, in half precision.

        The mapping network, styles, demodulation and the picture stay in float32, and
        these layers clamp at ±256 where the checkpoint sets no clamp. Pictures then
        differ from float32 by at most 2 % of their standard deviation in float16, and
        by 10 % in bfloat16 (measured on random networks of 16 to 1024 px).
        Source: the ADA paper, appendix on mixed precision.
        """
        lowest = max(8, self.resolution >> HALF_RESOLUTIONS - 1)
        for block in self.modules():
            if isinstance(block, Block) and block.side >= lowest:
                block.use_half(dtype)

    @torch.no_grad()
    def map(self, z: Tensor, psi: float = 1.0, classes: Tensor | None = None) -> Tensor:
        """Turn latents into styles: w = w_avg + psi (mapping(z) - w_avg).

        z (batch, z_dim), standard normal; psi 0 gives the average face, 1 does not
        truncate; classes (batch,) int64, 0 to num_classes - 1, exactly where the
        network has classes. Returns w (batch, w_dim) float32. Raises ValueError for
        other shapes, and for classes that are absent, superfluous or out of range.
        Source: StyleGAN2, arXiv 1912.04958; classes as in ADA, arXiv 2006.06676.
        """
        check_z(z, self.z_dim)
        self.check_classes(classes, len(z))
        return self.mapping(z.to(torch.float32), psi, classes)

    def check_classes(self, classes: Tensor | None, batch: int) -> None:
        if classes is None and self.num_classes == 0:
            return
        if classes is None:
            raise ValueError(f"Say which of {self.num_classes} classes to draw.")
        if self.num_classes == 0:
            raise ValueError("This network has no classes.")
        if classes.shape != (batch,) or classes.dtype != torch.int64:
            raise ValueError(f"classes must be ({batch},) int64.")
        if ((classes < 0) | (classes >= self.num_classes)).any():
            raise ValueError(f"classes must lie from 0 to {self.num_classes - 1}.")

    @torch.no_grad()
    def draw(self, w: Tensor, noise: str = "const") -> Tensor:
        """Draw pictures of styles.

        w (batch, w_dim) float32, or w+ (batch, num_ws, w_dim) with one style a layer;
        noise "const" for the checkpoint's own maps, "none" to leave them out. Returns
        float32 (batch, 3, resolution, resolution), RGB from -1 to 1 with some strays,
        unclamped. One batch of n equals n batches of one up to rounding (2e-5 of the
        standard deviation in float32). Raises ValueError for other shapes or noise.
        Source: StyleGAN2, arXiv 1912.04958, section 2 and figure 7.
        """
        check_noise(noise)
        w = broadcast_w(w, self.num_ws, self.w_dim).to(torch.float32)
        x = self.const.expand(len(w), -1, -1, -1)
        x = x.clone(memory_format=torch.channels_last)  # the layers overwrite it
        picture = w.new_zeros(())
        for i, block in enumerate(self.blocks):
            ws = w[:, max(0, 2 * i - 1) : 2 * i + 2]  # the last is shared with the next
            x, picture = block(x, picture, ws, noise == "const")
        return picture


def normalize(x: Tensor) -> Tensor:
    """Bring each row to a mean square of 1."""
    return x * x.square().mean(dim=1, keepdim=True).add(1e-8).rsqrt()
