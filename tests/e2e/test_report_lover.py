"""Reporting a lover on a phone, and revoking one at a desk."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from playwright.sync_api import expect

from faces.models import Face, Report
from quiz.models import Result
from tests.e2e.signing_in import sign_in
from tests.make import answers, make_face, make_quiz, make_result, make_texts

DESKTOP = {"viewport": {"width": 1280, "height": 800}, "is_mobile": False}


@pytest.fixture(autouse=True)
def quiz(transactional_db):
    make_texts()
    make_face(picture=True)
    return make_quiz()


def assert_no_violations(page):
    # To read a sheet that a sheet imports, axe would add it to the page: the policy forbids.
    results = Axe().run(page, options={"preload": False})
    assert results.violations_count == 0, results.generate_report()


def meet(page):
    page.request.post("/ai-lover/lover/", form=answers())
    result = Result.objects.get()
    page.goto(result.get_absolute_url())
    return result


def open_report(page):
    page.get_by_text("Report this lover").click()


def send(page, reason="Nudity"):
    page.get_by_label(reason).check()
    page.get_by_role("button", name="Report").click()


@pytest.mark.parametrize("has_js", [True, False])
def test_owner_reports_and_meets_somebody_else(open_page, has_js):
    page = open_page(reduced_motion="reduce", java_script_enabled=has_js)
    result = meet(page)
    other = make_face(picture=True)
    open_report(page)

    send(page)

    expect(page.get_by_text("Thanks. They’ve been removed.")).to_be_visible()
    assert Result.objects.latest("pk").face == other
    assert Face.objects.get(pk=result.face_id).status == "reported"


def test_doubled_tap_reports_once(still_page):
    meet(still_page)
    make_face(picture=True)
    open_report(still_page)
    still_page.get_by_label("Nudity").check()

    still_page.get_by_role("button", name="Report").dblclick()

    expect(still_page.get_by_text("Thanks. They’ve been removed.")).to_be_visible()
    assert Report.objects.count() == 1


def test_report_works_from_the_keyboard(still_page):
    meet(still_page)
    still_page.get_by_text("Report this lover").focus()
    for key in ["Enter", "Tab", "ArrowDown", "ArrowDown", "Tab", "Tab", "Enter"]:
        still_page.keyboard.press(key)

    expect(still_page.get_by_role("heading", name="Thanks.")).to_be_visible()
    assert Report.objects.get().reason in ("nudity", "real_person")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_report_and_thanks_have_no_violations(open_page, problems, scheme):
    page = open_page(color_scheme=scheme, reduced_motion="reduce")
    page.goto(make_result(face=Face.objects.get()).get_absolute_url())
    open_report(page)
    assert_no_violations(page)

    page.locator(".report form").evaluate("form => form.noValidate = true")
    page.get_by_role("button", name="Report").click()
    expect(page.get_by_text("Pick what is wrong")).to_be_focused()
    assert_no_violations(page)
    problems[:] = [problem for problem in problems if "422" not in problem]

    send(page)
    expect(page.get_by_role("heading", name="Thanks.")).to_be_visible()
    assert_no_violations(page)


@pytest.mark.parametrize("options", [{}, DESKTOP], ids=["phone", "desktop"])
def test_operator_revokes_by_address(open_page, options):
    result = make_result(face=Face.objects.get())
    page = open_page(**options)
    sign_in(page, User.objects.create_superuser("admin"))
    page.goto("/admin/faces/revoke/")
    assert_no_violations(page)

    page.get_by_label("Addresses").fill(f"https://x.example{result.get_absolute_url()}")
    page.get_by_role("button", name="Find them").click()
    assert_no_violations(page)
    page.get_by_label("Why").fill("Looks young.")
    page.get_by_role("button", name="Revoke for good").click()

    expect(page.get_by_label("addresses")).to_contain_text(result.code)
    assert Face.objects.get().status == "revoked"
    assert_no_violations(page)


@pytest.mark.parametrize("options", [{}, DESKTOP], ids=["phone", "desktop"])
def test_operator_retires_a_network(open_page, options):
    network = Face.objects.get().network
    page = open_page(**options)
    sign_in(page, User.objects.create_superuser("admin"))
    page.goto(f"/admin/faces/network/{network.pk}/change/")
    page.get_by_role("link", name="Retire").click()
    assert_no_violations(page)

    page.get_by_label("Why").fill("Draws children.")
    page.get_by_label("Type tiny to confirm").fill("tiny")
    page.get_by_role("button", name="Retire for good").click()

    expect(page.get_by_text("1 face taken away for good")).to_be_visible()
    assert not Face.objects.servable().exists()
