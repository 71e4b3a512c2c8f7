"""Screens a drawn picture: could it be a child, who does it look like, did it go wrong."""

import logging
import math
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Self

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from faces.likeness import perceptual_hash
from generator.crops import (
    CROP_60,
    CROP_70,
    CROP_80,
    CROP_90,
    Box,
    cut,
    resize,
    to_image,
)
from generator.dlib_networks import DlibNetworks
from generator.faceapi import FaceApi
from generator.faceres import FaceRes
from generator.gate import NEEDED, age_bucket, presented_gender, rejection
from generator.screening_files import path_of, read
from generator.skin import SkinProbe, cheek, skin_at_edges, skin_tone
from generator.tfjs import read_weights

logger = logging.getLogger(__name__)

AT_ONCE = 2 * (os.cpu_count() or 1)
"""Pictures that keep the cores busy."""
DETECTOR_SIDE = 256
FACERES_SIDE, FACEAPI_SIDE = 224, 112
ADULT = 18
DIGITS = 4
NOT_THE_PICTURES_FAULT = MemoryError, torch.OutOfMemoryError, torch.AcceleratorError
MEANS = {
    "age": ["faceres_age", "fa", "dlib_age"],
    "male": ["faceres_male", "faceapi_male", "dlib_male"],
}


@dataclass(frozen=True)
class Screening:
    scores: dict[str, float]
    """Finite numbers by the names in gate.NEEDED; what could not be measured is left out."""
    rejected: str
    """Why, in plain words; empty if the picture may go on."""
    gender: str
    """Proposed: one of faces.models.GENDERS."""
    age_bucket: str
    """Proposed: one of faces.models.AGE_BUCKETS."""
    phash: str
    """16 hexadecimal digits, for generator.duplicates."""


class Screener:
    """The screening networks, loaded once. They work on pictures aligned as in FFHQ."""

    def __init__(
        self, faceres: FaceRes, deep: FaceRes, faceapi: FaceApi, dlib: DlibNetworks
    ):
        self.faceres = faceres
        self.deep = deep
        self.faceapi = faceapi
        self.dlib = dlib
        self.skin = SkinProbe.load()

    @classmethod
    def load(cls, device: torch.device | str = "cpu") -> Self:
        """Load the networks that fetch_weights --screening brought.

        Raises LoadError when one is missing or is not the published file.
        """
        return cls(
            load_faceres("faceres").to(device),
            load_faceres("faceres-deep").to(device),
            load_faceapi().to(device),
            DlibNetworks(
                age=read("age-v1.onnx"),
                gender=read("gender-v1.onnx"),
                landmarks=path_of("shape_predictor_5_face_landmarks.dat"),
            ),
        )

    @torch.inference_mode()
    def screen(self, pixels: np.ndarray) -> Screening:
        """uint8 (side, side, 3), RGB, side ≥ 256 → what there is to know about it.

        In one thread; `screen_all` does many. A measurement that fails rejects the
        picture and is logged. That memory ran out or the device failed is raised
        instead: the picture may be tried again.
        Raises ValueError for anything but such a picture.
        """
        image = to_image(pixels)
        scores = combine(self.measure(image))
        return Screening(
            scores=scores,
            rejected=rejection(scores),
            gender=presented_gender(scores),
            age_bucket=age_bucket(scores),
            phash=perceptual_hash(image),
        )

    @torch.inference_mode()
    def embedding(self, pixels: np.ndarray) -> np.ndarray:
        """What faceres sees in a face: float32 (1024,); alike for faces that are alike."""
        crops = self.cut(to_image(pixels), [CROP_80], FACERES_SIDE)
        with one_thread():
            return self.faceres(crops).embedding[0].cpu().numpy()

    def measure(self, image: Image.Image) -> dict[str, float]:
        measures = (
            *(self.by_faceres, self.by_deep, self.by_faceapi),
            *(self.by_dlib, self.by_detector, by_colour),
        )
        measured: dict[str, float] = {}
        with one_thread():
            for measure in measures:
                measured |= measured_by(measure, image)
        return measured

    def by_faceres(self, image: Image.Image) -> dict[str, float]:
        crops = self.cut(image, [CROP_80, CROP_90], FACERES_SIDE)
        ages, male, embeddings = self.faceres(crops)
        embedding = embeddings[0].cpu().numpy()
        return {
            "fp18": under_18(ages),
            "faceres_age": expected(ages),
            "faceres_male": male.mean().item(),
            "skin": self.skin.predict(embedding, cheek(np.asarray(image))),
        }

    def by_deep(self, image: Image.Image) -> dict[str, float]:
        crops = self.cut(image, [CROP_80, CROP_90], FACERES_SIDE)
        return {"deep18": under_18(self.deep(crops).ages)}

    def by_faceapi(self, image: Image.Image) -> dict[str, float]:
        crops = self.cut(image, [CROP_60, CROP_70], FACEAPI_SIDE)
        age, male = self.faceapi(crops)
        return {"fa": age.mean().item(), "faceapi_male": male.mean().item()}

    def by_dlib(self, image: Image.Image) -> dict[str, float]:
        probabilities, male = self.dlib.judge(np.asarray(image))
        ages = torch.tensor(probabilities)[None]
        return {
            "dp18": under_18(ages),
            "dlib_age": expected(ages),
            "dlib_male": male,
        }

    def by_detector(self, image: Image.Image) -> dict[str, float]:
        return {"det": self.dlib.detect(np.asarray(resize(image, DETECTOR_SIDE)))}

    def cut(self, image: Image.Image, boxes: list[Box], side: int) -> Tensor:
        return cut(image, boxes, side).to(self.faceres.mean.device)


