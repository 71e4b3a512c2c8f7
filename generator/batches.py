"""Draws one batch: seed → picture → screening → files → row. Safe to run twice."""

import hashlib
import logging
import os
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import Self

import numpy as np
import torch
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from PIL import Image

from faces.files import save_pictures
from faces.lookalikes import fill_in_hashes
from faces.models import Face, Network
from generator.duplicates import Duplicates
from generator.errors import GeneratorError
from generator.models import Batch
from generator.recipes import Recipe
from generator.sampling import Sampler, to_pixels
from generator.screening import AT_ONCE, Screener, Screening
from generator.steered import Goal, choose, draw_steered
from generator.steering import Steering, load_steering

logger = logging.getLogger(__name__)

NEAR_DUPLICATE = "looks the same as another face"


@dataclass(frozen=True)
class Studio:
    """What a worker keeps in memory to draw for the pool."""

    network: Network
    sampler: Sampler
    screener: Screener
    steering: Steering | None = None
    """Where the network was fitted; without it every batch is drawn at random."""

    @classmethod
    def open(
        cls, network_id: int, device: torch.device, *, is_steered: bool = True
    ) -> Self:
        """Load everything onto a device; GeneratorError when something is not here."""
        row = Network.objects.get(pk=network_id)
        sampler = Sampler.load(row, device)
        screener = Screener.load(device)
        steering = load_steering(row.sha256) if is_steered else None
        return cls(row, sampler, screener, steering)


@dataclass(frozen=True)
class Drawn:
    """A picture that was screened, and whose files are stored unless it is rejected."""

    recipe: Recipe
    sha256: str
    screening: Screening
    rejected: str


def draw_batch(
    batch: Batch,
    open_studio: Callable[[int], Studio],
    on_picture: Callable[[], object] = lambda: None,
) -> None:
    """Draw what is missing of a batch that this process has taken.

    A picture's row is committed together with the batch's counts, after its files. So a
    batch that was cut short goes on where it stopped, and one that two workers draw at
    once still has every face once. What goes wrong is written down in the batch, which
    is given back to be tried again, and then raised.
    """
    start = time.monotonic()
    try:
        studio = open_studio(batch.network_id)
        studio.sampler.note = ""
        for drawn in halving(studio.sampler, draw_missing(batch, studio)):
            if not store(drawn, batch):
                logger.info("%s was drawn by another worker.", drawn.recipe)
            if not batch.extend_lease():
                logger.warning("Batch %d is no longer this worker's.", batch.pk)
                return
            on_picture()
    except OSError as error:  # a full disk is no fault of the batch
        reason = error.strerror or repr(error)
        batch.give_back(time.monotonic() - start, reason, not error.strerror)
        raise
    except Exception as error:
        reason = str(error) if isinstance(error, GeneratorError) else repr(error)
        batch.give_back(time.monotonic() - start, reason)
        raise
    batch.finish(time.monotonic() - start, studio.sampler.note)


def halving(sampler: Sampler, pictures: Iterator[Drawn]) -> Iterator[Drawn]:
    """When screening runs out of memory, let the next try draw half as many at once."""
    try:
        yield from pictures
    except torch.OutOfMemoryError:
        sampler.halve_batch()
        raise


def draw_missing(batch: Batch, studio: Studio) -> Iterator[Drawn]:
    """Draw, screen and file what has no face yet.

    Threads screen and encode several pictures at once: beside a GPU while the next are
    drawn, on a CPU in turns with drawing, which would wait for them at every layer.
    """
    fill_in_hashes()
    hashes = Face.objects.exclude(phash="").values_list("phash", flat=True)
    duplicates = Duplicates(hashes.iterator())
    is_cpu = studio.sampler.device.type == "cpu"
    num_together, num_ahead = (AT_ONCE, 0) if is_cpu else (1, AT_ONCE)
    pictures = draw_recipes(batch, studio)
    pending: deque[Future[Drawn]] = deque()
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        while some := list(islice(pictures, num_together)):
            for recipe, pixels, screening in some:
                arguments = (recipe, pixels, screening, studio.screener, duplicates)
                pending.append(threads.submit(finish, *arguments))
            while len(pending) > num_ahead:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()


