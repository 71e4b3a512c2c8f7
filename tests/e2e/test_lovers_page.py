"""The lover's page in a real browser: sharing, friends, broken pictures."""

import pytest
from playwright.sync_api import expect

from quiz.models import Result
from tests.make import answers, make_face, make_quiz, make_result, make_texts
from texts.models import MessageTemplate


@pytest.fixture(autouse=True)
def quiz(transactional_db):
    make_texts()
    make_face(picture=True)
    return make_quiz()


@pytest.fixture
def met(still_page, live_server):
    """An owner on their lover's page."""
    form = still_page.request.post("/ai-lover/lover/", form=answers())
    assert form.ok
    still_page.goto(Result.objects.get().get_absolute_url())
    return still_page


def test_owner_copies_the_link(met):
    met.context.grant_permissions(["clipboard-read", "clipboard-write"])

    met.get_by_role("link", name="Share").tap()
    met.get_by_role("button", name="Copy link").tap()

    expect(met.get_by_role("button", name="Copied ✓")).to_be_visible()
    copied = met.evaluate("navigator.clipboard.readText()")
    assert copied.endswith(Result.objects.get().get_absolute_url())


def test_sharing_is_counted_once_a_page(met):
    met.context.grant_permissions(["clipboard-read", "clipboard-write"])
    met.get_by_role("link", name="Share").tap()

    with met.expect_request("**/shared/") as told:
        met.get_by_role("button", name="Copy link").tap()
    met.get_by_role("button", name="Copied ✓").tap()

    assert told.value.response().status == 204
    assert set(MessageTemplate.objects.values_list("times_shared", flat=True)) <= {0, 1}
    assert MessageTemplate.objects.filter(times_shared=1).exists()


def test_share_sheet_shows_the_card_and_closes(met):
    met.get_by_role("link", name="Share").tap()
    card = met.locator("dialog img")
    expect(card).to_be_visible()
    expect(card).to_have_js_property("naturalWidth", 1200)
    expect(met.get_by_role("link", name="WhatsApp")).to_be_visible()

    met.keyboard.press("Escape")

    expect(card).to_be_hidden()


def test_owner_gets_another_one(met):
    make_face(picture=True)
    first = met.url

    met.get_by_role("button", name="Another one").tap()
    met.wait_for_url(lambda url: url != first)

    assert Result.objects.count() == 2


def test_owner_starts_over_with_no_answers_kept(met):
    met.get_by_role("link", name="Start over").tap()
    met.wait_for_url("**/ai-lover/")

    assert met.locator("input:checked").count() == 0


def test_owner_saves_the_picture(met):
    with met.expect_download() as download:
        met.get_by_role("link", name="Save picture").tap()

    assert download.value.suggested_filename.endswith(".jpg")


def test_friend_finds_their_own(page):
    result = make_result()
    page.goto(result.get_absolute_url())

    expect(page.get_by_text("Somebody’s AI lover").first).to_be_visible()
    expect(page.get_by_role("button", name="Another one")).to_have_count(0)
    page.get_by_role("link", name="Find yours").first.tap()

    page.wait_for_url("**/ai-lover/")


def test_portrait_that_does_not_load_leaves_the_text(page, problems):
    result = make_result(face=make_face(picture=False))
    page.goto(result.get_absolute_url())

    expect(page.get_by_text("I have nine macaws")).to_be_visible()
    expect(page.locator(".photo svg, .portrait .nobody").first).to_be_visible()
    problems[:] = [problem for problem in problems if "404" not in problem]


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_long_names_stay_on_the_page(open_page, width):
    page = open_page(viewport={"width": width, "height": 700})
    lines = {"hello": "H" * 120, "pet": "I have " + "very " * 40 + "many macaws"}
    result = make_result(
        name="Maximiliana-Evangeline-Wilhelmina W.", home_town="L" * 60, lines=lines
    )

    page.goto(result.get_absolute_url())

    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
