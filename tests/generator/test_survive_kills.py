"""kill -9 again and again: nothing is lost, nothing is doubled, nothing is half."""

import random
import time
from contextlib import contextmanager, nullcontext

import pytest
from django.apps import apps
from django.db import connection
from django.db.migrations import AlterField, RemoveConstraint
from django.db.migrations.state import ProjectState
from django.db.models import CharField, Sum
from django.utils import timezone
from redis import Redis

from faces.models import Face, FaceEvent
from generator.models import MAX_ATTEMPTS, Batch, Sample, Worker
from generator.planning import plan
from tests.generator.crew import (
    Crew,
    all_done,
    assert_nothing_is_half,
    is_alive,
    kill,
    kill_group,
    make_batches,
    name_of,
    nest,
    on_sqlite_only,
    wait_for,
)
from tests.generator.small import make_small_network, make_target, make_top_up

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def brood(tmp_path_factory, redis_url, django_db_setup):
    folder = tmp_path_factory.mktemp("nest")
    with nest(folder, redis_url) as process:
        yield process, folder


@pytest.fixture
def start(brood, settings, tmp_path, redis_url):
    """Starts the parts of a crew, with an empty queue."""
    process, folder = brood
    settings.VAR_DIR, settings.MEDIA_ROOT = folder, folder / "media"
    Redis.from_url(redis_url).flushall()
    crews = []

    def start(*parts, **chaos):
        crew = Crew(process, tmp_path, **chaos)
        crews.append(crew)
        crew.pids = [crew.start(part) for part in parts]
        return crew

    yield start
    for crew in crews:
        crew.stop()


class Victims:
    """Workers that are killed while they draw, but never twice at the same picture:
    what kills its worker there again and again is given up, as another test shows."""

    def __init__(self, crew, workers):
        self.crew = crew
        self.killed_at = dict.fromkeys(workers, timezone.now())

    def drawing(self):
        for worker, killed_at in random.sample(list(self.killed_at.items()), 2):
            batches = Batch.objects.filter(worker=name_of(worker), status="running")
            if batches.filter(attempts=0, started_at__gt=killed_at).exists():
                return worker

    def kill_one(self, is_whole):
        worker = wait_for(self.drawing)
        time.sleep(random.uniform(0, 0.1))
        if is_whole:
            kill_group(worker)
            del self.killed_at[worker]
            worker = self.crew.start("gpu")
        else:
            kill(self.crew.child_of(worker))
        self.killed_at[worker] = timezone.now()


def test_kills_lose_and_double_nothing(start, record_testsuite_property):
    """50 times a child, 15 times a whole worker, while 400 faces are drawn."""
    num_batches, num_children, num_workers = (50, 50, 15)
    if connection.vendor != "sqlite":  # the same again, in short
        num_batches, num_children, num_workers = (12, 8, 2)
    kills = [False] * num_children + [True] * num_workers
    random.shuffle(kills)
    num_faces = 8 * num_batches
    make_batches(num_batches, count=8)
    crew = start("planner", "beat", "gpu", "gpu", seconds_per_picture=0.02)
    victims = Victims(crew, crew.pids[2:])

    for number, is_whole in enumerate(kills):
        wait_for_faces(number * num_faces * 0.6 / len(kills))
        victims.kill_one(is_whole)
    last_kill = time.monotonic()
    wait_for(all_done, 60)

    record_testsuite_property("seconds_after_last_kill", time.monotonic() - last_kill)
    record_testsuite_property("pictures_drawn", crew.num_drawn())
    assert {batch.status for batch in Batch.objects.all()} == {"done"}
    assert Batch.objects.aggregate(n=Sum("num_drawn"))["n"] == num_faces
    for batch in Batch.objects.all():
        assert Face.objects.filter(seed__in=batch.seeds).count() == batch.count
    assert Face.objects.count() == num_faces
    assert_nothing_is_half()


def wait_for_faces(num):
    wait_for(lambda: Face.objects.count() >= num)


@on_sqlite_only
@pytest.mark.parametrize(
    ("whom", "without", "is_lost"),
    [
        ("child", ["reconciler", "late acks"], True),
        ("child", ["reconciler"], False),
        ("child", ["late acks"], False),
        ("worker", ["reconciler"], True),
        ("worker", [], False),
    ],
)
def test_each_guard_alone_saves_what_without_it_is_lost(start, whom, without, is_lost):
    first, second = make_batches(2, count=6)
    crew = start(
        "planner",
        "beat",
        "gpu",
        seconds_per_picture=0.05,
        without=without,
        lease=2,
        period=1,
    )
    crew.ring(first)
    wait_for(
        lambda: Batch.objects.filter(pk=first.pk, num_drawn=2, attempts=0).exists()
    )

    if whom == "child":
        kill(crew.child_of(crew.pids[2]))
    else:
        kill_group(crew.pids[2])
        crew.start("gpu")
    crew.ring(second)
    wait_for(lambda: Batch.objects.filter(pk=second.pk, status="done").exists())

    if is_lost:
        time.sleep(4)  # twice what the lease takes to run out
        assert Batch.objects.get(pk=first.pk).status == "running"
    else:
        wait_for(all_done)


