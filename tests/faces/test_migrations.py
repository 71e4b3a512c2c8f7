"""A deployment that went wrong can be taken back, and the guards stay."""

import pytest
from django.core.management import call_command
from django.db import connection

from faces.guards import RETIRED, guards_of

TRIGGERS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
}


def guards():
    with connection.cursor() as cursor:
        cursor.execute(TRIGGERS[connection.vendor])
        return {name for (name,) in cursor.fetchall()}


@pytest.mark.django_db(transaction=True)
def test_retirement_of_networks_is_unapplied_and_applied_again():
    known = guards_of(connection.vendor)
    before = {name for name, guard in known.items() if RETIRED not in guard[2]}

    call_command("migrate", "faces", "0005", verbosity=0)
    assert guards() == before

    call_command("migrate", verbosity=0)
    assert guards() == set(known)
