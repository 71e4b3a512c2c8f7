"""Visitors take the quiz in a real browser, each in their own way."""

import pytest
from playwright.sync_api import expect

from faces.models import Face
from quiz.models import Choice, Result
from tests.make import make_face, make_quiz, make_texts

QUESTIONS = ["who", "age", "tone", "pet", "chaos"]


@pytest.fixture(autouse=True)
def quiz(transactional_db):
    make_texts()
    for _ in range(3):
        make_face(picture=True)
    make_face(picture=True, quality="trainwreck")
    return make_quiz()


def heading(page):
    return page.locator("fieldset:visible h2")


def tap_through(page, tiles):
    """Tap the n-th tile of each question; each tap leads to the next one."""
    for number, tile in enumerate(tiles, start=1):
        expect(page).to_have_url(f"/#{number}")
        page.locator("fieldset:visible .tile").nth(tile).tap()


def is_wider_than_the_screen(page):
    return page.evaluate("document.documentElement.scrollWidth > innerWidth")


@pytest.mark.parametrize("width", [390, 320])
def test_by_touch_on_a_phone(open_page, width):
    page = open_page(viewport={"width": width, "height": 640})
    page.goto("/")
    assert not is_wider_than_the_screen(page)

    page.get_by_role("link", name="Find my lover").tap()
    for number, question in enumerate(QUESTIONS, start=1):
        expect(heading(page)).to_contain_text(f"Which {question}?")
        expect(page.locator(".count")).to_have_text(f"{number} of 5")
        assert not is_wider_than_the_screen(page)
        page.locator("fieldset:visible .tile").first.tap()
    page.get_by_role("button", name="Generate my lover").tap()
    page.wait_for_url("**/r/*/")

    expect(page.get_by_role("heading", level=1)).to_have_text(Result.objects.get().name)
    assert not is_wider_than_the_screen(page)


def test_by_keyboard_alone(open_page):
    page = open_page(
        viewport={"width": 1280, "height": 800}, has_touch=False, is_mobile=False
    )
    page.goto("/")

    press_until(page, "Tab", lambda: focused(page) == "Find my lover")
    page.keyboard.press("Enter")
    for number, question in enumerate(QUESTIONS, start=1):
        expect(heading(page)).to_contain_text(f"Which {question}?")
        page.keyboard.press("1" if number % 2 else "ArrowDown")
        page.keyboard.press("Enter")

    page.wait_for_url("**/r/*/")
    assert Result.objects.get().lines["pet"]


def press_until(page, key, is_there, most=30):
    for _ in range(most):
        if is_there():
            return
        page.keyboard.press(key)
    raise AssertionError(f"{key} did not lead there")


def focused(page):
    return page.evaluate("document.activeElement.textContent.trim()")


def test_without_javascript(page_without_js):
    page = page_without_js
    page.goto("/")

    for question in QUESTIONS:
        page.get_by_role("group", name=f"Which {question}?").locator(
            ".tile"
        ).first.tap()
    page.get_by_role("button", name="Generate my lover").tap()
    page.wait_for_url("**/r/*/")

    expect(page.get_by_role("heading", level=1)).to_have_text(Result.objects.get().name)
    expect(page.get_by_text("I have nine macaws")).to_be_visible()
    first = page.url
    page.get_by_role("button", name="Another one").tap()
    page.wait_for_url(lambda url: url != first)
    assert Result.objects.count() == 2


def test_without_javascript_a_missing_answer_is_said_at_its_question(
    page_without_js, problems
):
    page = page_without_js
    page.goto("/")

    page.get_by_role("group", name="Which who?").locator(".tile").first.tap()
    page.get_by_role("button", name="Generate my lover").tap()

    expect(
        page.get_by_role("group", name="Which age?").locator(".message")
    ).to_be_visible()
    expect(
        page.get_by_role("group", name="Which who?").locator(".message")
    ).to_be_hidden()
    expect(
        page.get_by_role("group", name="Which who?").locator("input:checked")
    ).to_have_count(1)
    assert not Result.objects.exists()
    problems.clear()  # Chromium reports the 422 in its console


def test_less_motion_shows_the_lover_at_once(still_page):
    page = still_page
    page.goto("/#1")

    tap_through(page, [0, 1, 0, 0, 0])
    page.get_by_role("button", name="Generate my lover").tap()

    page.wait_for_url("**/r/*/")
    expect(page.get_by_role("button", name="Tap to skip")).to_be_hidden()
    expect(page.get_by_text("I have nine macaws")).to_be_visible()
    assert (
        page.evaluate(
            "document.getAnimations().filter(a => a.playState === 'running').length"
        )
        == 0
    )


