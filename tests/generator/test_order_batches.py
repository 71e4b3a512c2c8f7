from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from faces.models import Face
from generator.errors import GeneratorError
from generator.models import Batch, TopUpSettings
from generator.planning import FIRST_SEED, order_batches, plan, pool_state
from generator.recipes import MAX_SEED
from generator.screening import Screener
from tests.generator.small import (
    HashScreener,
    make_batch,
    make_small_network,
    make_target,
    make_top_up,
)
from tests.make import make_face, make_network

pytestmark = pytest.mark.django_db


def awaiting(**fields):
    proposed = {"proposed_gender": "woman", "proposed_age_bucket": "30s"}
    proposed |= {"proposed_quality": "good"}
    return make_face(approved=False, **(proposed | fields))


def test_servable_and_awaiting_faces_count_for_their_cell():
    make_target(wanted=9)
    make_face()
    awaiting()
    awaiting(proposed_gender="man")
    make_batch(count=8)

    [state] = pool_state().values()

    assert (state.wanted, state.servable, state.awaiting, state.to_draw) == (9, 1, 1, 8)


def test_batches_get_seeds_that_nobody_used():
    chosen = make_top_up(batch_size=8)
    make_target(wanted=2)
    make_face(network=chosen.network, seed=FIRST_SEED + 40, gender="man")

    batches = order_batches()

    seeds = [seed for batch in batches for seed in batch.seeds]
    assert sum(batch.count for batch in batches) == 8
    assert len(seeds) == len(set(seeds))
    assert min(seeds) == FIRST_SEED + 41


def test_a_second_plan_orders_nothing_more():
    make_top_up()
    make_target(wanted=2)

    assert order_batches()
    assert order_batches() == []


def test_trainwrecks_are_drawn_with_high_psi():
    make_top_up(max_per_run=5)
    make_target(quality="trainwreck")

    [batch] = order_batches()

    assert batch.psi == TopUpSettings.get().trainwreck_psi > 1


def test_batches_ask_for_the_skin_tones_that_their_cell_lacks():
    make_top_up(share_light=50, share_medium=30, share_dark=20)
    make_target(wanted=8)
    make_face(scores={"skin": 0.2})
    awaiting(scores={"skin": 0.1})
    make_batch(
        count=9, skin_tones=["medium"] * 4 + ["light"] * 5, num_drawn=4, num_kept=4
    )

    [batch, *_] = order_batches()

    assert set(batch.skin_tones[:4]) == {"medium", "dark"}
    assert len(batch.skin_tones) == batch.count


def test_trainwrecks_ask_for_no_skin_tone():
    make_top_up()
    make_target(quality="trainwreck")

    assert {str(batch.skin_tones) for batch in order_batches()} == {"[]"}


def test_a_run_and_an_hour_have_their_limits():
    make_top_up(batch_size=4, max_per_run=6, max_per_hour=10)
    make_target(wanted=100)

    assert [batch.count for batch in order_batches()] == [4, 2]
    assert [batch.count for batch in order_batches()] == [4]
    assert order_batches() == []
    Batch.objects.update(created_at=timezone.now() - timedelta(minutes=61))
    assert [batch.count for batch in order_batches()] == [4, 2]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"is_paused": True}, "paused"),
        ({"network": None}, "Choose a network"),
    ],
)
def test_no_plan_without_leave(fields, words):
    make_top_up(**fields)
    make_target()

    with pytest.raises(GeneratorError, match=words):
        order_batches()
    assert not Batch.objects.exists()


def test_only_networks_that_draw_faces_draw_for_the_pool():
    cats = make_small_network()
    cats.subject = "cats"
    cats.save()
    make_top_up()
    make_target()

    with pytest.raises(GeneratorError, match="draws faces"):
        plan()


def test_a_network_without_weights_draws_nothing():
    make_top_up(network=make_network())
    make_target()

    with pytest.raises(GeneratorError, match="weights are here"):
        plan()


def test_seeds_that_ran_out_are_said_in_words():
    chosen = make_top_up()
    make_target()
    make_face(network=chosen.network, seed=MAX_SEED)

    with pytest.raises(GeneratorError, match="used up its seeds"):
        order_batches()
    assert not Batch.objects.exists()


def test_a_dry_run_shows_the_plan_and_changes_nothing(capsys):
    make_top_up()
    make_target(wanted=2)

    call_command("top_up", dry_run=True)

    assert "woman, 30s, good" in capsys.readouterr().out
    assert not Batch.objects.exists()


def test_a_full_pool_says_so(capsys):
    make_top_up()

    call_command("top_up")

    assert "the pool lacks nothing" in capsys.readouterr().out


def test_after_ctrl_c_the_same_command_goes_on_at_once(monkeypatch, folder):
    class Interrupted(HashScreener):
        calls = 0

        def screen(self, pixels):
            self.calls += 1
            if self.calls == 3:
                raise KeyboardInterrupt
            return super().screen(pixels)

    screener = Interrupted()
    monkeypatch.setattr(Screener, "load", classmethod(lambda cls, device: screener))
    make_top_up()
    make_target(wanted=1)

    with pytest.raises(SystemExit):
        call_command("top_up")
    assert set(Batch.objects.values_list("status", flat=True)) == {"waiting"}
    call_command("top_up")

    assert set(Batch.objects.values_list("status", flat=True)) == {"done"}


def test_a_pause_is_said_in_words():
    make_top_up(is_paused=True)

    with pytest.raises(CommandError, match="paused in the admin"):
        call_command("top_up")
    assert not Face.objects.exists()
