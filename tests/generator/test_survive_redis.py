"""Redis stops, falls silent, forgets, restarts: visitors never notice, workers resume."""

import os
import signal
import time

import pytest
from django.utils import timezone
from kombu import Producer, Queue
from kombu.transport import redis as redis_transport
from redis import Redis
from redis.exceptions import TimeoutError

from config.celery import ForgivingQoS, app
from faces.models import Face
from generator.models import Batch
from tests.generator.crew import (
    Crew,
    all_done,
    assert_nothing_is_half,
    is_alive,
    make_batches,
    nest,
    on_sqlite_only,
    wait_for,
)
from tests.make import answers, make_face, make_quiz, make_texts
from tests.services import free_port, redis_server

pytestmark = [pytest.mark.django_db(transaction=True), on_sqlite_only]


class Broker:
    """A Redis that comes back at the same address."""

    def __init__(self):
        self.port = free_port()
        self.start()

    def start(self):
        self.server = redis_server(self.port)
        self.url = self.server.__enter__()
        self.pid = Redis.from_url(self.url).info()["process_id"]

    def stop(self):
        self.server.__exit__(None, None, None)

    def fall_silent(self):
        os.kill(self.pid, signal.SIGSTOP)

    def speak(self):
        os.kill(self.pid, signal.SIGCONT)

    def forget(self):
        Redis.from_url(self.url).flushall()


@pytest.fixture
def broker():
    broker = Broker()
    yield broker
    broker.speak()
    broker.stop()


@pytest.fixture
def crew(broker, folder):
    with nest(folder, broker.url) as process:
        crew = Crew(process, folder, seconds_per_picture=0.1)
        yield crew
        crew.stop()


@pytest.fixture
def visitor(client, settings, broker):
    """Takes the quiz for some seconds; gives the seconds that each answer took."""
    redis = "django.core.cache.backends.redis.RedisCache"
    options = {"socket_connect_timeout": 1, "socket_timeout": 1}
    cache = {"BACKEND": redis, "LOCATION": broker.url, "OPTIONS": options}
    settings.CACHES = {"default": cache}
    make_texts()
    make_quiz()
    make_face()
    form, waited = answers(), []

    def take(seconds=0.0):
        give_up_at = time.monotonic() + seconds
        while True:
            start = time.monotonic()
            assert client.post("/ai-lover/lover/", form).status_code == 303
            waited.append(time.monotonic() - start)
            if time.monotonic() > give_up_at:
                return waited
            time.sleep(0.05)

    return take


def test_visitors_never_notice_and_workers_resume(
    broker, crew, visitor, record_testsuite_property
):
    make_batches(200, count=4)
    crew.chaos["lease"] = 5
    parts = [crew.start(part) for part in ("planner", "beat", "gpu")]

    def resume(event):
        """Wait for a picture of a batch that was taken after Redis came back."""
        start, back = time.monotonic(), timezone.now()
        drawn = Batch.objects.filter(started_at__gt=back, num_drawn__gt=0)
        wait_for(lambda: visitor() and drawn.exists(), 30)
        record_testsuite_property(f"seconds_after_{event}", time.monotonic() - start)

    resume("start")
    broker.forget()
    resume("forgetting")
    broker.stop()
    visitor(5)
    broker.start()
    resume("stopping")
    broker.fall_silent()
    waited = visitor(7)
    broker.speak()
    resume("silence")
    broker.stop()
    broker.start()
    resume("restarting")
    Batch.objects.filter(status="waiting").delete()
    wait_for(lambda: visitor() and all_done())

    assert all(map(is_alive, parts))
    record_testsuite_property("answers", len(waited))
    record_testsuite_property(
        "seconds_of_95_per_cent", sorted(waited)[int(len(waited) * 0.95)]
    )
    record_testsuite_property("seconds_at_most", max(waited))
    batches = Batch.objects.all()
    assert {batch.status for batch in batches} == {"done"}
    assert Face.objects.exclude(status="approved").count() == 4 * len(batches)
    assert_nothing_is_half()


@pytest.mark.parametrize("without", [[], ["reconciler"]])
def test_what_redis_forgets_the_reconciler_remembers(broker, crew, without):
    make_batches(3, count=4)
    crew.chaos |= {"without": without, "period": 1}
    for part in ("planner", "beat", "gpu"):
        crew.start(part)
    for batch in Batch.objects.all():
        crew.ring(batch)
    wait_for(lambda: Batch.objects.filter(num_drawn__gt=0).exists())

    broker.forget()

    if without:
        time.sleep(3)
        assert Batch.objects.filter(status="waiting").exists()
    else:
        wait_for(all_done)


@pytest.mark.parametrize(
    ("qos", "goes_on"), [(ForgivingQoS, True), (redis_transport.QoS, False)]
)
def test_a_message_that_redis_misses_stops_no_worker(broker, monkeypatch, qos, goes_on):
    monkeypatch.setattr(redis_transport.Channel, "QoS", qos)
    options = {"socket_timeout": 0.5}
    with app.connection_for_read(broker.url, transport_options=options) as connection:
        channel = connection.channel()
        channel.basic_qos(prefetch_count=1)
        queue = Queue("gpu", channel=channel)
        queue.declare()
        Producer(channel).publish("ring", routing_key="gpu")
        message = wait_for(queue.get)
        broker.fall_silent()

        with pytest.raises(TimeoutError):
            message.ack()

        assert channel.qos.can_consume() == goes_on
        broker.speak()
