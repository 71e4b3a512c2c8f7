"""The lead's page, agreement and the grid in a browser."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from faces import deciding
from faces.models import Rating
from tests.e2e.signing_in import sign_in
from tests.make import (
    make_conflict,
    make_face,
    make_rater,
    make_rating,
    make_report,
    make_waiting,
)

pytestmark = pytest.mark.django_db(transaction=True)

DESKTOP = {"viewport": {"width": 1280, "height": 800}, "is_mobile": False}
LEAD, AGREEMENT, GRID = "/panel/lead/", "/panel/agreement/", "/panel/grid/"


@pytest.fixture
def open_as_lead(db, open_page):
    lead = make_rater("lena", "lead")

    def open_as_lead(path, **options):
        page = open_page(**options)
        sign_in(page, lead)
        page.goto(path)
        return page

    return open_as_lead


@pytest.fixture
def work(db):
    """Something in every queue, by raters of whom one has a long name."""
    raters = [make_rater(name) for name in ("ada", "bo", "x" * 60)]
    for gender in ("woman", "man"):
        face = make_conflict(gender, "man", "androgynous", picture=True)
        make_rating(face, raters[2], note="y" * 80)
    make_report(make_face(picture=True), note="My cousin.")
    refused = make_waiting(picture=True)
    deciding.rate(refused.pk, raters[0], adult="no", note="A child.")
    for gender in ("woman", "man"):
        face = make_face(picture=True)
        for rater in raters:
            make_rating(face, rater, gender=gender, seconds=2)
    for _ in range(7):
        make_waiting(picture=True)


@pytest.mark.parametrize("options", [{}, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("path", [LEAD, AGREEMENT, GRID])
@pytest.mark.parametrize("fill", [True, False], ids=["full", "empty"])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    open_as_lead, request, path, options, fill
):
    if fill:
        request.getfixturevalue("work")
    page = open_as_lead(path, **options)
    for summary in page.locator("summary").all():
        summary.click()

    results = Axe().run(page)

    assert results.violations_count == 0, results.generate_report()
    width = page.viewport_size["width"]  # a phone widens innerWidth with its page
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_lead_settles_a_conflict_by_tapping(open_as_lead):
    make_conflict(picture=True)
    page = open_as_lead(LEAD)

    page.get_by_role("radio", name="Woman").tap()
    page.get_by_role("button", name="Settle it so").tap()

    expect(page.get_by_text("is approved.")).to_be_visible()
    page.get_by_role("button", name="Take back").tap()
    expect(page.get_by_text("Taken back")).to_be_visible()
    expect(page.get_by_role("button", name="Settle it so")).to_be_visible()


def test_browser_asks_for_a_missing_label_before_anything_is_sent(open_as_lead):
    face = make_conflict(picture=True)
    page = open_as_lead(LEAD)
    page.get_by_label("Note").first.fill("Hard to say.")

    page.get_by_role("button", name="Settle it so").tap()

    expect(page.get_by_role("radio", name="Woman")).to_be_focused()
    expect(page.get_by_label("Note").first).to_have_value("Hard to say.")
    assert not face.ratings.filter(purpose="lead")


def test_reported_face_is_blurred_until_it_is_asked_for(open_as_lead):
    make_report(make_face(picture=True))
    page = open_as_lead(LEAD)
    picture = page.locator(".veil img")
    expect(picture).to_have_css("filter", "blur(22px) grayscale(1)")

    page.get_by_role("checkbox", name="Show face").press("Space")

    expect(picture).to_have_css("filter", "none")


def test_reported_face_is_seen_while_it_is_held(open_as_lead):
    make_report(make_face(picture=True))
    page = open_as_lead(LEAD, **DESKTOP)
    picture = page.locator(".veil img")
    picture.hover()

    page.mouse.down()

    expect(picture).to_have_css("filter", "none")


def test_grid_is_ticked_by_keyboard_and_undone(open_as_lead):
    for _ in range(8):
        make_waiting(picture=True)
    page = open_as_lead(GRID, **DESKTOP)
    page.locator("[data-grid] input").first.focus()

    for key in ("ArrowRight", "ArrowDown", "ArrowLeft", "ArrowRight", "Space"):
        page.keyboard.press(key)
    page.keyboard.press("Enter")

    expect(page.get_by_text("1 blocked")).to_be_visible()
    assert Rating.objects.get().face.ratings.count() == 1
    page.get_by_role("button", name="Undo the last grid").click()
    expect(page.get_by_text("Taken back: 1 of 1 ticks.")).to_be_visible()


def test_arrow_down_moves_by_a_row_of_three_on_a_phone(open_as_lead):
    faces = [make_waiting(picture=True) for _ in range(7)]
    page = open_as_lead(GRID)
    page.locator("[data-grid] input").first.focus()

    page.keyboard.press("ArrowDown")

    expect(page.locator(f"#face-{faces[3].pk}")).to_be_focused()


def test_grid_works_without_scripts(open_as_lead):
    make_waiting(picture=True)
    page = open_as_lead(GRID, java_script_enabled=False)

    page.get_by_role("checkbox", name="Face 1 of 1").tap()
    page.get_by_role("button", name="Next").tap()

    expect(page.get_by_text("1 blocked")).to_be_visible()


def test_votes_are_downloaded_for_the_days_that_are_shown(open_as_lead):
    make_rating()
    page = open_as_lead(AGREEMENT)

    with page.expect_download() as download:
        page.get_by_role("button", name="Download the votes").tap()

    assert download.value.suggested_filename.startswith("votes-")