@on_sqlite_only
@pytest.mark.parametrize("without", [[], ["lease"]])
def test_two_workers_draw_a_batch_once_thanks_to_its_lease(start, without):
    [batch] = make_batches(1, count=20)
    crew = start(seconds_per_picture=0.1, without=without)

    crew.draw_at_once(batch)

    assert (crew.num_drawn() == 20) == (not without)
    assert Face.objects.count() == 20


@on_sqlite_only
@pytest.mark.parametrize("without", [[], ["unique recipes"]])
def test_two_workers_at_once_double_no_face_thanks_to_the_database(start, without):
    [batch] = make_batches(1, count=20)
    with unguarded_database() if without else nullcontext():
        crew = start(seconds_per_picture=0.1, without=["lease"])
        crew.draw_at_once(batch)
        crew.stop()
        num_faces = Face.objects.count()

    assert (num_faces == 20) == (not without)


@contextmanager
def unguarded_database():
    """One that takes a face twice, and more faces than a batch has."""
    changes = [
        ("faces", RemoveConstraint("face", "face_recipe_unique")),
        ("faces", AlterField("face", "picture_sha256", CharField(max_length=64))),
        ("generator", RemoveConstraint("batch", "batch_draws_no_more")),
    ]
    states = [ProjectState.from_apps(apps)]
    for app, change in changes:
        states.append(states[-1].clone())
        change.state_forwards(app, states[-1])
        with connection.schema_editor() as editor:
            change.database_forwards(app, editor, *states[-2:])
    try:
        yield
    finally:
        for model in (FaceEvent, Face, Batch):
            model.objects.all().delete()
        for app, change in reversed(changes):
            after = states.pop()
            with connection.schema_editor() as editor:
                change.database_backwards(app, editor, after, states[-1])


@on_sqlite_only
def test_a_batch_that_kills_its_worker_three_times_fails_with_the_reason(start):
    [batch] = make_batches(1, count=4)
    crew = start("gpu", is_deadly=True)
    crew.ring(batch)

    wait_for(all_done)

    batch.refresh_from_db()
    assert batch.status == "failed"
    assert (
        batch.last_error
        == f"It ended its worker {MAX_ATTEMPTS} times, at the same picture."
    )
    assert is_alive(crew.pids[0])


@on_sqlite_only
def test_a_picture_that_hangs_is_ended_by_the_time_limit(start):
    [batch] = make_batches(1, count=4)
    crew = start("gpu", seconds_per_picture=600, time_limit=1)
    crew.ring(batch)
    wait_for(lambda: Batch.objects.filter(status="running").exists())
    hanging = crew.child_of(crew.pids[0])

    wait_for(lambda: crew.child_of(crew.pids[0]) != hanging)

    assert not is_alive(hanging)


@on_sqlite_only
def test_a_child_does_not_outlive_its_worker_for_long(start):
    [batch] = make_batches(1, count=10)
    crew = start("gpu", seconds_per_picture=0.1)
    crew.ring(batch)
    wait_for(lambda: Face.objects.exists())
    child = crew.child_of(crew.pids[0])

    kill(crew.pids[0])

    wait_for(lambda: not is_alive(child))


@pytest.mark.parametrize("without", [[], ["lock"]])
def test_two_planners_and_two_clocks_order_no_more_than_one(start, without):
    make_top_up(batch_size=4)
    make_target(wanted=3)
    expected = sum(order.count for order in plan())
    start("planner", "beat", "planner", "beat", seconds_per_plan=2, without=without)

    wait_for(lambda: Batch.objects.exists())
    time.sleep(3)  # the second has seen the pool by then

    num_ordered = Batch.objects.aggregate(n=Sum("count"))["n"]
    assert (num_ordered == expected) == (not without)


@on_sqlite_only
def test_a_worker_with_nothing_to_draw_is_seen_to_be_alive(start):
    crew = start("planner", "gpu")
    name = name_of(crew.pids[1])
    seen = wait_for(lambda: Worker.objects.filter(name=name).first())

    wait_for(lambda: Worker.objects.get().seen_at > seen.seen_at)
    kill_group(crew.pids[1])
    time.sleep(0.5)
    last_seen = Worker.objects.get().seen_at
    time.sleep(0.5)

    assert Worker.objects.get().seen_at == last_seen


@on_sqlite_only
def test_a_sample_that_kills_its_worker_three_times_is_given_up(start):
    sample = Sample.objects.create(network=make_small_network())
    start("planner", "beat", "gpu", is_deadly=True, period=1)

    wait_for(lambda: not Sample.objects.waiting().exists())

    sample.refresh_from_db()
    assert sample.last_error == f"It ended its worker {MAX_ATTEMPTS} times."
    assert sample.attempts == MAX_ATTEMPTS
