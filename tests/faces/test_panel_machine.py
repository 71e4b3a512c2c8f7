"""Whatever people, workers, visitors and backups do, in any order: nobody meets a blocked face.

What the machine knows of each face it remembers itself, apart from the rules under test.
"""

import random
from contextlib import suppress
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings as site_settings
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.http import Http404
from django.test import RequestFactory
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from faces.consensus import Vote
from faces.deciding import CannotRate, rate, undo
from faces.files import picture_name, write_whole
from faces.models import Face, Report
from faces.pool import Cell, pick
from faces.shipped import ShippedFace, add_new
from faces.views import picture
from tests.faces.unguarded import drop_triggers
from tests.faces.votes import LEAD, labels, rater
from tests.make import make_network

MOST_FACES = 4
CELLS = [Cell(gender, "30s", "good") for gender in ("woman", "man")]
LABELS = ["gender", "age_bucket", "quality"]
SAFE = labels() | {"status": "approved"}
VETOES = [labels(adult="no"), labels(problem="nudity"), labels(problem="looks_young")]

seeds = st.integers(1, MOST_FACES)
raters = st.sampled_from(["ann", "bob", "cem"])
votes = st.sampled_from(
    [
        *[labels()] * 6,
        *[labels(gender="man"), labels(gender="unknown"), labels(age_bucket="40s")],
        *[labels(quality="trainwreck"), labels(quality="unusable"), *VETOES],
    ]
)
forced = st.sampled_from(
    [
        *[{"status": status} for status in Face.Status.values],
        *[SAFE | {"review": review} for review in Face.Review.values],
    ]
)


class Known:
    """What the machine remembers of a face."""

    def __init__(self, face, is_shipped):
        self.face = face
        self.is_shipped = is_shipped
        self.is_revoked = False
        self.votes = {}

    def add(self, who, rating):
        self.votes[who] = rating
        self.is_shipped &= not is_veto(rating)

    @property
    def may_be_met(self):
        is_blocked = self.is_revoked or any(map(is_veto, self.votes.values()))
        is_agreed = all(self.is_agreed(name) for name in LABELS)
        return not is_blocked and (self.is_shipped or is_agreed)

    def is_agreed(self, name):
        """Two raters say the same, or two say something and the lead says what."""
        by_lead = [getattr(r, name) for r in self.votes.values() if r.round == 0]
        by_raters = [getattr(r, name) for r in self.votes.values() if r.round]
        named = by_lead or [said for said in by_raters if by_raters.count(said) >= 2]
        is_known = bool(named) and not {"unknown", "unusable"}.intersection(named)
        return len(by_raters) >= 2 and is_known


def is_veto(rating):
    return (rating.adult, rating.problem) != ("yes", "none")


