"""From recipes to pictures: seed → z → w → pixels."""

import logging
from collections.abc import Iterator, Sequence
from typing import Self

import numpy as np
import torch
from torch import Tensor

from faces.models import Network
from generator.devices import batch_size, prepare
from generator.edits import move
from generator.latents import latents
from generator.networks import Generator, load_network
from generator.recipes import Recipe

logger = logging.getLogger(__name__)


class Sampler:
    """A prepared network on its device, drawing as many pictures at once as fit."""

    def __init__(self, network: Generator, device: torch.device):
        self.network = network
        self.device = device
        self.batch_size = batch_size(device, network.resolution)
        self.note = ""
        """What had to be changed to go on with a batch, in words."""

    @classmethod
    def load(cls, network: Network, device: torch.device) -> Self:
        """Load a registered network and prepare it; LoadError when it is not here."""
        generator = load_network(network)
        prepare(generator, device)
        return cls(generator, device)

    @torch.inference_mode()
    def w(self, recipe: Recipe) -> Tensor:
        """Return w of one recipe: float32 (1, w_dim), truncated and edited, on the CPU."""
        z = latents([recipe.seed], self.network.z_dim)
        classes = None
        if recipe.class_index is not None:
            classes = torch.tensor([recipe.class_index])
        w = self.network.map(z.to(self.device), recipe.psi, classes).cpu()
        return move(w, recipe.edit)

    def draw(self, recipes: Sequence[Recipe]) -> Iterator[Tensor]:
        """Give each recipe's picture, as `draw_w` does. One kind of noise for all."""
        size = self.batch_size
        for start in range(0, len(recipes), size):
            batch = recipes[start : start + size]
            w = torch.cat([self.w(recipe) for recipe in batch])
            yield from self.draw_w(w, batch[0].noise)

    @torch.inference_mode()
    def draw_w(self, w: Tensor, noise: str = "const") -> Iterator[Tensor]:
        """w (count, w_dim) → pictures, float32 (3, resolution, resolution), on the device.

        RGB, nominally -1 to 1, not clamped. A batch too large for the device's memory
        is drawn in halves, and so are those after it.
        """
        start = 0
        while start < len(w):
            batch = w[start : start + self.batch_size].to(self.device)
            try:
                pictures = self.network.draw(batch, noise)
            except torch.OutOfMemoryError:
                if not self.halve_batch():
                    raise
                continue
            yield from pictures
            start += len(batch)

    def halve_batch(self) -> bool:
        """Go on with half as many at once; False if that is one already."""
        torch.cuda.empty_cache()
        if self.batch_size == 1:
            return False
        before, self.batch_size = self.batch_size, self.batch_size // 2
        self.note = f"Out of memory at {before} pictures at once, went on with {self.batch_size}."
        logger.warning(self.note)
        return True


def to_pixels(picture: Tensor) -> np.ndarray:
    """float (3, height, width), -1 to 1 → uint8 (height, width, 3), 0 to 255, RGB.

    The rule of StyleGAN2's own scripts: x * 127.5 + 128, clamped, then truncated.
    """
    pixels = (picture * 127.5 + 128).clamp(0, 255).to(torch.uint8)
    return pixels.permute(1, 2, 0).cpu().numpy()
