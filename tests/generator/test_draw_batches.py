from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
import torch
from django.db import IntegrityError, transaction
from django.utils import timezone

from faces.files import has_pictures, save_pictures
from faces.likeness import perceptual_hash
from faces.models import Face, FaceEvent
from generator.batches import draw_batch, left_to_draw
from generator.errors import GeneratorError
from generator.models import MAX_ATTEMPTS, Batch
from generator.recipes import Recipe
from generator.steered import Goal, choose
from generator.steering import fit
from tests.generator.small import (
    HashScreener,
    KeepsAll,
    make_batch,
    make_small_network,
    open_small_studio,
)
from tests.make import make_face, make_picture

pytestmark = pytest.mark.django_db


def draw(batch, screener=None):
    draw_batch(batch, lambda network_id: open_small_studio(network_id, screener))


def taken(**fields):
    batch = make_batch(**fields)
    assert batch.take("a worker")
    return batch


def test_what_had_to_be_changed_is_said_of_one_batch_only():
    studio = open_small_studio(make_small_network().pk)
    studio.sampler.batch_size = 64
    first = taken(network=studio.network, count=2)
    second = taken(network=studio.network, count=2, first_seed=200_000)

    draw_batch(first, lambda network_id: studio, studio.sampler.halve_batch)
    draw_batch(second, lambda network_id: studio)

    assert first.last_error == "Out of memory at 32 pictures at once, went on with 16."
    assert second.last_error == ""


def test_every_seed_becomes_a_face_that_waits_for_the_panel(settings):
    batch = taken(count=5)

    draw(batch, KeepsAll())

    faces = Face.objects.order_by("seed")
    assert [face.seed for face in faces] == [group[0] for group in batch.seed_groups]
    assert {face.status for face in faces} == {"unrated"}
    assert {(face.gender, face.adult, face.review) for face in faces} == {
        ("unknown", "unknown", "none")
    }
    assert all(face.proposed_gender != "unknown" and face.phash for face in faces)
    assert all(has_pictures(face.picture_sha256) for face in faces)
    assert not Face.objects.servable().exists()


def test_a_trainwreck_is_the_nearest_of_its_seeds_and_not_moved():
    batch = taken(count=2, quality="trainwreck")
    studio = open_small_studio(batch.network_id, KeepsAll())
    w = np.random.default_rng(1).normal(size=(200, studio.sampler.network.w_dim))
    traits = w[:, :3] * [3, 0.2, 0.3] + [1, 3.6, 0.3]
    studio = replace(studio, steering=fit(w, traits, w))

    draw_batch(batch, lambda network_id: studio)

    groups = [[Recipe("small", seed, 0.7) for seed in g] for g in batch.seed_groups]
    goals = [Goal("woman", "30s")] * len(groups)
    nearest = choose(studio.sampler, studio.steering, groups, goals)
    faces = Face.objects.order_by("seed")
    assert [face.seed for face in faces] == [recipe.seed for recipe in nearest]
    assert [face.seed for face in faces] != [seeds[0] for seeds in batch.seed_groups]
    assert {face.edit for face in faces} == {""}
    assert not batch.is_steered


def test_the_batch_counts_what_became_of_its_pictures():
    batch = taken(count=12)

    draw(batch)

    rejected = Face.objects.filter(status="rejected").count()
    asked_for = Face.objects.filter(
        status="unrated", proposed_gender="woman", proposed_age_bucket="30s"
    )
    assert batch.status == "done"
    assert (batch.num_drawn, batch.num_rejected) == (12, rejected)
    assert 0 < rejected < 12
    assert batch.num_kept == 12 - rejected
    assert batch.num_in_cell == asked_for.count()
    assert batch.seconds > 0


def test_a_rejected_picture_leaves_its_recipe_and_no_file():
    draw(taken(first_seed=900_000), HashScreener(rejects_one_in=1))

    faces = Face.objects.all()
    assert {face.status for face in faces} == {"rejected"}
    assert not any(has_pictures(face.picture_sha256) for face in faces)
    assert all("fp18" in face.scores for face in faces)
    assert set(FaceEvent.objects.values_list("to_status", "reason")) == {
        ("rejected", "Screening: could be under 18.")
    }


def test_a_rejected_recipe_is_never_drawn_again():
    batch = taken()
    draw(batch, HashScreener(rejects_one_in=1))
    again = taken(network=batch.network, first_seed=batch.first_seed - 1, count=7)

    draw(again, KeepsAll())

    assert again.num_drawn == 1
    assert Face.objects.filter(status="rejected").count() == 6


def test_pictures_that_look_the_same_are_kept_once():
    class OneLook(KeepsAll):
        def screen(self, pixels):
            screening = super().screen(pixels)
            return type(screening)(
                screening.scores, "", "woman", "30s", "00000000000000ff"
            )

    draw(taken(), OneLook())

    assert Face.objects.filter(status="unrated").count() == 1
    assert "looks the same" in FaceEvent.objects.first().reason


