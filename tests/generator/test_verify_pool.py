"""Shipped faces can be drawn again from their manifest, and a false recipe is found out."""

import csv
import hashlib
import json

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from safetensors.numpy import save

from faces.models import Network
from generator import edits
from generator.errors import GeneratorError
from generator.verifying import closeness
from tests.generator.test_generate_faces import register_tiny
from tests.make import make_picture

pytestmark = pytest.mark.django_db

W_DIM = 8


@pytest.fixture(autouse=True)
def directions(tmp_path, settings):
    """The name of fitted directions that are here; returns it."""
    settings.VAR_DIR = tmp_path / "var"
    edits.find_basis.cache_clear()
    basis = np.random.RandomState(1).randn(W_DIM, 2).astype(np.float32)
    folder = settings.VAR_DIR / "networks"
    folder.mkdir(parents=True)
    (folder / "any.steering.safetensors").write_bytes(save({"basis": basis}))
    return hashlib.sha256(basis.tobytes()).hexdigest()[:8]


@pytest.fixture
def network(directions):
    return register_tiny()


@pytest.fixture
def folder(tmp_path, network, directions):
    """Three faces, one of them steered, as they would be shipped."""
    shipped = tmp_path / "shipped"
    edit = f"gender +1.20 age -0.30 by {directions}"
    draw("1,2", shipped)
    draw("3", shipped, edit)
    facts = {"name": network.name, "sha256": network.sha256}
    (shipped / "network.json").write_text(json.dumps(facts))
    rows = [row_of(path, edit) for path in sorted(shipped.glob("*.png"))]
    write(shipped, rows)
    return shipped


def draw(seeds, folder, edit=""):
    options = {"seeds": seeds, "format": "png", "edit": edit}
    words = [f"--{name}={value}" for name, value in options.items()]
    call_command("generate_faces", "--network=tiny", f"--out={folder}", *words)


def row_of(path, edit):
    seed = path.name.split("-")[1].removeprefix("seed")
    return {
        **{"file": path.name, "network": "tiny", "seed": seed, "psi": "0.7"},
        **{"edit": edit if seed == "3" else "", "drawn_on": "2026-11-20"},
        **{"gender": "woman", "age_bucket": "30s", "quality": "good"},
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
    }


def write(folder, rows):
    with (folder / "manifest.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def change(folder, which, **values):
    """Let the manifest say something else of one face."""
    with (folder / "manifest.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    write(folder, [row | values if row["seed"] == which else row for row in rows])


def refused(folder, *args):
    with pytest.raises(CommandError) as caught:
        call_command("verify_pool", folder, *args)
    return str(caught.value)


def test_faces_are_drawn_again_and_are_the_same(folder, capsys):
    call_command("verify_pool", folder, "--all")

    assert "3 faces drawn again: all the same" in capsys.readouterr().out


def test_steered_face_is_drawn_as_it_was_steered(folder, capsys):
    call_command("verify_pool", folder, "--seeds=3")

    assert "1 face drawn again" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("seed", "values"),
    [("1", {"seed": "9"}), ("2", {"psi": "1.5"}), ("3", {"edit": ""})],
)
def test_false_recipe_is_found_out(folder, capsys, seed, values):
    change(folder, seed, **values)

    assert refused(folder, "--all").startswith("1 of 3 faces are not what their")
    assert f"seed{seed}" in capsys.readouterr().err


def test_face_that_was_swapped_is_found_out(folder, capsys):
    first, second, *_ = sorted(folder.glob("*.png"))
    first.write_bytes(second.read_bytes())

    assert "1 of 3" in refused(folder, "--all")
    assert f"{first.name}: is not the file of the manifest" in capsys.readouterr().err


def test_missing_and_broken_files_are_told_by_name(folder, capsys):
    first, second, *_ = sorted(folder.glob("*.png"))
    first.unlink()
    second.write_bytes(b"no picture")

    assert "2 of 3" in refused(folder, "--all")
    told = capsys.readouterr().err
    assert f"{first.name}: No such file" in told
    assert f"{second.name}: it is not a whole PNG" in told


def test_sample_is_no_larger_than_the_pool(folder, capsys):
    call_command("verify_pool", folder, "--sample=99")

    assert "3 faces drawn again" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        ("gender +1.20 age -0.30 by 00000000", "The directions 00000000 are not here"),
        ("gender +1.20 by {}", "do not fit the edit"),
        ("much older", "'much older' is not an edit"),
    ],
)
def test_edit_that_cannot_be_followed_is_told(folder, directions, edit, reason):
    change(folder, "3", edit=edit.format(directions))

    assert reason in refused(folder, "--all")


def test_damaged_directions_are_told(folder, settings):
    path = settings.VAR_DIR / "networks/any.steering.safetensors"
    path.write_bytes(b"damaged")
    edits.find_basis.cache_clear()

    assert "any.steering.safetensors is damaged" in refused(folder, "--all")


def test_seeds_that_are_not_in_the_manifest_are_told(folder):
    assert "No face of the manifest has such a seed." in refused(folder, "--seeds=77")


def test_weights_that_are_missing_are_told(folder):
    Network.objects.update(weights_sha256="")

    assert "weights" in refused(folder, "--all")


def test_picture_of_another_size_is_told(folder, capsys):
    first = min(folder.glob("*.png"))
    make_picture(side=32).save(first)
    sha256 = hashlib.sha256(first.read_bytes()).hexdigest()
    change(folder, "1", sha256=sha256)

    assert "1 of 3" in refused(folder, "--all")
    assert f"{first.name}: has another size: 16 px are drawn" in capsys.readouterr().err


def test_edit_is_read_as_recipes_write_it():
    edit = edits.parse_edit("gender +1.20 age -0.30 skin +0.00 by 0123abcd")

    assert edit == ([1.2, -0.3, 0.0], "0123abcd")


@pytest.mark.parametrize("text", ["age 1.00 by 0123abcd", "by 0123abcd", "age +1 by x"])
def test_other_words_are_no_edit(text):
    with pytest.raises(GeneratorError, match="is not an edit"):
        edits.parse_edit(text)


def test_closeness_is_in_decibels():
    black = np.zeros((2, 2, 3), np.uint8)

    assert closeness(black, black) == float("inf")
    assert closeness(black, black + 255) == pytest.approx(0)
    assert closeness(black + 1, black) == pytest.approx(48.13, abs=0.01)
