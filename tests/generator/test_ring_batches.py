"""The bell, and those who answer it, in one process with a real Redis."""

import time
from datetime import timedelta

import pytest
from celery import current_app
from django.utils import timezone
from redis import Redis

from config.celery import app
from faces.models import Face
from generator import heartbeat, tasks
from generator.models import Batch, Sample, Worker
from generator.screening import Screener
from tests.generator.crew import make_batches, wait_for
from tests.generator.small import (
    CPU,
    HashScreener,
    make_batch,
    make_small_network,
    make_target,
    make_top_up,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def queue(redis_url, monkeypatch):
    """Gives the number of messages that wait for the GPU."""
    assert current_app == app
    monkeypatch.setattr(app.conf, "broker_url", redis_url)
    client = Redis.from_url(redis_url)
    client.flushall()
    return lambda: client.llen(tasks.QUEUE)


@pytest.fixture
def small_screening(monkeypatch):
    screener = classmethod(lambda cls, device: HashScreener())
    monkeypatch.setattr(Screener, "load", screener)
    tasks.open_studio.cache_clear()


def test_the_planner_orders_and_rings(queue):
    make_top_up(batch_size=4)
    make_target(wanted=1)

    tasks.top_up_pool()

    assert queue() == Batch.objects.count() > 0


def test_a_paused_planner_rings_for_nothing(queue):
    make_top_up(is_paused=True)
    make_target(wanted=1)

    tasks.top_up_pool()

    assert queue() == 0


def test_the_reconciler_rings_for_what_is_open_once_the_queue_is_dry(queue):
    held, done, waiting, lost, just_tried = make_batches(5, count=1)
    held.take("a worker")
    Batch.objects.filter(pk=done.pk).update(status="done")
    lost.take("a dead worker")
    long_ago = timezone.now() - timedelta(minutes=1)
    Batch.objects.filter(pk=lost.pk).update(leased_until=long_ago, started_at=long_ago)
    just_tried.take("a worker whose disk is full")
    just_tried.give_back(1.0, "No space left on device", is_its_fault=False)
    Sample.objects.create(network=waiting.network)

    tasks.ring_forgotten()
    tasks.ring_forgotten()

    assert queue() == 3  # the sample, the waiting one, the lost one


def test_a_worker_draws_what_it_is_rung_for(small_screening, folder):
    batch = make_batch(count=3)

    tasks.draw_batch(batch.pk)
    tasks.draw_batch(batch.pk)

    batch.refresh_from_db()
    assert (batch.status, batch.num_drawn) == ("done", 3)
    assert Worker.objects.get().name == batch.worker
    assert Worker.objects.get().is_alive


def test_a_sample_is_drawn_once(folder):
    sample = Sample.objects.create(network=make_small_network())

    tasks.draw_sample(sample.pk)
    drawn_at = Sample.objects.get().drawn_at
    tasks.draw_sample(sample.pk)

    assert Sample.objects.get().drawn_at == drawn_at
    assert not Face.objects.exists()


def test_a_sample_that_is_being_drawn_is_not_begun_again(queue):
    sample = Sample.objects.create(network=make_small_network())

    assert sample.begin("one")
    assert not sample.begin("another")
    assert sample.begin("one")  # whose child was killed
    tasks.ring_forgotten()
    assert queue() == 0

    Sample.objects.update(begun_at=timezone.now() - timedelta(hours=1))
    assert sample.begin("another")


def test_a_worker_takes_its_own_batch_back_at_once():
    batch = make_batch()
    batch.take("a worker whose child died")

    assert not Batch.objects.get().take("another")
    assert Batch.objects.get().take("a worker whose child died")
    assert Batch.objects.get().attempts == 2


@pytest.mark.django_db(transaction=True)
def test_a_worker_keeps_its_pace_until_the_next_batch_has_one():
    heartbeat.beat("a worker", CPU, 90, "")

    with heartbeat.heartbeat("a worker", CPU, make_batch()) as on_picture:
        assert Worker.objects.get().faces_per_minute == 90
        time.sleep(0.01)
        on_picture()

    assert Worker.objects.get().faces_per_minute not in (0, 90)


@pytest.mark.django_db(transaction=True)
def test_the_lease_is_extended_while_one_picture_takes_long(monkeypatch):
    monkeypatch.setattr(heartbeat, "SECONDS_BETWEEN_BEATS", 0.01)
    batch = make_batch()
    batch.take("a worker")
    before = batch.leased_until

    with heartbeat.heartbeat("a worker", CPU, batch):
        time.sleep(0.01)
        wait_for(lambda: Batch.objects.get().leased_until > before)
        wait_for(lambda: "0 drawn" in Worker.objects.get().doing)

    assert Worker.objects.get().doing == ""
