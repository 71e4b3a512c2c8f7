import numpy as np
import pytest
from PIL import Image

from generator.skin import (
    SkinProbe,
    cheek,
    cross_validated,
    skin_at_edges,
    skin_tone,
    to_lab,
    told_apart,
)

SKIN = (224, 172, 140)
SKY = (90, 140, 220)


def face(background=SKY, skin=SKIN):
    """An oval on a background, about where a face is."""
    rows, columns = np.mgrid[:512, :512]
    is_face = ((rows - 270) / 200) ** 2 + ((columns - 256) / 150) ** 2 < 1
    pixels = np.where(is_face[..., None], skin, background).astype(np.uint8)
    return Image.fromarray(pixels)


@pytest.mark.parametrize(
    ("rgb", "lab"),
    [
        ((0, 0, 0), (0, 0, 0)),
        ((255, 255, 255), (100, 0, 0)),
        ((255, 0, 0), (53.24, 80.09, 67.20)),
        ((0, 255, 0), (87.73, -86.18, 83.18)),
        ((0, 0, 255), (32.30, 79.19, -107.86)),
    ],
)
def test_colours_have_the_published_lab_values(rgb, lab):
    assert to_lab(np.array(rgb, np.uint8)) == pytest.approx(lab, abs=0.02)


def test_a_clean_picture_has_no_skin_at_its_edges():
    image = face()

    assert skin_at_edges(image, cheek(np.asarray(image))) == 0


@pytest.mark.parametrize("left", [0, 462])
def test_a_second_face_at_either_edge_counts(left):
    image = face()
    image.paste(SKIN, (left, 60, left + 50, 420))

    assert skin_at_edges(image, cheek(np.asarray(image))) > 0.8


def test_darker_skin_has_a_smaller_angle():
    tones = [(240, 200, 180), (190, 140, 110), (110, 70, 50)]

    angles = [skin_tone(cheek(np.asarray(face(skin=tone)))) for tone in tones]

    assert angles == sorted(angles, reverse=True)
    assert all(-90 <= angle <= 90 for angle in angles)


def test_the_cheek_in_better_light_decides():
    image = face()
    image.paste((60, 40, 30), (0, 0, 256, 512))

    assert cheek(np.asarray(image)) == pytest.approx(to_lab(np.array(SKIN, np.uint8)))


def labelled(count=120):
    """Embeddings and cheeks of which the first number and the lightness tell the skin."""
    lot = np.random.default_rng(3)
    labels = np.arange(count) % 3
    embeddings = lot.normal(size=(count, 20))
    embeddings[:, 0] += 2 * labels
    cheeks = lot.normal(size=(count, 3)) + np.stack([-2 * labels] * 3, axis=1) * [
        1,
        0,
        0,
    ]
    return np.concatenate([embeddings, cheeks], axis=1), labels


def test_skin_is_learned_from_labelled_faces():
    rows, labels = labelled()

    predicted = cross_validated(rows, labels)

    assert told_apart(predicted, labels > 0) > 0.9
    assert told_apart(predicted, labels > 1) > 0.9


def test_skin_that_nothing_tells_is_not_claimed():
    rows, labels = labelled()

    predicted = cross_validated(rows, np.random.default_rng(4).permutation(labels))

    assert 0.3 < told_apart(predicted, labels > 0) < 0.7


def test_the_probe_that_ships_tells_dark_skin_from_light():
    probe = SkinProbe.load()
    light, dark = (cheek(np.asarray(face(skin=tone))) for tone in [SKIN, (92, 60, 44)])
    embedding = np.zeros(len(probe.weights) - 3, np.float32)

    assert probe.predict(embedding, dark) > probe.predict(embedding, light)
