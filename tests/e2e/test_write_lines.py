"""Writers at work: samples while typing, completion by keyboard, one-click fixes, undo."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from playwright.sync_api import expect

from tests.e2e.signing_in import sign_in
from tests.make import make_face, make_line, make_texts
from texts.history import save_line
from texts.models import MessageTemplate

pytestmark = pytest.mark.django_db(transaction=True)

ADD = "/admin/texts/messagetemplate/add/"
DESKTOP = {"viewport": {"width": 1280, "height": 800}, "is_mobile": False}


@pytest.fixture(autouse=True)
def _texts(transactional_db):
    make_texts()
    make_face(picture=True)


@pytest.fixture
def open_as_editor(open_page):
    def open_as_editor(path, **options):
        page = open_page(**options)
        sign_in(page, User.objects.create_superuser("Ines"))
        page.goto(path)
        return page

    return open_as_editor


def box_of(page):
    return page.get_by_label("The line")


def samples_of(page):
    return page.locator(".samples li")


def test_samples_follow_the_typing(open_as_editor):
    page = open_as_editor(ADD)

    box_of(page).press_sequentially("I relax by {hobby}")

    expect(samples_of(page)).to_have_count(2)
    expect(samples_of(page).first).to_contain_text("I relax by")
    expect(page.locator(".line-card")).to_have_js_property("naturalWidth", 1200)


def test_samples_are_those_of_one_pronoun(open_as_editor):
    page = open_as_editor(ADD)
    box_of(page).press_sequentially("{They are} here")
    expect(samples_of(page)).to_have_count(3)

    page.get_by_role("button", name="he", exact=True).tap()

    expect(samples_of(page)).to_have_text(["He is here"])
    expect(page.get_by_role("button", name="he", exact=True)).to_be_focused()


def test_a_blank_is_completed_by_keyboard(open_as_editor):
    page = open_as_editor(ADD, **DESKTOP)
    box = box_of(page)
    box.press_sequentially("I have nine {")
    chosen = page.get_by_role("listbox").get_by_role("option", selected=True)
    expect(chosen).to_be_visible()

    box.press_sequentially("h")
    expect(chosen).to_contain_text("home_town")
    box.press("ArrowDown")
    expect(chosen).to_contain_text("hobby")
    box.press("Enter")

    expect(box).to_have_value("I have nine {hobby}")
    expect(box).to_be_focused()
    expect(page.get_by_role("listbox")).to_be_hidden()


def test_escape_leaves_what_was_typed(open_as_editor):
    page = open_as_editor(ADD, **DESKTOP)
    box = box_of(page)
    box.press_sequentially("{pe")
    expect(page.get_by_role("listbox")).to_be_visible()

    box.press("Escape")

    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(box).to_have_value("{pe")


def test_a_chip_goes_where_the_cursor_is(open_as_editor):
    page = open_as_editor(ADD)
    box = box_of(page)
    box.fill("I have nine ")

    page.get_by_role("button", name="pet 2 words").tap()

    expect(box).to_have_value("I have nine {pet}")
    expect(page.locator(".mirror mark")).to_have_text("{pet}")


def test_one_click_mends_a_line_and_ctrl_z_takes_it_back(open_as_editor):
    page = open_as_editor(ADD, **DESKTOP)
    box = box_of(page)
    box.press_sequentially("I relax by {hobb}")

    page.get_by_role("button", name="Use {hobby}").click()

    expect(box).to_have_value("I relax by {hobby}")
    expect(samples_of(page).first).to_contain_text("I relax by")
    box.press("Control+z")
    expect(box).to_have_value("I relax by {hobb}")


def test_a_line_is_published_and_put_back(open_as_editor):
    line = MessageTemplate(part="hello", text="Hello you")
    save_line(line, None)
    page = open_as_editor(f"/admin/texts/messagetemplate/{line.pk}/change/")
    box_of(page).fill("Hello thing")
    page.get_by_role("button", name="Publish the change").tap()
    page.get_by_role("link", name="Hello thing").first.tap()

    page.get_by_role("button", name="Put back as it was").tap()

    expect(box_of(page)).to_have_value("Hello you")
    expect(page.get_by_text("Put back: Hello you")).to_be_visible()


def test_a_site_that_does_not_answer_loses_nothing(open_as_editor, problems):
    page = open_as_editor(ADD)
    page.route("**/preview/", lambda route: route.abort())

    box_of(page).press_sequentially("I relax by {hobby}")

    expect(page.locator(".preview.stale")).to_have_count(1)
    expect(box_of(page)).to_have_value("I relax by {hobby}")
    problems.clear()


def test_a_line_is_written_without_scripts(open_as_editor):
    page = open_as_editor(ADD, java_script_enabled=False)
    box_of(page).fill("I relax by {hobby}")
    page.get_by_role("button", name="Save draft").tap()
    page.wait_for_url("**/messagetemplate/")

    line = MessageTemplate.objects.get(status="draft")
    page.goto(f"/admin/texts/messagetemplate/{line.pk}/change/")

    expect(samples_of(page)).to_have_count(2)


def test_axe_finds_nothing_on_a_line_half_written(open_as_editor, assert_fine, width):
    page = open_as_editor(ADD, viewport={"width": width, "height": 844})
    box_of(page).press_sequentially("I am {name} and {they are} {hobb} by {h")
    expect(page.locator(".findings li").first).to_be_visible()
    expect(page.get_by_role("listbox")).to_be_visible()

    assert_fine(page)


@pytest.mark.parametrize("path", ["coverage/", "1/change/"])
def test_axe_finds_nothing_where_writers_work(open_as_editor, assert_fine, width, path):
    line = MessageTemplate.objects.first()
    line.text = "Hi {name}, I am {hobby}"
    save_line(line, None)
    make_line("hello", "Hi!", "wholesome", status="draft")
    path = path.replace("1", str(line.pk))
    page = open_as_editor(
        f"/admin/texts/messagetemplate/{path}", viewport={"width": width, "height": 844}
    )

    assert_fine(page)


@pytest.mark.parametrize("num_drafts", [0, 1])
def test_axe_finds_nothing_at_home(open_as_editor, assert_fine, width, num_drafts):
    for _ in range(num_drafts):
        make_line("hello", "Ho!", status="draft")
    page = open_as_editor("/admin/", viewport={"width": width, "height": 844})

    assert_fine(page)


@pytest.fixture(params=[390, 1280])
def width(request):
    return request.param


@pytest.fixture
def assert_fine(problems):
    def assert_fine(page):
        num_before = len(problems)
        results = Axe().run(page)
        del problems[num_before:]  # axe copies nodes with styles, as calendars have
        assert results.violations_count == 0, results.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    return assert_fine
