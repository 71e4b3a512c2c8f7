"""Celery: messages only ring a bell, what is to do stands in the database."""

import os
from typing import Any

from celery import Celery
from celery.app.amqp import AMQP
from kombu import Connection
from kombu.transport import redis, virtual

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


class PatientConnection(Connection):
    """Looks for a lost Redis every few seconds; kombu's pauses grow to half a minute."""

    def ensure_connection(self, *args: Any, **options: Any) -> Connection:
        return super().ensure_connection(*args, **(options | {"interval_max": 1}))


class PatientAMQP(AMQP):
    Connection = PatientConnection


class ForgivingQoS(redis.QoS):
    """Lets a worker go on to the next message even if Redis misses that one is done.

    Otherwise one that finishes while Redis is silent takes no more, ever. What Redis
    missed it sends again, and a batch is taken once.
    """

    def ack(self, delivery_tag: str) -> None:
        try:
            super().ack(delivery_tag)
        finally:
            virtual.QoS.ack(self, delivery_tag)

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:
        try:
            super().reject(delivery_tag, requeue)
        finally:
            virtual.QoS.ack(self, delivery_tag)


redis.Channel.QoS = ForgivingQoS


app = Celery("ai_lovers", amqp=PatientAMQP)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["generator"])
