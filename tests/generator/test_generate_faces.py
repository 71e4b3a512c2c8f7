import hashlib
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from PIL import Image

from faces.files import ai_mark
from faces.models import Face
from generator.registry import NetworkFile, register
from generator.snapshots import Snapshot
from tests.generator.conftest import GOLDEN
from tests.make import make_stylegan2

pytestmark = pytest.mark.django_db


def register_tiny(name="tiny", **options):
    facts, tensors = make_stylegan2(**options)
    arrays = {key: tensor.numpy() for key, tensor in tensors.items()}
    file = NetworkFile(
        hashlib.sha256(name.encode()).hexdigest(), Snapshot(facts, arrays)
    )
    return register(
        file, name=name, title=name, licence="Ours.", subject="noise", source="tests"
    )[0]


@pytest.fixture(autouse=True)
def tiny(db):
    return register_tiny()


def generate(*args):
    call_command("generate_faces", "--network=tiny", *args)


def test_every_seed_becomes_a_marked_picture(tmp_path):
    generate("--seeds=1,2", "--psi=0.5", f"--out={tmp_path}")

    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["tiny-seed1-psi0.5.webp", "tiny-seed2-psi0.5.webp"]
    with Image.open(tmp_path / names[0]) as image:
        assert (image.format, image.size) == ("WEBP", (16, 16))
        assert image.info["xmp"] == ai_mark("tiny, seed 1, psi 0.5")


def test_nothing_enters_the_pool(tmp_path):
    generate("--seeds=1-3", f"--out={tmp_path}")

    assert not Face.objects.exists()


def test_the_same_seed_draws_the_same_picture(tmp_path):
    for folder in ["a", "b"]:
        generate("--seeds=7", "--format=png", f"--out={tmp_path / folder}")

    [one], [other] = (tmp_path / "a").iterdir(), (tmp_path / "b").iterdir()
    assert one.read_bytes() == other.read_bytes()


@pytest.mark.parametrize("format", ["webp", "jpeg", "png"])
def test_a_second_run_keeps_what_the_first_saved(tmp_path, format):
    options = [f"--format={format}", f"--out={tmp_path}"]
    generate("--seeds=1", *options)
    [first] = tmp_path.iterdir()
    saved_at = first.stat().st_mtime_ns

    generate("--seeds=1,2", *options)

    assert first.stat().st_mtime_ns == saved_at
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("content", [b"", b"no picture", b"RIFF\0\0\0\0WEBP"])
def test_a_file_that_is_no_such_picture_is_drawn_again(tmp_path, content):
    path = tmp_path / "tiny-seed1-psi0.7.webp"
    path.write_bytes(content)

    generate("--seeds=1", f"--out={tmp_path}")

    with Image.open(path) as image:
        assert image.size == (16, 16)


def test_another_size_is_drawn_again(tmp_path):
    generate("--seeds=1", f"--out={tmp_path}")

    generate("--seeds=1", f"--out={tmp_path}", "--size=16")

    register_tiny("large", resolution=32)
    call_command(
        "generate_faces",
        "--network=large",
        "--seeds=1",
        "--size=20",
        f"--out={tmp_path}",
    )
    with Image.open(tmp_path / "large-seed1-psi0.7.webp") as image:
        assert image.size == (20, 20)


def test_pictures_go_to_var_unless_told_otherwise(capsys):
    generate("--seeds=1")

    assert (settings.VAR_DIR / "drawn" / "tiny-seed1-psi0.7.webp").exists()
    assert f"Saved in {settings.VAR_DIR / 'drawn'}." in capsys.readouterr().out


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp"])
def test_a_sheet_shows_every_seed(tmp_path, suffix):
    sheet = tmp_path / f"sheet.{suffix}"

    generate("--seeds=0-6", f"--sheet={sheet}")

    assert [path.name for path in tmp_path.iterdir()] == [sheet.name]
    with Image.open(sheet) as image:
        width, height = image.size
        assert image.info["xmp"] == ai_mark("tiny, psi 0.7, contact sheet")
    assert width > 3 * 256
    assert height > 3 * 256


def test_a_sheet_goes_with_pictures_and_uses_those_saved_before(tmp_path):
    generate("--seeds=0-3", f"--out={tmp_path}", f"--sheet={tmp_path / 'one.png'}")
    generate("--seeds=0-3", f"--out={tmp_path}", f"--sheet={tmp_path / 'two.png'}")

    assert len(list(tmp_path.iterdir())) == 6
    assert (tmp_path / "one.png").read_bytes() != b""


def test_a_morph_goes_from_the_average_face_to_this_one(tmp_path):
    generate("--seeds=1,2", "--morph=5", f"--out={tmp_path}", "--psi=1")
    generate("--seeds=1", "--psi=1", "--format=png", f"--out={tmp_path}")

    with Image.open(tmp_path / "tiny-seed1-psi1.morph.webp") as morph:
        assert (morph.n_frames, morph.size) == (5, (16, 16))
        first = np.asarray(morph.convert("RGB"), dtype=int)
        morph.seek(4)
        last = np.asarray(morph.convert("RGB"), dtype=int)
    with Image.open(tmp_path / "tiny-seed2-psi1.morph.webp") as other:
        assert abs(np.asarray(other.convert("RGB"), dtype=int) - first).mean() < 1
    with Image.open(tmp_path / "tiny-seed1-psi1.png") as drawn:
        difference = abs(np.asarray(drawn, dtype=int) - last).mean()
    assert difference < abs(first - last).mean() / 3


