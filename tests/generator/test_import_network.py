import hashlib

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from faces.models import Network
from generator.networks import load_network
from generator.registry import read_network_file
from tests.generator.conftest import GOLDEN
from tests.generator.pickles import snapshot, tiny_network
from tests.make import make_network

pytestmark = pytest.mark.django_db


def snapshot_file(folder, name="tiny.pkl", **options):
    path = folder / name
    path.write_bytes(snapshot(*tiny_network(**options)))
    return path


def import_network(path, **options):
    defaults = {"name": "cats", "licence": "Ours.", "subject": "cats"}
    call_command("import_network", path, **(defaults | options))


def weights():
    folder = settings.VAR_DIR / "networks"
    return set(folder.iterdir()) if folder.exists() else set()


def test_a_snapshot_is_registered_and_draws(tmp_path, capsys):
    path = snapshot_file(tmp_path)

    import_network(path, source="our own training")

    network = Network.objects.get()
    assert network.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (network.name, network.title, network.subject) == ("cats", "cats", "cats")
    assert (network.family, network.resolution) == ("stylegan2", 16)
    assert (network.licence, network.source) == ("Ours.", "our own training")
    assert load_network(network).resolution == 16
    assert "Registered cats: StyleGAN2, 16 px, cats" in capsys.readouterr().out


def test_workers_read_what_was_in_the_snapshot(tmp_path):
    path = snapshot_file(tmp_path)
    import_network(path)

    built = load_network(Network.objects.get())

    tensors = read_network_file(path).snapshot.tensors
    assert (built.const[0].numpy() == tensors["synthesis.b4.const"]).all()


def test_importing_twice_changes_nothing(tmp_path, capsys):
    path = snapshot_file(tmp_path)
    import_network(path)
    before = Network.objects.values().get()

    import_network(path, name="other")

    assert Network.objects.values().get() == before
    assert "Registered before, weights renewed: cats" in capsys.readouterr().out


def test_importing_again_brings_lost_weights_back(tmp_path):
    path = snapshot_file(tmp_path)
    import_network(path)
    network = Network.objects.get()
    (settings.VAR_DIR / "networks" / f"{network.sha256}.safetensors").unlink()

    import_network(path)

    assert load_network(network).resolution == 16


def test_a_name_belongs_to_one_file(tmp_path):
    make_network(name="cats")
    before = weights()

    with pytest.raises(CommandError, match="cats is taken by another file"):
        import_network(snapshot_file(tmp_path))

    assert Network.objects.count() == 1
    assert weights() == before


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": "my cats"}, "name: .*slug"),
        ({"name": "c" * 51}, "name: .*50"),
        ({"subject": "cats & dogs"}, "subject: .*slug"),
        ({"title": "t" * 81}, "title: .*80"),
    ],
)
def test_names_are_checked_before_anything_is_kept(tmp_path, fields, words):
    before = weights()

    with pytest.raises(CommandError, match=words):
        import_network(snapshot_file(tmp_path, channels=4), **fields)

    assert not Network.objects.exists()
    assert weights() == before


def test_a_file_that_is_not_there_is_said_in_words(tmp_path):
    with pytest.raises(CommandError, match=r"none\.pkl cannot be read: No such file"):
        import_network(tmp_path / "none.pkl")


def bad_files():
    return sorted((GOLDEN / "bad").glob("*")) if GOLDEN.is_dir() else []


@pytest.mark.skipif(
    not GOLDEN.is_dir(), reason="The snapshots are not part of the project."
)
@pytest.mark.parametrize(
    "path",
    [path for path in bad_files() if path.stem != "evil_module_src_loadable"],
    ids=lambda path: path.stem,
)
def test_a_hostile_file_leaves_no_row_and_no_file(tmp_path, monkeypatch, path):
    monkeypatch.chdir(tmp_path)
    before = weights()

    with pytest.raises(CommandError) as refused:
        import_network(path)

    assert f"{path.name} is refused: " in str(refused.value)
    assert "(SHA-256 " in str(refused.value)
    assert "\n" not in str(refused.value)
    assert not Network.objects.exists()
    assert weights() == before
    assert not list(tmp_path.iterdir())
