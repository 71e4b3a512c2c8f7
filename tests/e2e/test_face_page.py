"""A face's page in the admin: nothing sticks out, axe is content, the recipe is copied."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from playwright.sync_api import expect

from faces.models import Report
from tests.e2e.signing_in import sign_in
from tests.faces.votes import say
from tests.make import make_face, make_result

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def page(open_page):
    face = make_face(picture=True, edit="gender -2.10 age +0.45 skin +0.30 by 1a2b3c4d")
    Report.objects.create(face=face, reason="other", note="Word" * 70)
    say(face, "ann-" + "x" * 100, adult="no")
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    sign_in(page, User.objects.create_superuser("admin"))
    page.goto(f"/admin/faces/face/{face.pk}/change/")
    return page


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_page_of_a_face_fits_and_is_accessible(page, width):
    page.set_viewport_size({"width": width, "height": 800})

    assert page.evaluate("document.documentElement.scrollWidth") == width
    # The stock admin's forms import a sheet, which axe would read by inline styles.
    results = Axe().run(page, options={"preload": False})
    assert results.violations_count == 0, results.generate_report()


def test_recipe_is_copied(page):
    page.get_by_role("button", name="Copy").tap()

    expect(page.get_by_role("button", name="Copied ✓")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("python manage.py generate_faces --network tiny")


def test_recipe_is_marked_where_the_clipboard_is_refused(page):
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject() }")

    page.get_by_role("button", name="Copy").tap()

    expect(page.get_by_role("button", name="Marked: copy it")).to_be_visible()
    marked = page.evaluate("getSelection().toString()")
    assert marked.startswith("python manage.py generate_faces --network tiny")


def test_addresses_are_copied_from_their_field(page):
    result = make_result()
    page.goto(f"/admin/faces/revoke/addresses/?faces={result.face_id}")

    page.get_by_role("button", name="Copy them").tap()

    expect(page.get_by_role("button", name="Copied ✓")).to_be_visible()
    assert result.code in page.evaluate("navigator.clipboard.readText()")
