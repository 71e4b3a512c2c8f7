import json

import numpy as np
import pytest
import torch

from generator.crops import CROP_60, cut, resize, to_image
from generator.errors import LoadError
from generator.faceapi import FaceApi
from generator.faceres import FaceRes
from generator.tfjs import read_weights


def manifest(*weights):
    return json.dumps([{"paths": ["x.bin"], "weights": list(weights)}]).encode()


def entry(name, shape, dtype="float32", quantization=None):
    found = {"name": name, "shape": shape, "dtype": dtype}
    return found | ({"quantization": quantization} if quantization else {})


def test_weights_are_read_in_the_order_of_the_manifest():
    data = np.array([1.5, -2, 3], "<f4").tobytes() + np.array([7, 8], "<i4").tobytes()

    weights = read_weights(manifest(entry("a", [3]), entry("b", [2, 1], "int32")), data)

    assert weights["a"].tolist() == [1.5, -2, 3]
    assert weights["b"].tolist() == [[7], [8]]


def test_a_graph_model_holds_its_manifest():
    graph = {"weightsManifest": json.loads(manifest(entry("a", [])))}

    weights = read_weights(json.dumps(graph).encode(), np.float32(4).tobytes())

    assert weights["a"] == 4


def test_half_floats_become_floats():
    half = manifest(entry("a", [2], quantization={"dtype": "float16"}))

    weights = read_weights(half, np.array([0.5, 6], "<f2").tobytes())

    assert weights["a"].dtype == np.float32
    assert weights["a"].tolist() == [0.5, 6]


def test_bytes_become_floats_by_their_scale():
    scale = {"dtype": "uint8", "scale": 0.5, "min": -1}

    weights = read_weights(
        manifest(entry("a", [3], quantization=scale)), bytes([0, 2, 255])
    )

    assert weights["a"].dtype == np.float32
    assert weights["a"].tolist() == [-1, 0, 126.5]


@pytest.mark.parametrize(
    ("written", "data"),
    [
        (b"", b""),
        (b"\xff\xfe", b""),
        (b"3", b""),
        (b'{"format": "layers-model"}', b""),
        (b'[{"paths": []}]', b""),
        (manifest({"name": "a"}), bytes(4)),
        (manifest(entry("a", [1], "complex64")), bytes(8)),
        (manifest(entry("a", [-2])), bytes(8)),
        (manifest(entry("a", "12")), bytes(8)),
        (manifest(entry("a", [2])), bytes(4)),
        (manifest(entry("a", [2**40, 2**40])), bytes(4)),
        (manifest(entry("a", [2])), bytes(12)),
    ],
)
def test_other_files_are_refused_in_words(written, data):
    with pytest.raises(LoadError, match=r"TensorFlow\.js|longer than its manifest"):
        read_weights(written, data)


@pytest.mark.parametrize("family", [FaceRes, FaceApi])
def test_weights_of_something_else_are_refused_in_words(family):
    with pytest.raises(LoadError, match="It is not"):
        family.from_weights({"a": np.zeros(3, np.float32)})


def faceres_weights(channels=4):
    """A faceres of few channels."""
    random = np.random.RandomState(0)

    def of(*shape):
        return random.randn(*shape).astype(np.float32)

    weights = {
        "conv1/convolution/merged_input": of(3, 3, 3, channels),
        "conv1_bn/batchnorm_1/sub": of(channels),
        "feats/kernel": of(channels, 6),
        "feats/bias": of(6),
        "age_pred/kernel": of(6, 100),
        "age_pred/bias": of(100),
        "gender_pred/kernel": of(6, 1),
        "gender_pred/bias": of(1),
    }
    for i in range(1, 14):
        weights |= {
            f"conv_dw_{i}/depthwise_kernel": of(3, 3, channels, 1),
            f"conv_dw_{i}_bn/batchnorm_1/mul": of(channels),
            f"conv_dw_{i}_bn/batchnorm_1/sub": of(channels),
            f"conv_pw_{i}/convolution/merged_input": of(1, 1, channels, channels),
            f"conv_pw_{i}_bn/batchnorm_1/sub": of(channels),
        }
    return weights


def test_ages_are_probabilities_and_faces_do_not_mix():
    network = FaceRes.from_weights(faceres_weights())
    faces = torch.rand(3, 3, 224, 224) * 255

    together = network(faces)
    alone = network(faces[1:2])

    assert together.ages.shape == (3, 100)
    assert together.ages.sum(dim=1).tolist() == pytest.approx([1, 1, 1])
    assert together.embedding.shape == (3, 4)
    assert together.male[1] == pytest.approx(alone.male.item(), abs=1e-5)


def test_stride_two_starts_at_the_first_pixel_as_in_tensorflow():
    network = FaceRes.from_weights(faceres_weights())
    first = network.layers[0]
    x = torch.zeros(1, 3, 4, 4)
    x[0, :, 0, 0] = 1

    padded = torch.nn.functional.pad(x, (0, 1, 0, 1))

    assert torch.allclose(
        first(padded)[0, :, 0, 0], first.weight[:, :, 0, 0].sum(1) + first.bias
    )


def test_a_crop_is_cut_at_shares_of_the_picture():
    rows, columns = np.mgrid[:512, :512] // 2
    pixels = np.stack([columns, rows, rows * 0], axis=-1).astype(np.uint8)

    [crop] = cut(to_image(pixels), [CROP_60], 112)

    red, green = crop[0].mean(dim=0), crop[1].mean(dim=1)
    assert crop.shape == (3, 112, 112)
    assert (red[0].item(), red[-1].item()) == pytest.approx((51, 204), abs=2)
    assert (green[0].item(), green[-1].item()) == pytest.approx((69, 222), abs=2)


@pytest.mark.parametrize("side", [256, 511, 512, 1024])
def test_pictures_come_to_one_size(side):
    pixels = np.zeros((side, side, 3), np.uint8)

    assert to_image(pixels).size == (512, 512)
    assert resize(to_image(pixels), 256).size == (256, 256)


@pytest.mark.parametrize(
    "pixels",
    [
        np.zeros((255, 255, 3), np.uint8),
        np.zeros((512, 511, 3), np.uint8),
        np.zeros((512, 512), np.uint8),
        np.zeros((512, 512, 4), np.uint8),
        np.zeros((3, 512, 512), np.uint8),
        np.zeros((512, 512, 3), np.float32),
        np.zeros((0,), np.uint8),
    ],
)
def test_what_is_no_picture_is_a_mistake_of_the_caller(pixels):
    with pytest.raises(ValueError, match="A picture is uint8"):
        to_image(pixels)
