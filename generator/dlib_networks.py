"""Networks that work on dlib's face chips, and dlib's own face detector. All on the CPU."""

from pathlib import Path
from typing import NamedTuple

import dlib
import numpy as np
import onnxruntime

AREA = dlib.rectangle(117, 150, 395, 395)
"""Where the face is in an aligned picture of 512 pixels."""
MEAN_RGB = np.array([122.782, 117.001, 104.298], np.float32)
CHIP_PADDING = 0.2
AGE_SIDE, GENDER_SIDE = 64, 32
DETECTOR_THRESHOLD = -0.5
NOTHING_FOUND = -1.0


class DlibOutput(NamedTuple):
    ages: np.ndarray
    """(81,): the probability of each age in years."""
    male: float


class DlibNetworks:
    def __init__(self, age: bytes, gender: bytes, landmarks: Path):
        self.age = open_session(age)
        self.gender = open_session(gender)
        self.landmarks = dlib.shape_predictor(str(landmarks))
        self.detector = dlib.get_frontal_face_detector()

    def judge(self, pixels: np.ndarray) -> DlibOutput:
        """uint8 (512, 512, 3), RGB, an aligned face → age and gender."""
        shape = self.landmarks(pixels, AREA)
        [ages] = run(self.age, chip(pixels, shape, AGE_SIDE))
        [[_, male]] = run(self.gender, chip(pixels, shape, GENDER_SIDE))
        return DlibOutput(ages, float(male))

    def detect(self, pixels: np.ndarray) -> float:
        """How surely there is a face, by histograms of gradients; -1 for no face."""
        _, scores, _ = self.detector.run(pixels, 0, DETECTOR_THRESHOLD)
        return max(scores, default=NOTHING_FOUND)


def open_session(network: bytes) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # so small that more only wait for each other
    options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(
        network, options, providers=["CPUExecutionProvider"]
    )


def chip(
    pixels: np.ndarray, shape: dlib.full_object_detection, side: int
) -> np.ndarray:
    """The face, upright and scaled, as the networks take it: float32 (1, 3, side, side)."""
    details = dlib.get_face_chip_details(shape, side, CHIP_PADDING)
    cut = dlib.extract_image_chip(pixels, details)
    return ((cut - MEAN_RGB) / 256).transpose(2, 0, 1)[None].astype(np.float32)


def run(session: onnxruntime.InferenceSession, images: np.ndarray) -> np.ndarray:
    [output] = session.run(None, {"images": images})
    return output
