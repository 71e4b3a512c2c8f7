"""Where networks run and in which precision; nothing else chooses either."""

import ctypes
import os
import shutil
import sys

import torch
from django.conf import settings

from generator.errors import GeneratorError
from generator.networks import Generator

M_TRIM_THRESHOLD, M_MMAP_MAX = -1, -4
"""Of glibc's mallopt()."""


def choose_device(name: str = "auto") -> torch.device:
    """Return the CUDA device where there is one (`auto`), or the one asked for."""
    has_cuda = torch.cuda.is_available()
    if name == "cuda" and not has_cuda:
        raise GeneratorError("There is no CUDA device that this torch can use.")
    return torch.device("cuda" if has_cuda and name != "cpu" else "cpu")


def prepare(
    network: Generator,
    device: torch.device,
    *,
    full_precision: bool = False,
    compiled: bool = False,
) -> None:
    """Move a network to its device, in the layout and precision that are fastest there.

    CPU: float32. CUDA: float16 in the convolutions, float32 in mapping, styles and the
    colours of the picture, unless `full_precision`. `compiled` needs a C++ compiler and
    half a minute once; the code is kept in var/.
    """
    network.to(device=device, memory_format=torch.channels_last)
    if device.type == "cpu":
        keep_freed_memory()
    else:
        torch.backends.cudnn.benchmark = True
        if not full_precision:
            network.use_half()
    if compiled:
        compile_drawing(network)


def compile_drawing(network: Generator) -> None:
    if not any(map(shutil.which, ["g++", "clang++", "c++"])):
        raise GeneratorError("Compiling needs a C++ compiler, such as g++.")
    os.environ.setdefault("TORCHINDUCTOR_CACHE_DIR", f"{settings.VAR_DIR}/compiled")
    network.draw = torch.compile(network.draw)  # type: ignore[method-assign]


def keep_freed_memory() -> None:
    """Tell glibc to keep what torch frees: layers of 60 MB come and go at every step.

    Handing them back to the kernel each time takes longer than the convolutions.
    """
    if sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # musl has none
        if mallopt:
            mallopt(M_MMAP_MAX, 0)
            mallopt(M_TRIM_THRESHOLD, 2**31 - 1)


def batch_size(device: torch.device, resolution: int) -> int:
    """How many pictures to draw at once: a CPU gains nothing from more than one."""
    if device.type == "cpu":
        return 1
    return max(1, min(64, 16 * 1024**2 // resolution**2))
