import pytest
from django.test import Client
from django.utils import timezone

from tests.make import make_rater


@pytest.fixture
def rita(db):
    return make_rater("rita")


@pytest.fixture
def ruth(db):
    return make_rater("ruth")


@pytest.fixture
def rater_client(rita):
    return client_of(rita)


def client_of(rater):
    client = Client(headers={"accept": "application/json"})
    client.force_login(rater)
    return client


@pytest.fixture
def clock(time_machine):
    """Can be moved on: clock.shift(timedelta)."""
    time_machine.move_to(timezone.now())
    return time_machine
