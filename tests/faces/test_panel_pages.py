"""Everybody on the panel finds the pages that are theirs, and no others."""

import re

import pytest
from django.contrib.auth.models import Permission, User

from tests.make import make_rater, make_waiting_face

pytestmark = pytest.mark.django_db

PANEL, GRID, RATE = "/panel/", "/panel/grid/", "/panel/rate/"
LEAD, AGREEMENT = "/panel/lead/", "/panel/agreement/"
RATERS, LEADS = ["Rate", "Grid"], ["Lead", "Agreement"]


def links(client, path):
    page = client.get(path).content.decode()
    [nav] = re.findall(r'<nav aria-label="The panel">(.*?)</nav>', page, re.DOTALL)
    return re.findall(r">(\w+)</a>", nav)


@pytest.mark.parametrize("path", [PANEL, RATE, GRID, "/panel/done/"])
def test_raters_find_the_grid(client, path):
    client.force_login(make_rater())

    assert links(client, path) == RATERS


@pytest.mark.parametrize("path", [PANEL, GRID, LEAD, AGREEMENT])
def test_leads_find_their_pages_too(client, path):
    client.force_login(make_rater(role="lead"))

    assert links(client, path) == [*RATERS, *LEADS]


@pytest.mark.parametrize("path", [LEAD, AGREEMENT])
def test_who_only_decides_is_led_nowhere_in_vain(client, path):
    decider = User.objects.create_user("dora")
    decider.user_permissions.add(Permission.objects.get(codename="decide_face"))
    client.force_login(decider)

    assert links(client, path) == LEADS
    assert f'href="{PANEL}"' not in client.get(path).content.decode()


@pytest.mark.parametrize("path", [PANEL, GRID, LEAD, AGREEMENT])
def test_every_page_says_who_is_signed_in_and_signs_out(client, path):
    client.force_login(make_rater("lena", role="lead"))

    page = client.get(path).content.decode()

    assert "<span>lena</span>" in page
    assert 'action="/panel/sign-out/"' in page


def test_page_is_marked_in_the_bar(client):
    client.force_login(make_rater())

    page = client.get(GRID).content.decode()

    assert f'<a href="{GRID}" aria-current="page">Grid</a>' in page


def test_desk_stays_bare(client):
    client.force_login(make_rater())
    make_waiting_face()

    page = client.get(RATE).content.decode()

    assert "<nav" not in page
    assert f'<a href="{PANEL}">The panel</a>' in page


def test_strangers_who_sign_in_see_no_links(client):
    page = client.get("/panel/sign-in/").content.decode()

    assert "<nav" not in page
    assert "Sign out" not in page
