"""Draws pictures into files for somebody to keep."""

import io
import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from faces.files import LOSSY, ai_mark, encode, write_whole
from generator.disk import check_room
from generator.errors import GeneratorError
from generator.latents import latents
from generator.recipes import Recipe
from generator.sampling import Sampler, to_pixels
from generator.sheets import CELL, draw_sheet

FRAME_MILLISECONDS, LAST_FRAME_MILLISECONDS = 80, 1500
DEFAULT_SIZE, MIN_SIZE = 512, 16
BYTES_PER_PIXEL = 2
"""More than a PNG of a face takes."""
MAX_RAW_BYTES = 2_000_000_000
SHEET_FORMATS = {".jpg": "jpeg", ".jpeg": "jpeg", ".webp": "webp", ".png": "png"}
Drawn = tuple[Recipe, Image.Image]
"""A recipe and a small copy of its picture, for a contact sheet."""


def check_recipes(sampler: Sampler, recipes: Sequence[Recipe]) -> None:
    """Find out before hours of drawing that the network cannot do this."""
    try:
        sampler.w(recipes[0])
    except ValueError as error:
        raise GeneratorError(str(error)) from error


def check_size(sampler: Sampler, size: int | None) -> int:
    largest = sampler.network.resolution
    if size is not None and not MIN_SIZE <= size <= largest:
        raise GeneratorError(
            f"--size goes from {MIN_SIZE} to {largest} for this network."
        )
    return size or min(DEFAULT_SIZE, largest)


def check_folder(folder: Path, count: int, size: int) -> Path:
    check_room(folder, count * size * size * BYTES_PER_PIXEL)
    return folder


def export_pictures(
    sampler: Sampler,
    recipes: Sequence[Recipe],
    folder: Path | None,
    size: int,
    format: str,
) -> Iterator[Drawn]:
    """Draw every recipe into a file of its own, unless the folder has it already.

    Threads shrink, encode and save while the next pictures are drawn.
    """
    missing = []
    for recipe in recipes:
        small = open_drawn(recipe, folder, size, format)
        if small:
            yield recipe, small
        else:
            missing.append(recipe)
    num_threads = os.cpu_count() or 1
    pending: deque[Future[Drawn]] = deque()
    with ThreadPoolExecutor(num_threads) as threads:
        for recipe, picture in zip(missing, sampler.draw(missing), strict=True):
            pixels = to_pixels(picture)
            pending.append(
                threads.submit(save_picture, pixels, recipe, folder, size, format)
            )
            if len(pending) > 2 * num_threads:
                yield pending.popleft().result()
        for saved in pending:
            yield saved.result()


def open_drawn(
    recipe: Recipe, folder: Path | None, size: int, format: str
) -> Image.Image | None:
    """Return the picture that an earlier run saved for the very same recipe and size."""
    if folder is None:
        return None
    try:
        with Image.open(folder / recipe.file_name(format), formats=[format]) as image:
            mark = image.info.get("xmp")
            if image.size == (size, size) and mark == ai_mark(str(recipe)):
                return shrink(image.convert("RGB"), CELL)
    except OSError:
        pass  # missing, or no picture: drawn afresh
    return None


def save_picture(
    pixels: np.ndarray, recipe: Recipe, folder: Path | None, size: int, format: str
) -> Drawn:
    image = shrink(Image.fromarray(pixels), size)
    if folder:
        data = encode(image, format, ai_mark(str(recipe)))
        write_whole(folder / recipe.file_name(format), data)
    return recipe, shrink(image, CELL)


def shrink(image: Image.Image, size: int) -> Image.Image:
    if max(image.size) <= size:
        return image
    return image.resize((size, size), Image.Resampling.LANCZOS)


def export_morph(
    sampler: Sampler, recipe: Recipe, num_frames: int, folder: Path, size: int
) -> Iterator[int]:
    """Draw the way from the average face (psi 0) to this one as one animated WebP.

    Gives the number of each frame; the file is there after the last.
    """
    steps = [
        replace(recipe, psi=recipe.psi * i / (num_frames - 1))
        for i in range(num_frames)
    ]
    frames = []
    for i, picture in enumerate(sampler.draw(steps), start=1):
        frames.append(shrink(Image.fromarray(to_pixels(picture)), size))
        yield i
    durations = [FRAME_MILLISECONDS] * (num_frames - 1) + [LAST_FRAME_MILLISECONDS]
    buffer = io.BytesIO()
    frames[0].save(
        buffer,
        "webp",
        save_all=True,
        append_images=frames[1:],
        duration=durations,
        loop=0,
        xmp=ai_mark(f"{recipe}, morph"),
        **LOSSY["webp"],
    )
    write_whole(folder / recipe.file_name("morph.webp"), buffer.getvalue())


def export_raw(
    sampler: Sampler, recipes: Sequence[Recipe], path: Path
) -> Iterator[Recipe]:
    """Write float32 arrays z (N, z_dim), w (N, w_dim) and img (N, 3, H, W), not clamped."""
    side = sampler.network.resolution
    if len(recipes) * side * side * 3 * 4 > MAX_RAW_BYTES:
        raise GeneratorError("Fewer seeds, please: raw arrays are kept in memory.")
    z = [latents([recipe.seed], sampler.network.z_dim) for recipe in recipes]
    w = [sampler.w(recipe) for recipe in recipes]
    pictures = []
    for recipe, picture in zip(recipes, sampler.draw(recipes), strict=True):
        pictures.append(picture.cpu().numpy())
        yield recipe
    buffer = io.BytesIO()
    arrays = {"z": np.concatenate(z), "w": np.concatenate(w), "img": np.stack(pictures)}
    np.savez(buffer, allow_pickle=False, **arrays)
    write_whole(path, buffer.getvalue())


def export_sheet(
    pictures: list[Image.Image], recipes: Sequence[Recipe], path: Path
) -> None:
    first = recipes[0]
    rest = ", ".join([first.network, *first.details(" ")])
    labels = [f"seed {recipe.seed}" for recipe in recipes]
    sheet = draw_sheet(pictures, labels, f"{rest} · AI-generated: nobody here exists")
    format = SHEET_FORMATS[path.suffix.lower()]
    write_whole(path, encode(sheet, format, ai_mark(f"{rest}, contact sheet")))
