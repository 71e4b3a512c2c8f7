"""Anybody may report a lover; the face is hidden first and looked at then."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from ipaddress import ip_network

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone

from faces.models import Face, FaceEvent, Report
from quiz.models import Result
from tests.make import (
    answers,
    make_face,
    make_line,
    make_quiz,
    make_result,
    make_texts,
)


@pytest.fixture
def met(db, client):
    """A visitor who has just met somebody; returns the result."""
    make_texts()
    make_quiz()
    make_face(picture=True)
    client.post("/ai-lover/lover/", answers(pet="robots"))
    return Result.objects.get()


def report(client, result, reason="nudity", note="", attempt="a" * 32, **extra):
    form = {"reason": reason, "note": note, "attempt": attempt}
    return client.post(f"/r/{result.code}/report/", form, **extra)


def status_of(result):
    return Face.objects.get(results=result).status


@pytest.mark.parametrize("is_owner", [True, False])
def test_every_result_can_be_reported(met, client, is_owner):
    if not is_owner:
        client.cookies.clear()

    page = client.get(met.get_absolute_url()).content.decode()

    assert "Report this lover" in page
    assert f'action="/r/{met.code}/report/"' in page
    assert set(re.findall(r'name="reason" value="(\w+)"', page)) == set(Report.Reason)


def test_reported_face_is_hidden_at_once_and_waits_for_the_lead(met, client):
    report(client, met, "hateful", "A badge.")

    written = Report.objects.get()
    assert status_of(met) == "reported"
    assert (written.source, written.reason, written.note) == (
        *("visitor", "hateful", "A badge."),
    )
    assert written.outcome == "open"
    assert client.get(met.face.picture_url(512)).status_code == 410


def test_hiding_leaves_an_event(met, client):
    report(client, met, "looks_young")

    event = FaceEvent.objects.first()
    assert (event.to_status, event.by) == ("reported", None)
    assert event.reason == "Reported by a visitor: looks too young."


def test_owner_meets_somebody_else_at_once(met, client):
    other = make_face(picture=True)

    response = client.post(f"/r/{met.code}/report/", {"reason": "other"}, follow=True)

    result = response.context["result"]
    assert result.face == other
    assert result.lines["pet"] == "I have nine robots"
    assert "They’ve been removed. Here’s someone else." in response.content.decode()


def test_somebody_else_does_not_say_lines_heard_before(met, client):
    make_face(picture=True)
    for part in met.lines:
        tone = "wholesome" if part == "intro" else None
        make_line(part, f"Another {part}", tone)

    report(client, met, attempt="b" * 32)

    other = Result.objects.first()
    assert other != met
    assert not set(met.line_ids).intersection(other.line_ids)


def test_friend_is_thanked_and_led_to_the_quiz(met, client):
    client.cookies.clear()

    page = report(client, met).content.decode()

    assert "Thanks. They’ve been removed." in page
    assert 'href="/ai-lover/"' in page
    assert Result.objects.count() == 1


def test_owner_is_thanked_even_when_nobody_else_is_free(met, client):
    assert "Thanks. They’ve been removed." in report(client, met).content.decode()


@pytest.mark.parametrize("form", [{}, {"reason": "ugly"}, {"reason": ""}])
def test_a_reason_is_asked_for_and_the_note_kept(met, client, form):
    response = client.post(f"/r/{met.code}/report/", form | {"note": "Look again."})

    page = response.content.decode()
    assert response.status_code == 422
    assert '<details class="report" open>' in page
    assert "Look again." in page
    assert status_of(met) == "approved"


def test_note_may_have_300_letters_and_line_ends_count_once(met, client):
    assert report(client, met, note="a" * 301).status_code == 422
    assert not Report.objects.exists()

    report(client, met, note="a\r\n" * 149 + "aa")

    assert len(Report.objects.get().note) == 300


@pytest.mark.parametrize("status", ["reported", "revoked"])
def test_face_that_is_gone_already_cannot_be_hidden_twice(db, client, status):
    result = make_result(face=make_face(approved=False, status=status))

    response = report(client, result)

    assert "They’ve been removed" in response.content.decode()
    assert status_of(result) == status
    assert Report.objects.count() == (status == "reported")


def test_nothing_about_the_visitor_is_stored(met, client):
    report(client, met, REMOTE_ADDR="203.0.113.77", HTTP_USER_AGENT="Mosaic/0.9")

    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            text = str(cursor.fetchall())
            assert "203.0.113" not in text, table
            assert "Mosaic" not in text, table
    assert "203.0.113" not in str(cache._cache)


def test_other_sites_cannot_report(met, client):
    response = report(client, met, headers={"Sec-Fetch-Site": "cross-site"})

    assert response.status_code == 403
    assert status_of(met) == "approved"


def test_reports_are_posted(met, client):
    assert client.get(f"/r/{met.code}/report/").status_code == 405
    assert client.post(f"/r/{'a' * 22}/report/").status_code == 404


# --- Nobody empties the pool


def make_results(num):
    return [make_result(face=make_face()) for _ in range(num)]


def test_the_sixth_report_of_an_hour_is_put_off_in_words(db, client, settings):
    *first, last = make_results(settings.REPORTS_PER_HOUR + 1)
    for result in first:
        report(client, result)

    response = report(client, last, "looks_young", "Please look.")

    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= 3600
    assert "Slow down, heartbreaker" in response.content.decode()
    assert "Please look." in response.content.decode()
    assert status_of(last) == "approved"
    assert Report.objects.count() == settings.REPORTS_PER_HOUR


def test_an_hour_later_reports_are_taken_again(db, client, settings, time_machine):
    settings.REPORTS_PER_HOUR = 1
    first, last = make_results(2)
    report(client, first)
    time_machine.move_to(timezone.now() + timedelta(hours=1))

    report(client, last)

    assert status_of(last) == "reported"


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("203.0.113.1", "203.0.113.254", True),
        ("203.0.113.1", "::ffff:203.0.113.9", True),
        ("203.0.113.1", "203.0.114.1", False),
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("", "no address", True),
    ],
)
def test_neighbours_share_a_limit(db, client, settings, one, other, is_same):
    settings.REPORTS_PER_HOUR = 1
    first, last = make_results(2)
    report(client, first, REMOTE_ADDR=one)

    response = report(client, last, REMOTE_ADDR=other)

    assert (response.status_code == 429) == is_same


def test_forged_addresses_change_nothing(db, client, settings):
    settings.REPORTS_PER_HOUR = 1
    first, *others = make_results(4)
    report(client, first)

    for number, result in enumerate(others):
        forged = f"198.51.{number}.1"
        headers = {"X-Forwarded-For": forged, "Forwarded": f"for={forged}"}
        assert report(client, result, headers=headers).status_code == 429


@pytest.mark.parametrize(
    ("forwarded", "is_limited"),
    [
        ("198.51.100.1", False),
        ("203.0.113.9, 198.51.100.1, 10.0.0.2", False),
        ("198.51.100.1, 203.0.113.9", True),
        ("198.51.100.1, 203.0.113.9, 10.0.0.2", True),
        ("198.51.100.1, nonsense, 203.0.113.9", True),
    ],
)
def test_trusted_proxies_say_who_it_was(db, client, settings, forwarded, is_limited):
    settings.TRUSTED_PROXIES = [ip_network("10.0.0.0/8")]
    settings.REPORTS_PER_HOUR = 1
    first, last = make_results(2)
    report(client, first, REMOTE_ADDR="203.0.113.1")

    response = report(
        client, last, REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=forwarded
    )

    assert (response.status_code == 429) == is_limited


def test_store_that_is_away_stops_no_report(db, client, settings):
    redis = "django.core.cache.backends.redis.RedisCache"
    settings.CACHES = {"default": {"BACKEND": redis, "LOCATION": "redis://127.0.0.1:9"}}
    [result] = make_results(1)

    response = report(client, result)

    assert response.status_code == 200
    assert Report.objects.count() == 1
    assert status_of(result) == "reported"


def test_beyond_so_many_in_an_hour_faces_wait_in_view(db, client, settings):
    settings.HIDDEN_PER_HOUR = 2
    *first, queued = make_results(3)
    for result in first:
        report(client, result)

    page = report(client, queued).content.decode()

    assert "We’ll have a look" in page
    assert status_of(queued) == "approved"
    assert Report.objects.filter(face=queued.face, outcome="open").exists()


def test_one_that_looks_too_young_is_always_hidden(db, client, settings):
    settings.HIDDEN_PER_HOUR = 0
    [result] = make_results(1)

    report(client, result, "looks_young")

    assert status_of(result) == "reported"


def test_an_hour_later_faces_are_hidden_again(db, client, settings, time_machine):
    settings.HIDDEN_PER_HOUR = 1
    first, last = make_results(2)
    report(client, first)
    time_machine.move_to(timezone.now() + timedelta(hours=1, seconds=1))

    report(client, last)

    assert status_of(last) == "reported"


def test_reporter_of_a_queued_face_does_not_meet_it_again(met, client, settings):
    settings.HIDDEN_PER_HOUR = 0

    page = report(client, met).content.decode()

    assert "We’ll have a look" in page


@pytest.mark.django_db(transaction=True)
def test_reports_at_once_keep_to_both_limits(settings):
    settings.REPORTS_PER_HOUR = 12
    settings.HIDDEN_PER_HOUR = 3
    results = make_results(24)

    def send(result):
        status = report(Client(), result).status_code
        connection.close()
        return status

    with ThreadPoolExecutor(8) as threads:
        statuses = list(threads.map(send, results))

    assert statuses.count(429) == 12
    assert Report.objects.count() == 12
    assert Face.objects.filter(status="reported").count() == 3
