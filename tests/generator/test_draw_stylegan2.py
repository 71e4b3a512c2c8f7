from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from django.conf import settings

from generator.snapshots import read_snapshot
from generator.stylegan2 import ModulatedConv, Part, StyleGAN2, Upsample
from tests.make import make_stylegan2

GOLDEN = Path(settings.BASE_DIR).parent / "shared" / "golden"
SNAPSHOTS = {
    "skip64": "stylegan2_64",
    "cond32": "stylegan2_cond32",
    "resnet32": "stylegan2_resnet32",
    "orig32": "stylegan2_orig32",
    "sg3fmt32": "stylegan2_sg3fmt32",
}
ARCHITECTURES = ["skip", "resnet", "orig"]
HALVES = [(torch.float16, 0.02), (torch.bfloat16, 0.1)]


needs_golden = pytest.mark.skipif(
    not GOLDEN.is_dir(), reason="The golden data lies outside of the repository."
)


@pytest.fixture(autouse=True)
def fixed_randomness():
    torch.manual_seed(3)


def tiny(**options):
    return StyleGAN2.from_tensors(*make_stylegan2(**options))


def golden_network(name):
    snapshot = read_snapshot((GOLDEN / f"{name}.pkl").read_bytes())
    tensors = {key: torch.tensor(array) for key, array in snapshot.tensors.items()}
    return StyleGAN2.from_tensors(snapshot.facts, tensors)


def golden_data(kind):
    sg3 = kind == "sg3fmt32"
    return np.load(GOLDEN / ("stylegan2_sg3fmt32.npz" if sg3 else "stylegan2_64.npz"))


def latent(network, seed):
    return torch.tensor(np.random.RandomState(seed).randn(1, network.z_dim))


def class_of(network, seed):
    """Which class the golden data draws."""
    classes = network.num_classes
    return torch.tensor([seed % classes]) if classes else None


def latents(network, batch=3):
    return torch.randn(batch, network.z_dim, generator=torch.Generator().manual_seed(2))


def error(ours, theirs):
    """The largest difference, as a share of the spread of theirs."""
    theirs = torch.as_tensor(theirs)
    return float((ours - theirs).abs().max() / theirs.std().clamp_min(1))


@needs_golden
@pytest.mark.parametrize("kind", SNAPSHOTS)
def test_styles_and_pictures_equal_the_authors_own(kind):
    network, data = golden_network(SNAPSHOTS[kind]), golden_data(kind)

    for seed in (0, 1, 42):
        classes = class_of(network, seed)
        for psi in (1.0, 0.7):
            case = f"{kind}/seed{seed}/psi{psi}"
            w = network.map(latent(network, seed), psi, classes)
            assert error(w[0], data[f"{case}/w"]) < 1e-4
            assert error(network.draw(w)[0], data[f"{case}/img"]) < 1e-4


@needs_golden
@pytest.mark.parametrize("kind", ["skip64", "cond32", "resnet32", "orig32"])
def test_pictures_without_noise_and_of_w_plus_equal_the_authors_own(kind):
    network, data = golden_network(SNAPSHOTS[kind]), golden_data(kind)
    w = torch.tensor(data[f"{kind}/seed0/psi1.0/w"])[None]
    w_plus = torch.tensor(data[f"{kind}/seed0/psi0.5cut4/ws"])[None]

    plain, mixed = network.draw(w, noise="none")[0], network.draw(w_plus)[0]

    assert error(plain, data[f"{kind}/seed0/psi1.0/noise_none/img"]) < 1e-4
    assert error(mixed, data[f"{kind}/seed0/psi0.5cut4/img"]) < 1e-4


@needs_golden
def test_the_smallest_network_equals_the_authors_own():
    network = golden_network("stylegan2_tiny16_ok")
    data = np.load(GOLDEN / "stylegan2_tiny16_ok.npz")

    w = network.map(latent(network, 0))

    assert error(w[0], data["w"]) < 1e-4
    assert error(network.draw(w)[0], data["img"]) < 1e-4


@needs_golden
@pytest.mark.parametrize(("dtype", "tolerance"), HALVES)
@pytest.mark.parametrize("kind", SNAPSHOTS)
def test_half_precision_stays_near_the_authors_own(kind, dtype, tolerance):
    network, data = golden_network(SNAPSHOTS[kind]), golden_data(kind)
    w = torch.tensor(data[f"{kind}/seed1/psi0.7/w"])[None]

    network.use_half(dtype)

    assert error(network.draw(w)[0], data[f"{kind}/seed1/psi0.7/img"]) < tolerance