def draw_recipes(
    batch: Batch, studio: Studio
) -> Iterator[tuple[Recipe, np.ndarray, Screening | None]]:
    """Give the uint8 pictures that are missing, steered where that can be and so screened.

    A trainwreck is chosen and not moved: that would make it less of one.
    """
    sampler, steering = studio.sampler, studio.steering
    cell = batch.gender, batch.age_bucket
    left = left_to_draw(batch)
    groups, tones = [group for group, _ in left], [tone for _, tone in left]
    if steering and batch.quality == Face.Quality.GOOD:
        batch.mine().update(is_steered=True)
        for drawn in draw_steered(
            sampler, studio.screener, steering, groups, *cell, tones
        ):
            yield drawn.recipe, drawn.pixels, drawn.screening
    else:
        recipes = [group[0] for group in groups]
        if steering:
            goals = [Goal(*cell, tone) for tone in tones]
            recipes = choose(sampler, steering, groups, goals)
        for recipe, picture in zip(recipes, sampler.draw(recipes), strict=True):
            yield recipe, to_pixels(picture), None


def left_to_draw(batch: Batch) -> list[tuple[list[Recipe], str]]:
    """For each picture without a face the recipes to choose from, and the skin tone."""
    faces = Face.objects.filter(network=batch.network, psi=batch.psi)
    span = batch.seeds[0], batch.seeds[-1]
    known = set(faces.filter(seed__range=span).values_list("seed", flat=True))
    return [
        ([Recipe(batch.network.name, seed, float(batch.psi)) for seed in seeds], tone)
        for seeds, tone in zip(batch.seed_groups, batch.tones, strict=True)
        if not known.intersection(seeds)
    ]


def finish(
    recipe: Recipe,
    pixels: np.ndarray,
    screening: Screening | None,
    screener: Screener,
    duplicates: Duplicates,
) -> Drawn:
    """Screen a picture; only one that passes is ever written to the disk."""
    sha256 = hashlib.sha256(pixels.tobytes()).hexdigest()
    screening = screening or screener.screen(pixels)
    rejected = screening.rejected
    if not rejected and not duplicates.claim(screening.phash):
        rejected = NEAR_DUPLICATE
    if not rejected:
        save_pictures(Image.fromarray(pixels), sha256, str(recipe))
    return Drawn(recipe, sha256, screening, rejected)


def store(drawn: Drawn, batch: Batch) -> bool:
    """Add the face and count it; False if it is there already.

    A rejected one keeps its recipe and scores, so that it is never drawn again.
    """
    screening = drawn.screening
    face = Face(
        network=batch.network,
        seed=drawn.recipe.seed,
        psi=batch.psi,
        edit=drawn.recipe.edit,
        picture_sha256=drawn.sha256,
        drawn_on=timezone.localdate(),
        scores=screening.scores,
        phash=screening.phash,
        proposed_gender=screening.gender,
        proposed_age_bucket=screening.age_bucket,
        proposed_quality=batch.quality,
    )
    try:
        with transaction.atomic():
            face.save(force_insert=True)
            if drawn.rejected:
                face.reject(f"Screening: {drawn.rejected}.")
            elif not Network.objects.active().filter(pk=batch.network_id).exists():
                face.reject("Its network was retired.")
            count(face, batch)
    except IntegrityError:
        return False
    return True


def count(face: Face, batch: Batch) -> None:
    is_kept = face.status == Face.Status.UNRATED
    is_in_cell = (face.proposed_gender, face.proposed_age_bucket) == (
        batch.gender,
        batch.age_bucket,
    )
    Batch.objects.filter(pk=batch.pk).update(
        attempts=0,
        num_drawn=F("num_drawn") + 1,
        num_kept=F("num_kept") + int(is_kept),
        num_rejected=F("num_rejected") + int(not is_kept),
        num_in_cell=F("num_in_cell") + int(is_kept and is_in_cell),
    )
