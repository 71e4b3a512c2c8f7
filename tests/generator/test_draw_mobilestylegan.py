import numpy as np
import pytest
import torch

from generator.devices import keep_freed_memory
from generator.latents import latents
from generator.mobilestylegan import MobileStyleGAN, inverse_haar
from tests.generator.conftest import GOLDEN

W_TOLERANCE, PICTURE_TOLERANCE = 1e-4, 1e-3
HALF_TOLERANCE = 0.02  # of the picture's standard deviation
CROPS = {"crop_y448_x448_128": (448, 448, 128), "crop_y0_x0_64": (0, 0, 64)}
CROPS |= {"crop_y960_x960_64": (960, 960, 64)}
REFERENCES = [(seed, "0.7") for seed in (0, 1, 2, 3, 42, 1234)]
REFERENCES += [(seed, "1.0") for seed in (0, 1, 2)]
needs_golden = pytest.mark.skipif(
    not GOLDEN.is_dir(), reason="The reference pictures are not part of the project."
)


@pytest.fixture(scope="module")
def golden():
    with np.load(GOLDEN / "mobilestylegan.npz") as file:
        return dict(file)


@pytest.fixture(scope="module")
def tiny():
    torch.manual_seed(1)
    network = MobileStyleGAN(w_dim=16, num_mapping_layers=2, channels=[16, 16, 8])
    with torch.no_grad():
        for values in [*network.parameters(), *network.buffers()]:
            values.copy_(torch.randn_like(values) / 4)
    return network.eval().requires_grad_(False).to(memory_format=torch.channels_last)


@needs_golden
def test_styles_are_those_of_the_reference(mobilestylegan, golden):
    seeds = golden["seeds"].tolist()

    w = mobilestylegan.map(latents(seeds, 512)).numpy()

    expected = np.stack([golden[f"seed{seed}/w"] for seed in seeds])
    assert abs(w - expected).max() <= W_TOLERANCE


@needs_golden
def test_the_average_style_is_that_of_the_reference(mobilestylegan, golden):
    difference = mobilestylegan.w_avg.numpy() - golden["w_mean_4096_rs1234"]

    assert abs(difference).max() <= W_TOLERANCE


@needs_golden
@pytest.mark.parametrize(("seed", "psi"), REFERENCES)
def test_pictures_are_those_of_the_reference(mobilestylegan, golden, seed, psi):
    key = f"seed{seed}/psi{psi}"
    keep_freed_memory()

    w = mobilestylegan.map(latents([seed], 512), float(psi))
    picture = mobilestylegan.draw(w)[0].numpy()

    blocks = picture.reshape(3, 128, 8, 128, 8).mean(axis=(2, 4))
    assert abs(blocks - golden[f"{key}/down128"]).max() <= PICTURE_TOLERANCE
    for name, (y, x, side) in CROPS.items():
        if f"{key}/{name}" in golden:
            crop = picture[:, y : y + side, x : x + side]
            assert abs(crop - golden[f"{key}/{name}"]).max() <= PICTURE_TOLERANCE


def test_a_batch_equals_its_pictures_drawn_alone(tiny):
    w = tiny.map(latents([1, 2, 3], 16), 0.7)

    batch = tiny.draw(w)

    alone = torch.cat([tiny.draw(row[None]) for row in w])
    assert (batch - alone).abs().max() <= 2e-5 * batch.std()


def test_a_style_for_every_layer_draws_as_one_for_all(tiny):
    w = tiny.map(latents([1], 16))

    drawn = tiny.draw(w[:, None].expand(-1, tiny.num_ws, -1))

    assert drawn.shape == (1, 3, tiny.resolution, tiny.resolution)
    assert torch.equal(drawn, tiny.draw(w))


def test_every_layer_listens_to_its_own_style(tiny):
    w = tiny.map(latents([1], 16))[:, None].repeat(1, tiny.num_ws, 1)
    pictures = [tiny.draw(w)]

    for i in range(tiny.num_ws):
        changed = w.clone()
        changed[:, i] += 1
        pictures.append(tiny.draw(changed))

    flat = torch.cat(pictures).flatten(1)
    assert len(torch.unique(flat, dim=0)) == tiny.num_ws + 1


def test_psi_0_is_the_average_face(tiny):
    w = tiny.map(latents([1, 2], 16), psi=0)

    assert torch.equal(w, tiny.w_avg.expand(2, -1))


def test_noise_can_be_left_out(tiny):
    w = tiny.map(latents([1], 16))

    assert not torch.equal(tiny.draw(w), tiny.draw(w, noise="none"))


def test_half_precision_agrees_with_full(tiny):
    w = tiny.map(latents([1, 2], 16))
    full = tiny.draw(w)
    half = MobileStyleGAN(w_dim=16, num_mapping_layers=2, channels=[16, 16, 8])
    half.load_state_dict(tiny.state_dict())
    half.requires_grad_(False).use_half()

    drawn = half.draw(half.map(latents([1, 2], 16)))

    assert drawn.dtype == torch.float32
    assert (drawn - full).abs().max() <= HALF_TOLERANCE * full.std()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda net: net.map(torch.zeros(1, 8)), r"z must be \(batch, 16\)"),
        (lambda net: net.map(torch.zeros(16)), "z must be"),
        (lambda net: net.map(torch.zeros(1, 16), 1.0, torch.tensor([0])), "no classes"),
        (lambda net: net.draw(torch.zeros(1, 8)), "w must be"),
        (lambda net: net.draw(torch.zeros(1, 3, 16)), "w must be"),
        (lambda net: net.draw(torch.zeros(1, 16), "random"), "noise must be"),
    ],
)
def test_wrong_input_is_refused_in_words(tiny, call, words):
    with pytest.raises(ValueError, match=words):
        call(tiny)


def test_the_inverse_haar_transform_undoes_the_transform():
    picture = torch.randn(2, 3, 8, 8)
    a, b = picture[:, :, ::2, ::2], picture[:, :, ::2, 1::2]
    c, d = picture[:, :, 1::2, ::2], picture[:, :, 1::2, 1::2]
    subbands = [a + b + c + d, a + b - c - d, a - b + c - d, a - b - c + d]

    back = inverse_haar(torch.cat(subbands, dim=1) / 2)

    assert (back - picture).abs().max() < 1e-6


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="There is no CUDA device.")
def test_a_gpu_in_half_precision_agrees_with_the_cpu(wheel):
    from generator.devices import prepare
    from generator.fetching import read_default_network
    from generator.networks import build_snapshot

    snapshot = read_default_network(wheel).snapshot
    pictures = []
    for device in map(torch.device, ["cpu", "cuda"]):
        network = build_snapshot(snapshot)
        prepare(network, device)
        w = network.map(latents([0, 1234], 512).to(device), 0.7)
        pictures.append(network.draw(w).cpu())

    full, half = pictures
    assert (half - full).abs().max() <= 0.1 * full.std()
    assert (half - full).abs().mean() <= HALF_TOLERANCE * full.std()
