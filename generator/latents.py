"""From a seed to a latent z, and how far a style w may stray from the average one."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor


def latents(seeds: Sequence[int], z_dim: int) -> Tensor:
    """Return z for each seed: float32 (len(seeds), z_dim), on the CPU, standard normal.

    Drawn by NumPy's legacy Mersenne Twister as the StyleGAN scripts do, and never on a GPU,
    so a seed means the same face on every machine. Raises ValueError for a seed outside
    0 to 2³² - 1.
    """
    rows = [np.random.RandomState(seed).randn(z_dim) for seed in seeds]
    return torch.from_numpy(np.stack(rows).astype(np.float32))


def truncate(w: Tensor, w_avg: Tensor, psi: float) -> Tensor:
    """Pull w (batch, w_dim) towards the average: psi 0 is w_avg itself, 1 leaves w alone.

    The truncation trick in w; Karras et al. 2019, arXiv 1812.04948, section B.
    """
    return w_avg + psi * (w - w_avg)


def check_z(z: Tensor, z_dim: int) -> None:
    if z.ndim != 2 or z.shape[1] != z_dim:
        raise ValueError(f"z must be (batch, {z_dim}), not {tuple(z.shape)}.")


def check_noise(noise: str) -> None:
    if noise not in ("const", "none"):
        raise ValueError(f'noise must be "const" or "none", not {noise!r}.')


def broadcast_w(w: Tensor, num_ws: int, w_dim: int) -> Tensor:
    """Return w+ (batch, num_ws, w_dim) of a w (batch, w_dim); a w+ comes back as it is."""
    if w.ndim == 2 and w.shape[1] == w_dim:
        return w.unsqueeze(1).expand(-1, num_ws, -1)
    if w.ndim == 3 and w.shape[1:] == (num_ws, w_dim):
        return w
    raise ValueError(
        f"w must be (batch, {w_dim}) or (batch, {num_ws}, {w_dim}), not {tuple(w.shape)}."
    )
