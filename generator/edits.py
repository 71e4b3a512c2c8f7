"""How w was moved, as recipes say it: `gender +1.20 age -0.30 by 0123abcd`."""

import hashlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from django.conf import settings
from safetensors import SafetensorError, safe_open
from torch import Tensor

from generator.errors import GeneratorError

EDIT = re.compile(r"((?:[a-z]+ [+-]\d+\.\d\d )+)by ([0-9a-f]{8})")


class Edit(NamedTuple):
    amounts: list[float]
    """In units of the traits, in the order of the basis."""
    steering: str
    """The name of the fitted directions: a hash of their basis."""


def parse_edit(text: str) -> Edit:
    match = EDIT.fullmatch(text)
    if not match:
        raise GeneratorError(
            f"{text[:60]!r} is not an edit: write it as the recipe has it, such as "
            "'gender +1.20 age -0.30 by 0123abcd'."
        )
    return Edit([float(word) for word in match[1].split()[1::2]], match[2])


def move(w: Tensor, text: str) -> Tensor:
    """w (batch, w_dim) → w, moved as far as the edit says."""
    if not text:
        return w
    amounts, name = parse_edit(text)
    basis = find_basis(name)
    if basis.shape != (w.shape[1], len(amounts)):
        raise GeneratorError(f"The directions {name} do not fit the edit {text!r}.")
    return w + torch.from_numpy((np.array(amounts) @ basis.T).astype(np.float32))


@cache
def find_basis(name: str) -> np.ndarray:
    """float32 (w_dim, traits): how w moves for one more unit of each trait."""
    for path in steering_files():
        basis = read_basis(path)
        if hashlib.sha256(basis.tobytes()).hexdigest().startswith(name):
            return basis
    raise GeneratorError(
        f"The directions {name} are not here: faces steered along them cannot be drawn "
        "again. Put their .steering.safetensors into var/networks/."
    )


def steering_files() -> Iterator[Path]:
    """What was fitted here, and what came with the networks and the shipped faces."""
    folders = [
        Path(settings.VAR_DIR) / "networks",
        settings.BASE_DIR / "fixtures/steering",
        settings.BASE_DIR / "fixtures/faces",
    ]
    for folder in folders:
        yield from sorted(folder.glob("*.steering.safetensors"))


def read_basis(path: Path) -> np.ndarray:
    try:
        with safe_open(path, framework="numpy") as file:
            return np.ascontiguousarray(file.get_tensor("basis"))
    except (OSError, SafetensorError) as error:
        raise GeneratorError(f"{path} is damaged: {error}.") from error