def test_raw_arrays_are_for_other_programs(tmp_path):
    raw = tmp_path / "raw.npz"

    generate("--seeds=1,2", "--psi=0.5", f"--raw={raw}")

    with np.load(raw, allow_pickle=False) as arrays:
        z, w, img = (arrays[name] for name in ["z", "w", "img"])
    assert {array.dtype for array in (z, w, img)} == {np.dtype("f4")}
    assert (z.shape, w.shape, img.shape) == ((2, 8), (2, 8), (2, 3, 16, 16))
    assert (z[0] == np.random.RandomState(1).randn(8).astype("f4")).all()


def test_a_conditional_network_draws_the_class_asked_for(tmp_path):
    register_tiny("kinds", num_classes=3)

    for index in range(3):
        call_command(
            *("generate_faces", "--network=kinds", "--seeds=1", "--format=png"),
            *(f"--class={index}", f"--out={tmp_path}"),
        )

    pictures = {path.read_bytes()[-2000:] for path in tmp_path.iterdir()}
    assert len(pictures) == 3


def test_noise_can_be_left_out(tmp_path):
    for noise in ["const", "none"]:
        generate("--seeds=1", "--format=png", f"--noise={noise}", f"--out={tmp_path}")

    one, other = (np.asarray(Image.open(path)) for path in tmp_path.iterdir())
    assert (one != other).any()


@pytest.mark.skipif(
    not GOLDEN.is_dir(), reason="The snapshots are not part of the project."
)
def test_a_file_draws_without_being_registered(tmp_path):
    with np.load(GOLDEN / "stylegan2_64.npz") as file:
        expected = dict(file)

    call_command(
        *("generate_faces", f"--network-file={GOLDEN / 'stylegan2_64.pkl'}"),
        *("--seeds=0", "--psi=0.7", f"--raw={tmp_path / 'raw.npz'}"),
    )

    with np.load(tmp_path / "raw.npz") as arrays:
        golden = expected["skip64/seed0/psi0.7/img"].reshape(arrays["img"].shape)
        error = abs(arrays["img"] - golden).max()
    assert error <= 1e-4 * max(1, golden.std())


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--seeds=-1"], "'-1' is not a seed"),
        (["--seeds=4294967296"], "too large"),
        (["--seeds=1.5"], "not a seed"),
        (["--seeds=0-1000000"], "100,000 seeds at most"),
        (["--seeds=1", "--psi=nan"], "nan is not a psi"),
        (["--seeds=1", "--psi=-5"], "-5 is not a psi"),
        (["--seeds=1", "--psi=100"], "100 is not a psi"),
        (["--seeds=1", "--size=1024"], "--size goes from 16 to 16"),
        (["--seeds=1", "--size=0"], "--size goes from 16"),
        (["--seeds=1", "--morph=1"], "--morph takes 2 to 240 frames"),
        (["--seeds=1", "--morph=4", "--sheet=a.jpg"], "one of --morph and --sheet"),
        (["--seeds=1", "--raw=a.npz", "--sheet=a.jpg"], "one of --raw and --sheet"),
        (["--seeds=1", "--sheet=a.gif"], "--sheet must end in .jpg"),
        (["--seeds=0-400", "--sheet=a.jpg"], "A sheet takes 400 faces"),
        (["--seeds=1", "--class=0"], "no classes"),
        (["--seeds=1", "--network=nobody"], "No network is registered as nobody"),
        (["--seeds=1", "--device=cuda"], "There is no CUDA device"),
    ],
)
def test_what_cannot_be_done_is_said_before_drawing(tmp_path, options, words):
    if "--device=cuda" in options and os.environ.get("CUDA_VISIBLE_DEVICES", "") != "":
        pytest.skip("There is a CUDA device.")
    with pytest.raises(CommandError, match=words):
        generate(f"--out={tmp_path}", *options)

    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("index", ["-1", "3"])
def test_a_class_that_is_not_there_is_refused(index):
    register_tiny("kinds", num_classes=3)

    with pytest.raises(CommandError, match="0 to 2"):
        call_command(
            "generate_faces", "--network=kinds", "--seeds=1", f"--class={index}"
        )


def test_a_conditional_network_asks_for_a_class():
    register_tiny("kinds", num_classes=3)

    with pytest.raises(CommandError, match="which of 3 classes"):
        call_command("generate_faces", "--network=kinds", "--seeds=1")


def test_weights_that_were_changed_draw_nothing(tiny):
    path = settings.VAR_DIR / "networks" / f"{tiny.sha256}.safetensors"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)

    with pytest.raises(CommandError, match="not the file that was registered"):
        generate("--seeds=1")


def test_a_network_whose_weights_are_not_here_says_how_to_bring_them(tiny):
    tiny.weights_sha256 = ""
    tiny.save()

    with pytest.raises(CommandError, match="bring them with fetch_weights"):
        generate("--seeds=1")


def test_a_folder_that_cannot_be_written_is_said_in_words(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(CommandError, match="Not a directory|File exists"):
        generate("--seeds=1", f"--out={tmp_path / 'file' / 'folder'}")


@pytest.mark.skipif(
    not GOLDEN.is_dir(), reason="The snapshots are not part of the project."
)
def test_ctrl_c_leaves_whole_pictures_and_says_so(tmp_path):
    command = [sys.executable, "manage.py", "generate_faces", "--seeds=0-99999"]
    command += [f"--network-file={GOLDEN / 'stylegan2_64.pkl'}", f"--out={tmp_path}"]
    process = subprocess.Popen(
        command,
        cwd=settings.BASE_DIR,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    for _ in range(600):
        if list(tmp_path.glob("*.webp")):
            break
        time.sleep(0.1)

    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)

    assert process.returncode == 130
    assert "Stopped" in said
    assert "Traceback" not in said
    for path in tmp_path.iterdir():
        with Image.open(path) as image:
            image.load()
