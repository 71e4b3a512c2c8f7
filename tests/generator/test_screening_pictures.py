import csv
import json
import logging

import numpy as np
import pytest
import torch
from django.conf import settings
from PIL import Image

from faces.models import AGE_BUCKETS, GENDERS
from generator.errors import LoadError
from generator.evaluation import read_labels, read_pixels, summarise
from generator.gate import NEEDED
from generator.screening import Screener
from tests.generator.conftest import LABELLED

SHIPPED = settings.BASE_DIR / "fixtures/faces"
EVERY = 4
"""Of the labelled adults, one in so many; of the others, all."""
CLOSE = {
    "fp18": 0.03,
    "dp18": 0.01,
    "fa": 2,
    "age": 2,
    "male": 0.06,
    "det": 0.2,
    "edge": 0.2,
    "ita": 3,
    "skin": 0.1,
    "deep18": 0.05,
}
"""How far scores may be from those the faces were shipped with, measured before they
were compressed."""
AGES_ROUGH = 0.15
"""The older a face, the less sure its age."""


def shipped():
    with (SHIPPED / "manifest.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["quality"] == "good"]
    return [row for row in rows if not 0.1 < float(row["male"]) < 0.9][::24]


@pytest.fixture(scope="module")
def adult():
    return read_pixels(SHIPPED / shipped()[0]["file"])


def test_shipped_faces_get_the_scores_they_were_shipped_with(screener):
    for row in shipped():
        screening = screener.screen(read_pixels(SHIPPED / row["file"]))

        for name, distance in CLOSE.items():
            rough = AGES_ROUGH if name in ("age", "fa") else 0
            expected = pytest.approx(float(row[name]), abs=distance, rel=rough)
            assert screening.scores[name] == expected, (row["file"], name)
        assert screening.rejected == ""
        assert screening.gender == row["gender"]


def test_everything_is_measured_and_fits_into_json(screener, adult):
    screening = screener.screen(adult)

    assert sorted(screening.scores) == sorted(NEEDED)
    assert all(type(value) is float for value in screening.scores.values())
    json.dumps(screening.scores, allow_nan=False)
    assert screening.gender in GENDERS
    assert screening.age_bucket in AGE_BUCKETS
    assert len(bytes.fromhex(screening.phash)) == 8


def test_a_picture_gives_the_same_every_time(screener, adult):
    assert screener.screen(adult) == screener.screen(adult.copy())


def test_a_large_picture_is_screened_like_a_small_one(screener, adult):
    large = Image.fromarray(adult).resize((1024, 1024), Image.Resampling.BICUBIC)

    scores = screener.screen(np.asarray(large)).scores

    small = screener.screen(adult).scores
    assert scores["age"] == pytest.approx(small["age"], abs=1)
    assert scores["fp18"] == pytest.approx(small["fp18"], abs=0.02)


@pytest.mark.parametrize("grey", [0, 128, 255])
def test_a_picture_of_nothing_is_rejected(screener, grey):
    screening = screener.screen(np.full((512, 512, 3), grey, np.uint8))

    assert screening.rejected
    assert len(screening.phash) == 16


def test_noise_is_rejected(screener):
    noise = np.random.RandomState(0).randint(0, 256, (512, 512, 3)).astype(np.uint8)

    assert screener.screen(noise).rejected


def test_a_network_that_breaks_rejects_and_is_logged(screener, adult, caplog):
    broken = Screener(
        screener.faceres, torch.nn.Identity(), screener.faceapi, screener.dlib
    )

    with caplog.at_level(logging.ERROR):
        screening = broken.screen(adult)

    assert screening.rejected == "could not be measured"
    assert "deep18" not in screening.scores
    assert "fp18" in screening.scores
    assert "A picture could not be measured." in caplog.text


@pytest.mark.parametrize("error", [torch.OutOfMemoryError, MemoryError])
def test_a_device_without_memory_rejects_no_picture(screener, adult, error):
    class Full(torch.nn.Module):
        def forward(self, x):
            raise error("out of memory")

    full = Screener(screener.faceres, Full(), screener.faceapi, screener.dlib)

    with pytest.raises(error):
        full.screen(adult)


def test_a_network_that_says_nan_rejects(screening_files, screener, adult, monkeypatch):
    monkeypatch.setattr(settings, "VAR_DIR", screening_files.parent)
    sick = Screener.load()
    torch.nn.init.constant_(sick.faceres.male.bias, torch.nan)

    screening = sick.screen(adult)

    assert screening.rejected == "could not be measured"
    assert "male" not in screening.scores
    assert screening.gender == "androgynous"


def test_screening_leaves_torchs_threads_alone(screener, adult):
    torch.set_num_threads(2)
    screener.screen(adult)

    try:
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(1)


def test_the_same_face_is_near_itself_in_the_embedding(screener, adult):
    other = read_pixels(SHIPPED / shipped()[1]["file"])
    darker = (adult * 0.8).astype(np.uint8)

    embedding = screener.embedding(adult)

    assert embedding.shape == (1024,)
    assert embedding.dtype == np.float32
    near = np.linalg.norm(embedding - screener.embedding(darker))
    far = np.linalg.norm(embedding - screener.embedding(other))
    assert near < far / 2


def test_without_the_files_screening_says_how_to_bring_them(settings, tmp_path):
    settings.VAR_DIR = tmp_path

    with pytest.raises(LoadError, match="Bring them with fetch_weights --screening"):
        Screener.load()


def test_a_damaged_file_is_not_loaded(var_with_screening, screening_files):
    folder = var_with_screening / "screening"
    folder.unlink()
    folder.mkdir()
    for path in screening_files.iterdir():
        (folder / path.name).symlink_to(path)
    (folder / "age-v1.onnx").unlink()
    (folder / "age-v1.onnx").write_bytes(b"half of i")

    with pytest.raises(LoadError, match="age-v1.onnx is missing or damaged"):
        Screener.load()


@pytest.mark.skipif(not LABELLED.is_dir(), reason="The labelled faces are not here.")
def test_no_labelled_minor_passes(screener):
    labels = read_labels(LABELLED)
    adults = [label for label in labels if label.age_class == "adult"]
    others = [label for label in labels if label.age_class != "adult"]

    figures = summarise(
        [
            (label, screener.screen(read_pixels(label.path)))
            for label in others + adults[::EVERY]
        ]
    )

    assert (figures["minors"], figures["minors_passed"]) == (34, 0)
    assert figures["minors_recall_at_least"] > 0.91
    assert (figures["young"], figures["not_faces"]) == (34, 1)
    assert figures["young_passed"] <= 3
    assert figures["not_faces_passed"] == 0
    assert figures["adults_rejected_share"] <= 0.15
    assert figures["genders_right_share"] >= 0.98
    assert figures["age_error"] < 5