@pytest.mark.parametrize("architecture", ARCHITECTURES)
@pytest.mark.parametrize(("dtype", "tolerance"), HALVES)
def test_half_precision_stays_near_float32(architecture, dtype, tolerance):
    network = tiny(architecture=architecture)
    w = network.map(latents(network))
    wanted = network.draw(w)

    network.use_half(dtype)
    picture = network.draw(w)

    assert picture.dtype == torch.float32
    assert error(picture, wanted) < tolerance
    assert not torch.equal(picture, wanted)


def test_half_precision_leaves_the_low_resolutions_alone():
    network = tiny(resolution=128, channels=2)

    network.use_half()

    halves = [block.side for block in network.blocks if block.dtype == torch.float16]
    assert halves == [16, 32, 64, 128]


def test_half_precision_survives_huge_weights_and_styles():
    facts, tensors = make_stylegan2()
    tensors["synthesis.b8.conv0.weight"] *= 1e4
    tensors["synthesis.b8.conv0.affine.weight"] *= 1e4
    network = StyleGAN2.from_tensors(facts, tensors)
    w = network.map(latents(network))
    wanted = network.draw(w)

    network.use_half()

    assert error(network.draw(w), wanted) < 0.02


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_a_batch_equals_its_pictures_one_by_one(architecture):
    network = tiny(architecture=architecture, num_classes=3)
    z, classes = latents(network), torch.tensor([0, 2, 1])

    w = network.map(z, 0.7, classes)
    singles = [
        network.map(z[i : i + 1], 0.7, classes[i : i + 1]) for i in range(len(z))
    ]

    assert error(w, torch.cat(singles)) < 2e-5
    pictures = torch.cat([network.draw(single) for single in singles])
    assert pictures.shape == (3, 3, 16, 16)
    assert error(network.draw(w), pictures) < 2e-5


def test_drawing_twice_gives_the_same_picture():
    network = tiny()
    w = network.map(latents(network, batch=1))
    before = w.clone()

    assert torch.equal(network.draw(w), network.draw(w))
    assert torch.equal(w, before)


def test_psi_0_gives_everyone_the_average_style():
    network = tiny()

    w = network.map(latents(network), psi=0)

    assert torch.equal(w, network.mapping.w_avg.expand(3, -1))


def test_each_class_has_its_own_style():
    network = tiny(num_classes=2)
    z = latents(network, batch=1).repeat(2, 1)

    first, second = network.map(z, classes=torch.tensor([0, 1]))

    assert not torch.allclose(first, second)


def test_a_style_repeated_for_every_layer_draws_the_same_picture():
    network = tiny()
    w = network.map(latents(network))

    assert torch.equal(
        network.draw(w), network.draw(w[:, None].repeat(1, network.num_ws, 1))
    )


def test_noise_can_be_left_out_or_be_absent():
    facts, tensors = make_stylegan2()
    network = StyleGAN2.from_tensors(facts, tensors)
    for layer in facts["layers"].values():
        layer["use_noise"] = False
    quiet = StyleGAN2.from_tensors(facts, tensors)
    w = network.map(latents(network))

    assert torch.equal(network.draw(w, noise="none"), quiet.draw(w))
    assert not torch.allclose(network.draw(w), quiet.draw(w))


def test_a_clamp_bounds_the_features():
    facts, tensors = make_stylegan2(architecture="orig")
    facts["layers"]["synthesis.b8.conv1"]["conv_clamp"] = 0.5
    conv = ModulatedConv(Part(facts["layers"], tensors, "synthesis.b8.conv1"))

    x = conv(torch.randn(1, 8, 8, 8) * 100, torch.randn(1, 8), noise=True)

    assert x.abs().max() == 0.5