class PanelMachine(RuleBasedStateMachine):
    steps = meetings = 0

    @initialize()
    def begin(self):
        self.known, self.backup, self.network = {}, [], make_network()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.generate(1)
        self.import_again(2)

    def teardown(self):
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)

    def one(self, seed):
        """A face that is there: an event keeps the imported one from being deleted."""
        return list(self.known.values())[seed % len(self.known)]

    def named(self, face):
        return next(known for known in self.known.values() if known.face == face)

    @rule(seed=seeds)
    def generate(self, seed):
        """A worker draws a face; a task that runs twice draws it again."""
        face = Face(network=self.network, seed=seed, psi=Decimal("0.7"))
        face.picture_sha256, face.drawn_on = sha256_of(seed), date(2026, 5, 1)
        if attempt(face.save, force_insert=True):
            self.known[seed] = Known(face, is_shipped=False)

    @rule(seed=seeds)
    def import_again(self, seed):
        """A manifest names a face: a new one, one that a worker drew, or a blocked one."""
        if add_new([shipped_face(seed)], self.network):
            self.known[seed] = Known(Face.objects.get(seed=seed), is_shipped=True)

    @rule(seed=seeds, who=raters, said=votes)
    def rate(self, seed, who, said):
        known = self.one(seed)
        with suppress(CannotRate):
            known.add(who, rate(known.face.pk, PEOPLE[who], **said))

    @rule(seed=seeds)
    def panel_agrees(self, seed):
        self.rate(seed, "ann", labels())
        self.rate(seed, "bob", labels())

    @rule(seed=seeds, said=votes)
    def lead_decides(self, seed, said):
        self.rate(seed, "lea", LEAD | said)

    @rule(seed=seeds, who=raters)
    def undo(self, seed, who):
        known = self.one(seed)
        if who in known.votes:
            with suppress(CannotRate):
                undo(known.votes[who])
                del known.votes[who]

    @rule(seed=seeds)
    def report(self, seed):
        face = self.one(seed).face
        Report.objects.create(face=face, reason="looks_young")
        face.hide("Reported.")

    @rule(seed=seeds)
    def show_again(self, seed):
        attempt(self.one(seed).face.show_again, "Nothing wrong.", PEOPLE["lea"])

    @rule(seed=seeds)
    def approve(self, seed):
        attempt(self.one(seed).face.approve, "Try.")

    @rule(seed=seeds, values=forced)
    def force(self, seed, values):
        known = self.one(seed)
        attempt(Face.objects.filter(pk=known.face.pk).update, **values)
        known.is_revoked |= Face.objects.get(pk=known.face.pk).status == "revoked"

    @rule(seed=seeds)
    def revoke(self, seed):
        known = self.one(seed)
        known.face.revoke("Asked to.")
        known.is_revoked = True

    @rule(seed=seeds)
    def delete(self, seed):
        known = self.one(seed)
        with suppress(ProtectedError):
            Face.objects.get(pk=known.face.pk).delete()
            del self.known[known.face.seed]

    @rule()
    def back_up(self):
        faces = {face.seed: face for face in Face.objects.all()}
        self.backup = [(face, self.known[seed]) for seed, face in faces.items()]

    @rule()
    def restore(self):
        for face, known in self.backup:
            if attempt(face.save):
                self.known.setdefault(face.seed, known)

    @rule(seed=seeds, etag=st.sampled_from(["", "*"]))
    def visit(self, seed, etag):
        """A visitor is matched, and a browser asks for a picture, perhaps once more."""
        met = pick(CELLS, [], random.Random(seed))
        assert met is None or self.named(met).may_be_met
        known = self.one(seed)
        is_shown = shows_picture(known.face, etag)
        assert known.may_be_met or not is_shown
        PanelMachine.meetings += is_shown

    @invariant()
    def who_may_not_be_met_is_not_servable(self):
        PanelMachine.steps += 1
        faces = self.known.values()
        assert servable_ids() <= {known.face.pk for known in faces if known.may_be_met}


PEOPLE: dict[str, object] = {}


def attempt(change, *args, **kwargs):
    """Whether the database lets that happen."""
    try:
        with transaction.atomic():
            change(*args, **kwargs)
    except IntegrityError:
        return False
    return True


def servable_ids():
    sql, params = servable_sql()
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return {pk for (pk,) in cursor.fetchall()}


@cache
def servable_sql():
    """Compiled once: that costs more than the query does."""
    return Face.objects.servable().values("pk").query.sql_with_params()


def sha256_of(seed):
    return f"{seed:064}"


def shipped_face(seed):
    return ShippedFace(
        **{"path": Path(), "seed": seed, "psi": Decimal("0.7"), "edit": ""},
        **{"gender": "woman", "age_bucket": "30s", "quality": "good", "scores": {}},
        **{"drawn_on": date(2026, 5, 1), "decision": "Looked at."},
        sha256=sha256_of(MOST_FACES + seed),
    )


def shows_picture(face, etag):
    headers = {"if-none-match": etag} if etag else {}
    try:
        response = picture(RequestFactory(headers=headers).get("/"), face.key, "96")
    except Http404:
        return False
    return response.status_code in (200, 304)


@pytest.fixture
def people(db):
    """Raters, and the pictures of every face there may be."""
    PEOPLE.update({name: rater(name) for name in ("ann", "bob", "cem", "lea")})
    for seed in range(1, 2 * MOST_FACES + 1):
        path = Path(site_settings.MEDIA_ROOT) / picture_name(sha256_of(seed), 96)
        write_whole(path, b"picture")


def run_machine(examples, phases=tuple(Phase)):
    PanelMachine.steps = PanelMachine.meetings = 0
    run_state_machine_as_test(
        PanelMachine,
        settings=settings(
            database=None,
            deadline=None,
            max_examples=examples,
            phases=phases,
            stateful_step_count=100,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_nobody_ever_meets_a_blocked_face(people):
    run_machine(examples=110)

    assert PanelMachine.steps >= 10_000
    assert PanelMachine.meetings > 20


def test_machine_finds_a_panel_that_ignores_vetoes(people, monkeypatch):
    drop_triggers()
    monkeypatch.setattr(Vote, "is_veto", False)

    with pytest.raises(AssertionError):
        run_machine(100, phases=[Phase.generate])


def test_machine_finds_a_database_without_triggers(people):
    drop_triggers()

    with pytest.raises(AssertionError):
        run_machine(100, phases=[Phase.generate])