def test_a_picture_that_looks_like_a_shipped_face_is_not_kept():
    shipped = make_face(review="shipped", phash="")
    save_pictures(make_picture(), shipped.picture_sha256, "shipped")

    class SameLook(KeepsAll):
        def screen(self, pixels):
            phash = perceptual_hash(make_picture())
            return replace(super().screen(pixels), phash=phash)

    draw(taken(count=1), SameLook())

    assert not Face.objects.filter(status="unrated").exists()


def test_a_batch_that_was_cut_short_goes_on():
    class Breaks(KeepsAll):
        calls = 0

        def screen(self, pixels):
            self.calls += 1
            if self.calls == 4:
                raise OSError("No space left on device")
            return super().screen(pixels)

    batch = taken()
    with pytest.raises(OSError, match="No space left"):
        draw(batch, Breaks())
    assert batch.status == "waiting"
    assert "No space left on device" in batch.last_error
    num_before = Face.objects.count()

    assert batch.take("another worker")
    draw(batch, KeepsAll())

    assert 0 < num_before < 6
    assert Face.objects.count() == 6
    assert (batch.status, batch.num_drawn, batch.last_error) == ("done", 6, "")


def test_a_batch_whose_screening_lacks_memory_is_given_back():
    class Full(HashScreener):
        def screen(self, pixels):
            raise torch.OutOfMemoryError("CUDA out of memory.")

    batch = taken(count=2)
    studio = open_small_studio(batch.network_id, Full())
    studio.sampler.batch_size = 8
    with pytest.raises(torch.OutOfMemoryError):
        draw_batch(batch, lambda network_id: studio)

    assert studio.sampler.batch_size == 4
    assert batch.status == "waiting"
    assert "CUDA out of memory" in batch.last_error
    assert not Face.objects.exists()


def test_a_picture_keeps_its_skin_tone_when_a_batch_goes_on():
    batch = taken(count=3, skin_tones=["light", "medium", "dark"])
    make_face(network=batch.network, psi=batch.psi, seed=batch.seed_groups[1][7])

    left = left_to_draw(batch)

    assert [tone for _, tone in left] == ["light", "dark"]
    assert [recipes[0].seed for recipes, _ in left] == [
        batch.seed_groups[0][0],
        batch.seed_groups[2][0],
    ]


def test_two_workers_at_once_store_every_face_once():
    batch = taken()
    late = Batch.objects.get(pk=batch.pk)

    def meanwhile():
        if not meanwhile.done:
            meanwhile.done = True
            draw(late, KeepsAll())

    meanwhile.done = False
    draw_batch(batch, lambda pk: open_small_studio(pk, KeepsAll()), meanwhile)

    batch.refresh_from_db()
    assert Face.objects.count() == 6
    assert batch.num_drawn == 6


def test_a_batch_is_taken_once():
    batch = make_batch()

    assert batch.take("one")
    assert not Batch.objects.get().take("two")
    assert Batch.objects.get().worker == "one"


def test_a_lease_that_ran_out_frees_the_batch():
    batch = taken()
    Batch.objects.update(leased_until=timezone.now() - timedelta(seconds=1))

    assert Batch.objects.get().take("another")
    assert not batch.extend_lease()


def test_a_late_worker_cannot_close_what_another_has_taken():
    late = taken()
    Batch.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    Batch.objects.get().take("another")

    late.finish(1.0)

    assert Batch.objects.get().status == "running"


def test_a_batch_that_ends_its_workers_fails_with_the_reason():
    batch = make_batch()
    for _ in range(MAX_ATTEMPTS):
        assert batch.take("doomed")
        Batch.objects.update(leased_until=timezone.now() - timedelta(seconds=1))

    assert not batch.take("careful")
    assert batch.status == "failed"
    assert "ended its worker 3 times" in batch.last_error


def test_a_picture_more_gives_a_batch_its_attempts_back():
    batch = taken()

    draw(batch, KeepsAll())

    assert batch.attempts == 0


def test_a_network_that_is_not_here_fails_the_batch_in_words():
    network = make_small_network()
    network.weights_sha256 = ""
    network.save()
    batch = make_batch(network)

    for _ in range(MAX_ATTEMPTS):
        assert batch.take("a worker")
        with pytest.raises(GeneratorError):
            draw(batch)

    assert batch.status == "failed"
    assert batch.last_error.startswith("The weights of small are not here")


@pytest.mark.parametrize(
    "change",
    [{"num_drawn": 1}, {"num_kept": 1}, {"num_drawn": 7, "num_kept": 7}],
)
def test_the_database_refuses_counts_that_do_not_add_up(change):
    batch = make_batch()

    with pytest.raises(IntegrityError), transaction.atomic():
        Batch.objects.filter(pk=batch.pk).update(**change)


def test_the_database_refuses_the_same_seeds_twice():
    batch = make_batch()

    with pytest.raises(IntegrityError), transaction.atomic():
        make_batch(batch.network)
