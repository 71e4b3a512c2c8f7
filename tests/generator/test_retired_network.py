"""Nothing is drawn with a retired network, and no revoked recipe is drawn again."""

import pytest

from faces import ledger
from faces.models import Face, Network
from faces.revocations import replay_own_file
from generator.batches import draw_batch
from generator.errors import GeneratorError
from generator.models import TopUpSettings
from generator.networks import load_network
from generator.planning import order_batches
from tests.generator.small import (
    KeepsAll,
    make_batch,
    make_small_network,
    make_target,
    make_top_up,
    open_small_studio,
)

pytestmark = pytest.mark.django_db


def test_nothing_is_ordered():
    make_top_up()
    make_target()
    TopUpSettings.get().network.retire("Draws children.")

    with pytest.raises(GeneratorError, match="is retired: choose another one"):
        order_batches()


def test_no_worker_takes_its_batches():
    batch = make_batch()
    batch.network.retire("Draws children.")

    assert not batch.take("attic")
    assert (batch.status, batch.last_error) == ("failed", "Its network was retired.")


def test_worker_stops_in_the_middle_of_a_batch():
    batch = make_batch()
    batch.take("attic")
    batch.network.retire("Draws children.")

    assert not batch.extend_lease()


def test_its_weights_are_not_loaded():
    network = make_small_network()
    network.retire("Draws children.")

    with pytest.raises(GeneratorError, match="is retired: it draws no more"):
        load_network(network)


def test_picture_that_was_being_drawn_is_rejected():
    batch = make_batch(count=3)
    batch.take("attic")

    def retire_meanwhile(network_id):
        studio = open_small_studio(network_id, KeepsAll())
        Network.objects.get(pk=network_id).retire("Draws children.")
        return studio

    draw_batch(batch, retire_meanwhile)

    assert set(Face.objects.values_list("status", flat=True)) == {"rejected"}


def test_revoked_recipe_that_the_database_forgot_is_never_drawn_again(settings):
    batch = make_batch(count=3)
    face = Face(network=batch.network, seed=batch.first_seed, psi="0.7")
    face.picture_sha256, face.drawn_on = "a" * 64, "2026-05-01"
    ledger.append(settings.REVOCATIONS_FILE, [face.ledger_line("revoked", "Young.")])
    replay_own_file()
    batch.take("attic")

    draw_batch(batch, lambda network_id: open_small_studio(network_id, KeepsAll()))

    statuses = dict(Face.objects.values_list("seed", "status"))
    assert statuses.pop(batch.first_seed) == "revoked"
    assert list(statuses.values()) == ["unrated", "unrated"]


def test_nobody_chooses_it_by_default():
    network = make_small_network()
    network.retire("Draws children.")

    TopUpSettings.choose(network)

    assert TopUpSettings.get().network is None
