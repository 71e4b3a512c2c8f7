"""The one interface of both network families, and how a network gets ready to draw."""

from collections.abc import Mapping
from typing import Any, Protocol

import safetensors.torch
import torch
from torch import Tensor

from faces.models import Network
from generator.errors import LoadError
from generator.mobilestylegan import MobileStyleGAN
from generator.snapshots import Snapshot
from generator.stylegan2 import StyleGAN2
from generator.weights import read_weights


class Generator(Protocol):
    """z → w by `map`, w → picture by `draw`; Karras et al. 2019, arXiv 1812.04948."""

    resolution: int
    """Pixels along one side of a picture."""
    z_dim: int
    w_dim: int
    num_ws: int
    """How many w make up a w+: what the network takes one by one, coarse to fine."""
    num_classes: int
    """Of a conditional network; 0 for any other."""

    def map(self, z: Tensor, psi: float = 1.0, classes: Tensor | None = None) -> Tensor:
        """z (batch, z_dim), standard normal → w (batch, w_dim), float32.

        psi pulls w towards the average w: 0 is the average, 1 leaves it alone. A
        conditional network needs `classes` (batch,), int64, from 0 to num_classes - 1.
        Raises ValueError for other shapes and classes.
        """

    def draw(self, w: Tensor, noise: str = "const") -> Tensor:
        """w (batch, w_dim) or w+ (batch, num_ws, w_dim) → pictures.

        Float32 (batch, 3, resolution, resolution), RGB, nominally -1 to 1, not clamped.
        Noise is `const`, the maps the network was published with, or `none`.
        Raises ValueError for other shapes.
        """

    def use_half(self) -> None:
        """Convolve in float16 where that changes little; mapping and styles stay float32."""

    def to(self, *args: Any, **options: Any) -> Any: ...


FAMILIES: dict[str, Any] = {
    Network.Family.MOBILESTYLEGAN: MobileStyleGAN,
    Network.Family.STYLEGAN2: StyleGAN2,
}


def build(facts: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> Generator:
    return FAMILIES[facts["family"]].from_tensors(facts, tensors)


def build_snapshot(snapshot: Snapshot) -> Generator:
    tensors = {name: torch.tensor(values) for name, values in snapshot.tensors.items()}
    return build(snapshot.facts, tensors)


def load_network(network: Network) -> Generator:
    """Build a registered network from its converted weights, on the CPU, in float32.

    Raises LoadError when it is retired, and when they are not here or are not what was
    registered.
    """
    if network.is_retired:
        raise LoadError(f"{network.name} is retired: it draws no more.")
    if not network.weights_sha256:
        raise LoadError(
            f"The weights of {network.name} are not here: bring them with fetch_weights "
            "or import_network."
        )
    facts, data = read_weights(network.sha256, network.weights_sha256)
    return build(facts, safetensors.torch.load(data))
