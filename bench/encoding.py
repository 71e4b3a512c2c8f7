"""Our WebP pictures, against what the origin saved: ImageMagick's resize, pngquant's PNG.

100 faces, reduced from 1024 to 512 pixels. The SSIM of a picture (Wang et al., 2004) is
taken against the uncompressed output of its own resizer, so it tells what the encoder
lost. Ours carry the AI mark, theirs no metadata; all use their default settings. CPU is
of one thread: threads that wait would count against ImageMagick and pngquant.
"""

import io
import os
import resource
import statistics
import subprocess
import sys
import time
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import django
import numpy as np
from django.conf import settings
from django.core.management import CommandError, call_command
from PIL import Image
from skimage.metrics import structural_similarity
from tqdm import tqdm

from faces.files import LOSSY, ai_mark, encode
from generator.arguments import DEFAULT_NETWORK
from generator.recipes import Recipe

FACES = [Recipe(DEFAULT_NETWORK, seed, psi=0.7) for seed in range(100)]
DRAWN, SAVED = 1024, 512
OUR_QUALITY, QUALITIES = LOSSY["webp"]["quality"], range(101)
THEIR_COLOURS, COLOURS = 256, range(16, 257, 16)
HEADINGS = "bytes   ratio     SSIM    worst  encode  resize (ms)"


@dataclass
class Saved:
    num_bytes: int
    ssim: float
    resizing: float
    """Seconds of CPU."""
    encoding: float


def is_installed(*command: str) -> bool:
    try:
        return subprocess.run(command, capture_output=True).returncode == 0
    except FileNotFoundError:
        return False


def folder() -> Path:
    return Path(settings.VAR_DIR) / "bench-faces"


def draw_faces() -> None:
    call_command(
        "generate_faces",
        *("--seeds", ",".join(str(face.seed) for face in FACES)),
        *("--psi", str(FACES[0].psi), "--size", str(DRAWN)),
        *("--format", "png", "--out", str(folder())),
    )


def run(command: list[str], data: bytes) -> tuple[bytes, float]:
    """What a program makes of a file, and its seconds of CPU."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    one_thread = os.environ | {"OMP_NUM_THREADS": "1"}
    result = subprocess.run(
        command, input=data, stdout=subprocess.PIPE, env=one_thread, check=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    user, system = after.ru_utime - before.ru_utime, after.ru_stime - before.ru_stime
    return result.stdout, user + system


def ssim(picture: Image.Image, data: bytes) -> float:
    """Wang's index, the mean over red, green and blue."""
    return structural_similarity(
        np.asarray(picture),
        np.asarray(Image.open(io.BytesIO(data)).convert("RGB")),
        data_range=255,
        channel_axis=2,
        gaussian_weights=True,
        sigma=1.5,
        use_sample_covariance=False,
    )


@cache
def imagemagick(face: Recipe) -> tuple[bytes, float]:
    drawn = (folder() / face.file_name("png")).read_bytes()
    return run(["convert", "png:-", "-resize", f"{SAVED}x{SAVED}", "png:-"], drawn)


def pngquant(face: Recipe, colours: int) -> Saved:
    resized, resizing = imagemagick(face)
    data, encoding = run(["pngquant", str(colours), "-"], resized)
    picture = Image.open(io.BytesIO(resized)).convert("RGB")
    return Saved(len(data), ssim(picture, data), resizing, encoding)


@cache
def pillow(face: Recipe) -> tuple[Image.Image, float]:
    start = time.process_time()
    drawn = Image.open(folder() / face.file_name("png")).convert("RGB")
    resized = drawn.resize((SAVED, SAVED), Image.Resampling.LANCZOS)
    return resized, time.process_time() - start


def webp(face: Recipe, quality: int) -> Saved:
    picture, resizing = pillow(face)
    with patch.dict(LOSSY["webp"], quality=quality):
        start = time.process_time()
        data = encode(picture, "webp", ai_mark(str(face)))
        encoding = time.process_time() - start
    return Saved(len(data), ssim(picture, data), resizing, encoding)


@cache
def save_all(save: Callable[[Recipe, int], Saved], setting: int) -> list[Saved]:
    what = f"{save.__name__} {setting}"
    bar = tqdm(FACES, desc=what, unit="face", leave=False)
    return [save(face, setting) for face in bar]


def mean_ssim(pictures: list[Saved]) -> float:
    return statistics.mean(picture.ssim for picture in pictures)


def lowest(
    values: range, save: Callable[[Recipe, int], Saved], as_good_as: list[Saved]
) -> int:
    """The lowest setting at which the mean SSIM is as high as that of other pictures."""

    def quality(setting: int) -> float:
        return mean_ssim(save_all(save, setting))

    return values[bisect_left(values[:-1], mean_ssim(as_good_as), key=quality)]


def print_row(name: str, pictures: list[Saved], compared_with: list[Saved]) -> None:
    num_bytes = statistics.mean(picture.num_bytes for picture in pictures)
    ratio = num_bytes / statistics.mean(picture.num_bytes for picture in compared_with)
    worst = min(picture.ssim for picture in pictures)
    encoding = statistics.median(picture.encoding for picture in pictures)
    resizing = statistics.median(picture.resizing for picture in pictures)
    print(
        f"{name:<24} {num_bytes:7,.0f} {ratio:7.2f} {mean_ssim(pictures):8.4f}"
        f" {worst:8.4f} {encoding * 1000:7.0f} {resizing * 1000:7.0f}"
    )


def main() -> None:
    if not (is_installed("convert", "-version") and is_installed("pngquant", "-V")):
        print("skipped: it needs apt-get install imagemagick pngquant")
        return
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    try:
        draw_faces()
    except CommandError as error:
        print(f"skipped: run manage.py fetch_weights first. {error}")
        return
    theirs = save_all(pngquant, THEIR_COLOURS)
    ours = save_all(webp, OUR_QUALITY)
    quality = lowest(QUALITIES, webp, as_good_as=theirs)
    colours = lowest(COLOURS, pngquant, as_good_as=ours)
    print(f"{len(FACES)} faces{HEADINGS:>70}")
    print_row("ImageMagick + pngquant", theirs, theirs)
    print_row(f"ours, WebP {OUR_QUALITY}", ours, theirs)
    print_row(f"WebP {quality}, their SSIM", save_all(webp, quality), theirs)
    print_row(f"{colours} colours, our SSIM", save_all(pngquant, colours), theirs)


if __name__ == "__main__":
    main()
