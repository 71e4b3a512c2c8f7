"""An editor mends a sheet, publishes it and takes it back, in a browser."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from playwright.sync_api import expect

from tests.e2e.signing_in import sign_in
from tests.make import make_line, make_workbook
from texts.models import MessageTemplate

pytestmark = pytest.mark.django_db(transaction=True)

URL = "/admin/texts/messagetemplate/spreadsheet/"


@pytest.fixture
def page(transactional_db, open_page):
    page = open_page()
    sign_in(page, User.objects.create_superuser("admin"))
    page.goto(URL)
    return page


def upload(page, *rows):
    content = make_workbook({"Hellos": [["Any tone"], *([row] for row in rows)]})
    file = {"name": "hellos.xlsx", "mimeType": "", "buffer": content.getvalue()}
    page.get_by_label("Spreadsheet").set_input_files(file)
    page.get_by_role("button", name="Upload and check").tap()


def said():
    return sorted(line.text for line in MessageTemplate.objects.approved())


def test_a_sheet_with_errors_is_mended_published_and_taken_back(page, problems):
    make_line("hello", "Hello there, {name}!")
    upload(page, "Hello there, you!", "{nmae}")
    expect(page.get_by_text("Did you mean {name}?")).to_be_visible()
    page.get_by_role("button", name="Publish").tap()
    assert said() == ["Hello there, {name}!"]

    page.get_by_role("link", name="Leave it").tap()
    upload(page, "Hello there, you!", "{name}, at last.")
    expect(page.locator("del")).to_have_text("{name}")
    if page.get_by_label("in spite of the warnings").count():
        page.get_by_label("in spite of the warnings").check()
    page.get_by_role("button", name="Publish").tap()
    expect(page.get_by_text("The sheet is published")).to_be_visible()
    assert said() == ["Hello there, you!", "{name}, at last."]

    page.get_by_role("button", name="Undo the import").tap()
    expect(page.get_by_text("Undone: 2 put back.")).to_be_visible()
    assert said() == ["Hello there, {name}!"]


@pytest.mark.parametrize("width", [390, 1280])
def test_the_pages_of_the_spreadsheet_suit_everybody(page, width):
    make_line("hello", "Hello there, {name}!")
    make_line("hello", "Old")
    page.set_viewport_size({"width": width, "height": 844})

    def check():
        results = Axe().run(page)
        assert results.violations_count == 0, results.generate_report()
        scrolls = "document.documentElement.scrollWidth > innerWidth"
        assert not page.evaluate(scrolls)

    check()
    upload(page, "Hello there, you!", "{nmae}", "Brand new, and rather different")
    expect(
        page.get_by_text("3 problems").or_(page.get_by_text("1 problem"))
    ).to_be_visible()
    check()