@pytest.mark.parametrize(("name", "up"), [("conv0", 2), ("conv1", 1)])
def test_modulation_follows_the_formula(name, up):
    facts, tensors = make_stylegan2()
    part = Part(facts["layers"], tensors, f"synthesis.b8.{name}")
    tensors[f"{part.path}.resample_filter"] = torch.rand(4, 4)  # lopsided on purpose
    x, w = torch.randn(2, 8, 8 // up, 8 // up), torch.randn(2, 8)
    conv = ModulatedConv(part)

    wanted = torch.cat(
        [by_formula(part, x[i : i + 1], conv.affine(w)[i], up) for i in range(2)]
    )

    assert error(conv(x, w, noise=True), wanted) < 1e-5


def by_formula(part, x, style, up):
    weight = part.tensor("weight") * style[:, None, None]
    weight = weight / (weight.square().sum(dim=(1, 2, 3), keepdim=True) + 1e-8).sqrt()
    if up == 1:
        x = F.conv2d(x, weight, padding=1)
    else:
        x = F.conv_transpose2d(x, weight.transpose(0, 1), stride=2)
        x = filtered(F.pad(x, (1, 1, 1, 1)), part.tensor("resample_filter"))
    x = x + part.tensor("noise_const") * part.tensor("noise_strength")
    return F.leaky_relu(x + part.tensor("bias")[:, None, None], 0.2) * 2**0.5


def filtered(x, fir):
    """Convolve in the mathematical sense, which turns the filter round."""
    height, width = x.shape[2] - 3, x.shape[3] - 3
    shifts = [(i, j) for i in range(4) for j in range(4)]
    return 4 * sum(
        fir[3 - i, 3 - j] * x[:, :, i : i + height, j : j + width] for i, j in shifts
    )


def test_upsampling_puts_zeros_between_and_filters():
    fir = torch.rand(4, 4)
    upsample = Upsample(Part({}, {"b8.resample_filter": fir}, "b8"))
    x = torch.randn(2, 3, 5, 5)
    spread = torch.zeros(2, 3, 10, 10)
    spread[:, :, ::2, ::2] = x

    wanted = filtered(F.pad(spread, (2, 1, 2, 1)), fir)

    assert error(upsample(x), wanted) < 1e-5


@pytest.mark.parametrize("shape", [(8,), (1, 7), (1, 1, 8)])
def test_latents_of_another_shape_are_refused(shape):
    with pytest.raises(ValueError, match=r"z must be \(batch, 8\)"):
        tiny().map(torch.zeros(shape))


@pytest.mark.parametrize(
    ("classes", "message"),
    [
        (None, "which of 3 classes"),
        (torch.tensor([0, 1]), r"must be \(1,\) int64"),
        (torch.tensor([0.0]), r"must be \(1,\) int64"),
        (torch.tensor([3]), "from 0 to 2"),
        (torch.tensor([-1]), "from 0 to 2"),
    ],
)
def test_wrong_classes_are_refused(classes, message):
    with pytest.raises(ValueError, match=message):
        tiny(num_classes=3).map(torch.zeros(1, 8), classes=classes)


def test_classes_are_refused_where_there_are_none():
    with pytest.raises(ValueError, match="no classes"):
        tiny().map(torch.zeros(1, 8), classes=torch.tensor([0]))


@pytest.mark.parametrize("shape", [(8,), (1, 7), (1, 5, 8), (1, 6, 7), (1, 1, 6, 8)])
def test_styles_of_another_shape_are_refused(shape):
    with pytest.raises(ValueError, match=r"w must be \(batch, 8\) or \(batch, 6, 8\)"):
        tiny().draw(torch.zeros(shape))


def test_an_unknown_noise_is_refused():
    with pytest.raises(ValueError, match="noise must be"):
        tiny().draw(torch.zeros(1, 8), noise="random")


@pytest.mark.parametrize(
    ("path", "fact", "value", "message"),
    [
        ("mapping.fc0", "activation", "sine", "unknown activation 'sine'"),
        ("synthesis.b8.conv0", "up", 3, "up 1 or 2"),
        ("synthesis.b8.skip", "up", 1, "up 2"),
    ],
)
def test_a_layer_of_an_unknown_kind_is_refused(path, fact, value, message):
    facts, tensors = make_stylegan2(architecture="resnet")
    facts["layers"][path][fact] = value

    with pytest.raises(ValueError, match=message):
        StyleGAN2.from_tensors(facts, tensors)


@pytest.mark.parametrize(
    ("fact", "value", "message"),
    [
        ("architecture", "dense", "Unknown architecture 'dense'"),
        ("num_ws", 8, "16 px do not go with 8 ws"),
        ("resolution", 17, "17 px do not go with 6 ws"),
        ("resolution", 32, "The network has no"),
    ],
)
def test_facts_that_do_not_fit_are_refused(fact, value, message):
    facts, tensors = make_stylegan2()
    facts[fact] = value

    with pytest.raises(ValueError, match=message):
        StyleGAN2.from_tensors(facts, tensors)


@pytest.mark.parametrize("shape", [(4,), (4, 2), (3, 3), (10, 10)])
def test_a_filter_of_another_shape_is_refused(shape):
    facts, tensors = make_stylegan2()
    tensors["synthesis.b8.resample_filter"] = torch.ones(shape)

    with pytest.raises(ValueError, match="must be square"):
        StyleGAN2.from_tensors(facts, tensors)


def test_an_absent_tensor_is_named():
    facts, tensors = make_stylegan2()
    del tensors["synthesis.b16.torgb.bias"]

    with pytest.raises(ValueError, match=r"no 'synthesis\.b16\.torgb\.bias'"):
        StyleGAN2.from_tensors(facts, tensors)