def test_reveal_can_be_skipped_and_comes_once(page):
    page.goto("/#1")
    tap_through(page, [0, 1, 0, 0, 0])
    page.get_by_role("button", name="Generate my lover").tap()

    page.get_by_role("button", name="Tap to skip").tap()
    expect(page.get_by_text("I have nine macaws")).to_be_visible()
    expect(page.get_by_text("Your lover is ready:")).to_contain_text(
        Result.objects.get().name
    )
    page.reload()

    expect(page.get_by_role("button", name="Tap to skip")).to_be_hidden()


def test_back_leads_to_the_question_before_with_its_answer(page):
    page.goto("/")
    page.get_by_role("link", name="Find my lover").tap()
    tap_through(page, [1, 2])
    expect(page).to_have_url("/#3")

    page.go_back()
    expect(heading(page)).to_contain_text("Which age?")
    expect(page.locator("fieldset:visible input:checked + .tile")).to_contain_text(
        "Age 40s"
    )
    page.get_by_role("button", name="Back").tap()
    expect(heading(page)).to_contain_text("Which who?")


def test_answers_survive_a_reload(page):
    page.goto("/#1")
    tap_through(page, [1, 2, 1])
    expect(page).to_have_url("/#4")

    page.reload()

    expect(heading(page)).to_contain_text("Which pet?")
    assert page.locator("input:checked").count() == 3


def test_nothing_chosen_is_said_where_the_focus_goes(page):
    page.goto("/#1")

    page.get_by_role("button", name="Next").tap()

    expect(page.locator("fieldset:visible .message")).to_be_focused()
    expect(page.locator("fieldset:visible .message")).to_have_text(
        "Pick one, your future lover is waiting."
    )
    expect(page).to_have_url("/#1")


def test_tile_changed_meanwhile_is_asked_again_at_its_question(page, problems):
    page.goto("/#1")
    tap_through(page, [0, 0, 0, 0, 0])
    Choice.objects.filter(question__key="pet").update(label="Parrots")

    page.get_by_role("button", name="Generate my lover").tap()

    expect(heading(page)).to_contain_text("Which pet?")
    expect(page.locator("fieldset:visible .message")).to_contain_text(
        "This question has changed"
    )
    page.locator("fieldset:visible .tile").first.tap()
    tap_through(page, [])
    page.get_by_role("button", name="Next").tap()
    page.get_by_role("button", name="Generate my lover").tap()
    page.wait_for_url("**/r/*/")
    problems.clear()  # Chromium reports the 422 in its console


def test_double_tap_gives_one_lover(page):
    page.goto("/#1")
    tap_through(page, [0, 0, 0, 0, 0])

    page.get_by_role("button", name="Generate my lover").dblclick()

    page.wait_for_url("**/r/*/")
    assert Result.objects.count() == 1


def test_back_and_send_again_gives_the_same_lover(page):
    page.goto("/#1")
    tap_through(page, [0, 0, 0, 0, 0])
    page.get_by_role("button", name="Generate my lover").tap()
    page.wait_for_url("**/r/*/")
    first = page.url

    page.go_back()
    page.get_by_role("button", name="Generate my lover").tap()
    page.wait_for_url("**/r/*/")

    assert page.url == first
    assert Result.objects.count() == 1


def test_lost_signal_keeps_the_answers(page):
    page.goto("/#1")
    tap_through(page, [0, 0, 0, 0, 0])
    page.context.set_offline(True)

    page.get_by_role("button", name="Generate my lover").tap()
    expect(page.get_by_text("No signal. We saved your answers.")).to_be_visible()
    page.context.set_offline(False)
    page.get_by_role("button", name="Generate my lover").tap()

    page.wait_for_url("**/r/*/")


def test_no_cookie_before_there_is_a_result(page):
    page.goto("/")
    page.goto("/how/")
    page.goto("/#1")
    assert page.context.cookies() == []

    tap_through(page, [0, 0, 0, 0, 0])
    page.get_by_role("button", name="Generate my lover").tap()
    page.wait_for_url("**/r/*/")

    [cookie] = page.context.cookies()
    assert (cookie["name"], cookie["httpOnly"], cookie["sameSite"]) == (
        "lover",
        True,
        "Lax",
    )


def test_empty_pool_offers_everyone(page):
    Face.objects.update(gender="man")
    page.goto("/#1")
    tap_through(page, [0, 1, 0, 0, 0])
    page.get_by_role("button", name="Generate my lover").tap()

    expect(page.get_by_role("heading", level=1)).to_have_text("They’re all on dates.")
    page.get_by_role("button", name="Try everyone").tap()

    page.wait_for_url("**/r/*/")