def screen_all(
    screener: Screener, pictures: Iterable[np.ndarray]
) -> Iterator[Screening]:
    """Screen pictures, AT_ONCE in threads; what draws them waits meanwhile."""
    pictures = iter(pictures)
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        while some := list(islice(pictures, AT_ONCE)):
            yield from threads.map(screener.screen, some)


@contextmanager
def one_thread() -> Iterator[None]:
    """For networks so small that more threads only wait for each other, at full speed."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def load_faceres(name: str) -> FaceRes:
    return FaceRes.from_weights(read_weights(read(f"{name}.json"), read(f"{name}.bin")))


def load_faceapi() -> FaceApi:
    manifest = read("age_gender_model-weights_manifest.json")
    return FaceApi.from_weights(read_weights(manifest, read("age_gender_model.bin")))


def under_18(ages: Tensor) -> float:
    """The probability, from (batch, ages) of one face in several crops."""
    return ages[:, :ADULT].sum(dim=1).mean().item()


def expected(ages: Tensor) -> float:
    years = torch.arange(ages.shape[1], device=ages.device, dtype=ages.dtype)
    return (ages @ years).mean().item()


def by_colour(image: Image.Image) -> dict[str, float]:
    skin = cheek(np.asarray(image))
    return {"edge": skin_at_edges(image, skin), "ita": skin_tone(skin)}


def measured_by(
    measure: Callable[[Image.Image], dict[str, float]], image: Image.Image
) -> dict[str, float]:
    try:
        return measure(image)
    except NOT_THE_PICTURES_FAULT:
        raise
    except Exception:  # whatever it was, the picture must not get through
        logger.exception("A picture could not be measured.")
        return {}


def combine(measured: Mapping[str, float]) -> dict[str, float]:
    """The scores by the names the gate knows, rounded; only finite numbers are kept."""
    scores = {name: measured.get(name, math.nan) for name in NEEDED}
    for score, names in MEANS.items():
        values = [measured.get(name, math.nan) for name in names]
        scores[score] = sum(values) / len(values)
    return {k: round(v, DIGITS) for k, v in scores.items() if math.isfinite(v)}
