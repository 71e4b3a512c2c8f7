import json
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings

from generator.snapshots import read_snapshot
from tests.generator.pickles import (
    plain,
    snapshot,
    storage,
    tensor,
    tiny_network,
)

GOLDEN = Path(settings.BASE_DIR).parent / "shared" / "golden"
# resolution, z_dim, w_dim, num_classes, num_ws, architecture, conv_clamp
NETWORKS = {
    "stylegan2_64": (64, 512, 512, 0, 10, "skip", 256.0),
    "stylegan2_cond32": (32, 64, 64, 5, 8, "skip", 1.5),
    "stylegan2_orig32": (32, 48, 64, 0, 8, "orig", 2.0),
    "stylegan2_resnet32": (32, 64, 48, 0, 8, "resnet", None),
    "stylegan2_sg3fmt32": (32, 64, 64, 0, 8, "skip", 256.0),
    "stylegan2_tiny16_ok": (16, 16, 16, 0, 6, "skip", None),
    "bad/evil_module_src_loadable": (16, 16, 16, 0, 6, "skip", None),
}
FACTS = ["resolution", "z_dim", "w_dim", "num_classes", "num_ws", "architecture"]
OPTIONS = [
    {},
    {"architecture": "resnet"},
    {"architecture": "orig"},
    {"num_classes": 3},
    {"resolution": 32, "channels": 4},
]
WEIGHT = "synthesis.b8.conv0.weight"

needs_golden = pytest.mark.skipif(
    not GOLDEN.is_dir(), reason="The golden data lies outside of the repository."
)


@needs_golden
@pytest.mark.parametrize("name", NETWORKS)
def test_networks_of_the_authors_are_understood(name):
    read = read_snapshot((GOLDEN / f"{name}.pkl").read_bytes())

    conv = read.facts["layers"]["synthesis.b8.conv0"]
    assert (*map(read.facts.get, FACTS), conv["conv_clamp"]) == NETWORKS[name]
    assert conv["up"] == 2
    assert conv["act_gain"] == pytest.approx(2**0.5)
    assert read.facts["layers"]["mapping.fc0"]["bias_gain"] == 0.01


@needs_golden
def test_the_skip_of_a_residual_network_is_understood():
    read = read_snapshot((GOLDEN / "stylegan2_resnet32.pkl").read_bytes())

    assert read.facts["layers"]["synthesis.b8.skip"] == {
        "activation": "linear",
        "up": 2,
        "weight_gain": pytest.approx(32**-0.5),
        "act_gain": 1.0,
        "conv_clamp": None,
    }
    assert read.tensors["synthesis.b8.skip.weight"].shape == (32, 32, 1, 1)


@pytest.mark.parametrize("options", OPTIONS)
def test_a_snapshot_gives_back_the_network_that_was_stored(options):
    facts, tensors = tiny_network(**options)

    read = read_snapshot(snapshot(facts, tensors))

    assert json.loads(json.dumps(read.facts)) == facts
    assert read.tensors.keys() == tensors.keys()
    assert all(np.array_equal(read.tensors[name], tensors[name]) for name in tensors)


def test_tensors_are_ready_to_be_used():
    read = read_snapshot(snapshot(*tiny_network()))

    for array in read.tensors.values():
        assert array.dtype == np.float32
        assert array.flags.c_contiguous
        assert array.flags.writeable
        assert array.flags.owndata


@pytest.mark.parametrize(("kind", "tolerance"), [("f2", 1e-2), ("f8", 0)])
def test_other_floating_point_numbers_become_float32(kind, tolerance):
    facts, tensors = tiny_network()
    pieces = {WEIGHT: tensor(tensors[WEIGHT].astype(kind))}

    read = read_snapshot(snapshot(facts, tensors, pieces=pieces)).tensors[WEIGHT]

    assert read.dtype == np.float32
    assert np.allclose(read, tensors[WEIGHT], atol=tolerance)


def test_a_tensor_may_lie_anywhere_in_its_storage_and_in_any_order():
    facts, tensors = tiny_network()
    channels_last = np.asfortranarray(tensors[WEIGHT])
    stored = storage(np.append(np.zeros(5, "f4"), channels_last.ravel(order="K")))
    pieces = {WEIGHT: tensor(channels_last, stored, offset=5)}

    read = read_snapshot(snapshot(facts, tensors, pieces=pieces)).tensors[WEIGHT]

    assert np.array_equal(read, tensors[WEIGHT])
    assert read.flags.c_contiguous


def test_a_network_may_do_without_noise():
    facts, tensors = tiny_network()
    noise = dict.fromkeys(["noise_const", "noise_strength"])
    pieces = {f"synthesis.b8.conv0.{name}": None for name in noise}
    attributes = {"synthesis.b8.conv0": {"use_noise": False}}

    read = read_snapshot(snapshot(facts, tensors, attributes, pieces))

    assert not read.facts["layers"]["synthesis.b8.conv0"]["use_noise"]
    assert read.tensors.keys() == tensors.keys() - pieces.keys()


def test_gains_and_clamps_come_from_each_layer():
    attributes = {
        "mapping.fc1": {"bias_gain": 1, "weight_gain": np.float32(0.25)},
        "synthesis.b8.conv0": {"act_gain": 1.5, "conv_clamp": 256},
        "synthesis.b8.torgb": {"conv_clamp": None},
    }

    layers = read_snapshot(snapshot(*tiny_network(), attributes)).facts["layers"]

    assert (
        layers["mapping.fc1"]["bias_gain"],
        layers["mapping.fc1"]["weight_gain"],
    ) == (1, 0.25)
    assert layers["synthesis.b8.conv0"]["act_gain"] == 1.5
    assert layers["synthesis.b8.conv0"]["conv_clamp"] == 256.0
    assert layers["synthesis.b8.torgb"]["conv_clamp"] is None


def test_what_else_lies_in_the_file_is_left_alone():
    data = snapshot(*tiny_network())
    names = b"\x8f(" + plain("mean") + b"\x90"  # a set of protocol 4
    extra = plain("augment_pipe") + names + b"s" + plain("kwargs") + plain([{"a": {2}}])

    assert read_snapshot(data[:-1] + extra + b"s.").facts == read_snapshot(data).facts
