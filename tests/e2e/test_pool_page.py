"""The operator's pool page keeps itself fresh, and works without scripts."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from playwright.sync_api import expect

from faces.models import Network
from generator.models import Batch, Sample, Worker
from tests.e2e.signing_in import sign_in
from tests.make import make_face, make_network

pytestmark = pytest.mark.django_db(transaction=True)

POOL = "/admin/generator/target/pool/"
DESKTOP = {"viewport": {"width": 1280, "height": 800}, "is_mobile": False}


@pytest.fixture
def open_as_admin(db, open_page):
    def open_as_admin(path, **options):
        page = open_page(**options)
        sign_in(page, User.objects.create_superuser("admin"))
        page.goto(path)
        return page

    return open_as_admin


@pytest.fixture
def batch(db):
    Worker.objects.create(name="gpu 7", device="H200", free_megabytes=9000)
    make_face()
    recipe = {"gender": "woman", "age_bucket": "30s", "quality": "good", "psi": "0.7"}
    network = make_network(weights_sha256="a" * 64)
    return Batch.objects.create(network=network, first_seed=1, count=16, **recipe)


def test_figures_come_by_themselves_and_leave_a_half_written_form_alone(
    open_as_admin, batch
):
    page = open_as_admin(POOL)
    page.get_by_text("Change how many are wanted").tap()
    page.get_by_label("20s", exact=True).first.fill("77")

    Batch.objects.update(num_drawn=4, num_kept=4)

    expect(page.get_by_text("4 of 16")).to_be_visible()
    expect(page.get_by_label("20s", exact=True).first).to_have_value("77")


def test_tab_in_the_background_asks_for_nothing(open_as_admin, batch):
    page = open_as_admin(POOL)
    page.evaluate("Object.defineProperty(document, 'hidden', {get: () => true})")
    asked = []
    page.on("request", lambda request: asked.append(request.url))

    page.wait_for_timeout(3500)

    assert not any(url.endswith(POOL) for url in asked)


def test_sheet_appears_when_it_is_drawn(open_as_admin, batch):
    sample = Sample.objects.create(network=Network.objects.get())
    page = open_as_admin(f"/admin/generator/sample/{sample.pk}/change/")
    expect(page.get_by_text("The sheet appears here by itself.")).to_be_visible()

    Sample.objects.update(last_error="The weights are gone.")

    expect(page.get_by_text("The weights are gone.")).to_be_visible()
    expect(page.get_by_text("appears here by itself")).to_be_hidden()


def test_plain_page_works_without_scripts(open_as_admin, batch):
    page = open_as_admin(POOL, java_script_enabled=False)

    page.get_by_role("button", name="Pause generation").tap()

    expect(page.get_by_text("Generation is paused")).to_be_visible()
    expect(page.get_by_role("button", name="Resume generation")).to_be_visible()


@pytest.mark.parametrize("options", [{}, DESKTOP], ids=["phone", "desktop"])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(open_as_admin, batch, options):
    page = open_as_admin(POOL, **options)
    for details in ("What the words mean", "Change how many are wanted"):
        page.get_by_text(details).click()

    results = Axe().run(page)

    assert results.violations_count == 0, results.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
