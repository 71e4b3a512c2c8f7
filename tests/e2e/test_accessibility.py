"""axe finds nothing on any public page, in light and in dark."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from quiz.models import Result
from tests.make import answers, make_face, make_quiz, make_result, make_texts

PAGES = ["/", "/ai-lover/", "/how/", "/nowhere/"]


@pytest.fixture(autouse=True)
def quiz(transactional_db):
    make_texts()
    for _ in range(5):
        make_face(picture=True)
    make_face(picture=True, quality="trainwreck")
    return make_quiz()


@pytest.fixture(params=["light", "dark"])
def page(request, open_page):
    return open_page(color_scheme=request.param, reduced_motion="reduce")


def assert_no_violations(page):
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()


@pytest.mark.parametrize("path", PAGES)
def test_page(page, problems, path):
    page.goto(path)

    assert_no_violations(page)
    problems[:] = [
        problem for problem in problems if "404" not in problem or path != "/nowhere/"
    ]


def test_each_question(page):
    page.goto("/#1")

    for number in range(1, 6):
        expect(page).to_have_url(f"/#{number}")
        assert_no_violations(page)
        if number < 5:
            page.locator("fieldset:visible .tile").first.tap()


def test_question_with_an_error(page):
    page.goto("/#1")
    page.get_by_role("button", name="Next").tap()

    assert_no_violations(page)


@pytest.mark.parametrize("quality", ["good", "trainwreck"])
def test_result_of_a_friend(page, quality):
    page.goto(
        make_result(face=make_face(picture=True, quality=quality)).get_absolute_url()
    )

    assert_no_violations(page)


@pytest.mark.parametrize("chaos", [0, 100])
def test_result_of_ones_own_and_its_share_sheet(page, chaos):
    page.request.post("/ai-lover/lover/", form=answers(chaos=chaos))
    page.goto(Result.objects.get().get_absolute_url())
    assert_no_violations(page)

    page.get_by_role("link", name="Share").tap()
    page.locator("dialog img").wait_for()

    assert_no_violations(page)


def test_result_whose_face_is_gone(page):
    result = make_result()
    result.face.revoke("Reported.")
    page.goto(result.get_absolute_url())

    assert_no_violations(page)


def test_nobody_free(page, live_server):
    page.goto("/#1")
    for tile in (1, 0, 0, 0, 0):  # men, and there are none
        page.locator("fieldset:visible .tile").nth(tile).tap()
        page.wait_for_timeout(400)
    page.get_by_role("button", name="Generate my lover").tap()
    page.wait_for_selector("h1")

    assert_no_violations(page)


def test_long_form_without_javascript(open_page):
    page = open_page(java_script_enabled=True)
    page.route(
        "**/*.js", lambda route: route.fulfill(body="", content_type="text/javascript")
    )
    page.goto("/")

    assert_no_violations(page)
