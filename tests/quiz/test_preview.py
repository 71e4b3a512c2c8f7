"""An editor plays a draft as a visitor would; nothing of it stays, nobody finds it."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone

from quiz.models import Result
from quiz.page import pages
from quiz.preview import preview_address
from tests.make import answers, make_face, make_line, make_quiz, make_texts
from texts.counting import shown_lines
from texts.models import MessageTemplate

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft():
    make_texts()
    make_face(picture=True)
    return make_quiz(is_published=False)


@pytest.fixture
def address(draft):
    return preview_address(draft)


def play(client, address, draft, **wanted):
    return client.post(f"{address}lover/", answers(draft, **wanted))


def test_an_editor_is_led_to_the_preview(client, draft):
    client.force_login(User.objects.create_superuser("editor"))

    page = client.get(reverse("admin:quiz_quiz_play", args=[draft.pk]), follow=True)

    assert "Preview." in page.text
    assert (
        reverse("admin:quiz_quiz_play", args=[draft.pk])
        in client.get("/admin/quiz/quiz/").text
    )


def test_somebody_without_the_right_is_not(client, draft):
    client.force_login(User.objects.create_user("guest", is_staff=True))

    page = client.get(reverse("admin:quiz_quiz_play", args=[draft.pk]))

    assert page.status_code == 403


def test_a_draft_is_played_from_cover_to_lover(client, draft, address):
    cover = client.get(address)

    assert f'action="{address}lover/"' in cover.text
    lover = play(client, address, draft)
    assert lover.status_code == 200
    assert "I relax by" in lover.text


def test_draft_lines_are_said(client, draft, address):
    MessageTemplate.objects.update(status="archived")
    make_line("hello", "I am new here", status="draft")

    assert "I am new here" in play(client, address, draft).text


def test_nothing_is_kept(client, draft, address):
    response = play(client, address, draft)
    shown_lines.save()

    assert not Result.objects.exists()
    assert not MessageTemplate.objects.filter(times_shown__gt=0).exists()
    assert not response.cookies
    for page in (client.get(address), response):
        assert page["Cache-Control"] == "private, no-store"
        assert page["X-Robots-Tag"] == "noindex"


def test_nothing_leads_to_an_address_that_is_not_there(client, draft, address):
    lover = play(client, address, draft)

    links = set(re.findall(r'(?:href|src|action)="(/[^"#]*)"', lover.text))
    pages_of_ours = {link for link in links if not link.startswith("/static/")}
    assert {client.get(link).status_code for link in pages_of_ours} == {200}


def test_visitors_never_get_the_draft(client, draft, address):
    client.get(address)
    play(client, address, draft)

    assert pages.get(draft.slug) is None
    assert client.get(f"/{draft.slug}/").status_code == 404
    assert client.get("/").status_code == 404


def test_the_page_of_visitors_stays_as_it_was(client):
    quiz = make_quiz()
    before = client.get("/ai-lover/").content

    client.get(preview_address(quiz))

    assert client.get("/ai-lover/").content == before
    assert b"preview" not in before


def test_only_servable_faces_are_shown(client, draft, address):
    make_face(approved=False, gender="man", picture=True)

    page = play(client, address, draft, who="man")

    assert "They’re all on dates" in page.text
    assert address in page.text


def test_missing_answers_are_asked_for_again(client, address):
    page = client.post(f"{address}lover/", {})

    assert page.status_code == 422
    assert "Almost there." in page.text
    assert "Preview." in page.text


@pytest.mark.parametrize("path", ["", "lover/"])
def test_the_link_ends_after_two_hours(client, address, path):
    later = timezone.now() + timedelta(hours=2, minutes=1)

    with time_machine.travel(later):
        page = client.post(f"{address}{path}") if path else client.get(address)

    assert page.status_code == 410
    assert "This preview is over." in page.text


@pytest.mark.parametrize("token", ["1", "1-1:x:y", "%00", "é"])
def test_a_made_up_link_leads_nowhere(client, draft, token):
    assert client.get(f"/{draft.slug}/preview/{token}/").status_code == 404


def test_a_link_plays_its_own_quiz_alone(client, draft, address):
    make_quiz("other", is_published=False)

    stolen = address.replace(draft.slug, "other")

    assert client.get(stolen).status_code == 404


def test_answers_of_another_site_are_refused(client, draft, address):
    response = client.post(
        f"{address}lover/", answers(draft), headers={"Origin": "https://evil.example"}
    )

    assert response.status_code == 403
