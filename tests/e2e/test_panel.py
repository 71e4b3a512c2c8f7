"""Raters at work in a real browser: by keyboard, by touch, without signal, without scripts."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import expect

from faces.models import Face, Rating, Skip
from faces.tickets import issue
from tests.e2e.signing_in import sign_in
from tests.make import make_face, make_gold_face, make_rater, make_waiting_face

pytestmark = pytest.mark.django_db(transaction=True)

RATE = "/panel/rate/"
DESKTOP = {
    "viewport": {"width": 1280, "height": 800},
    "has_touch": False,
    "is_mobile": False,
}
LOST = "net::ERR"


@pytest.fixture
def open_as(transactional_db, open_page):
    """Opens the panel for a rater, on a machine with a keyboard unless told otherwise."""

    def open_as(name="rita", path=RATE, **options):
        page = open_page(**(options or DESKTOP))
        sign_in(page, make_rater(name))
        page.goto(path)
        return page

    return open_as


@pytest.fixture
def faces(transactional_db):
    return [make_waiting_face() for _ in range(8)]


def press(page, keys):
    ready(page)
    for key in keys:
        page.keyboard.press(key)


def ready(page):
    """Wait for the picture: nobody can judge what is not shown yet."""
    image = page.locator(".stage img")
    expect(image).to_be_visible()
    image.evaluate("image => image.decode()")


def saved(page, number):
    expect(page.locator(".strip li")).to_have_count(number)
    sent(page)


def sent(page):
    for _ in range(100):
        if not page.evaluate("localStorage.length"):
            return
        page.wait_for_timeout(50)
    pytest.fail("Votes are still kept in the browser.")


def expected(problems, text):
    problems[:] = [problem for problem in problems if text not in problem]


def ticket_on(page):
    return page.locator("[name=ticket]").input_value()


def scrolls_sideways(page):
    width = page.evaluate("document.documentElement.scrollWidth")
    return width > page.viewport_size["width"]


def assert_no_violations(page):
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()


def test_three_keys_save_a_face_and_show_the_next(open_as, faces):
    page = open_as()
    first = ticket_on(page)

    press(page, "w3g")

    expect(page.get_by_text("Saved: woman, 30s, good.")).to_be_visible()
    expect(page.locator(".count")).to_have_text("2 of 40")
    expect(page.locator(".strip li b")).to_have_text("W3G")
    saved(page, 1)
    assert ticket_on(page) != first
    rating = Rating.objects.get()
    assert (rating.gender, rating.age_bucket, rating.quality) == (
        "woman",
        "30s",
        "good",
    )
    assert 0 < rating.seconds < 60


def test_keys_may_come_in_any_order_and_be_changed(open_as, faces):
    page = open_as()

    press(page, "g32m")
    saved(page, 1)

    rating = Rating.objects.get()
    assert (rating.gender, rating.age_bucket, rating.quality) == ("man", "20s", "good")


def test_one_ends_the_face_and_so_does_a_problem(open_as, faces):
    page = open_as()

    press(page, "1")
    press(page, ["p", "3"])
    saved(page, 2)

    assert Face.objects.filter(status="rejected").count() == 2
    expect(page.locator(".strip li b")).to_have_text(["1", "P"])


def test_problem_that_was_none_is_closed_again(open_as, faces):
    page = open_as()

    press(page, ["p", "Escape", "2"])

    expect(page.get_by_role("radio", name="20s")).to_be_checked()
    assert not Rating.objects.exists()


def test_skin_tone_and_note_go_with_the_vote(open_as, faces):
    page = open_as()

    press(page, ["k", "0", "/"])
    page.keyboard.type("wig, see 3")
    press(page, ["Enter", "u", "5", "t"])
    saved(page, 1)

    rating = Rating.objects.get()
    assert (rating.skin_tone, rating.note) == (10, "wig, see 3")


def test_keys_of_another_alphabet_work_by_their_place(open_as, faces):
    page = open_as()
    ready(page)

    for key, code in (("ц", "KeyW"), ("é", "Digit2"), ("п", "KeyG")):
        page.evaluate(
            "([key, code]) => document.body.dispatchEvent("
            "new KeyboardEvent('keydown', {key, code, bubbles: true}))",
            [key, code],
        )
    saved(page, 1)

    assert Rating.objects.get().age_bucket == "20s"


def test_key_held_down_counts_once(open_as, faces):
    page = open_as()
    ready(page)

    for _ in range(10):
        page.keyboard.down("1")
    page.keyboard.up("1")
    saved(page, 1)

    assert Rating.objects.count() == 1


def test_tab_and_arrows_do_it_too_and_save_with_enter(open_as, faces):
    page = open_as()
    ready(page)

    for row, key in (("Woman", "ArrowRight"), ("Under 25 or unsure", "ArrowLeft")):
        page.get_by_role("radio", name=row).focus()
        page.keyboard.press(key)
    page.get_by_role("radio", name="Good").focus()
    page.keyboard.press("Space")
    assert not Rating.objects.exists()
    page.keyboard.press("Enter")
    saved(page, 1)

    rating = Rating.objects.get()
    assert (rating.gender, rating.age_bucket, rating.quality) == ("man", "50+", "good")


def test_undo_brings_the_face_back(open_as, faces):
    page = open_as()
    first = ticket_on(page)
    press(page, "1")
    saved(page, 1)

    press(page, "z")

    expect(page.get_by_text("Taken back.")).to_be_visible()
    expect(page.locator(".count")).to_have_text("1 of 40")
    assert ticket_on(page) == first
    assert not Rating.objects.standing().exists()
    press(page, "w3g")
    saved(page, 1)
    assert Rating.objects.standing().count() == 1


def test_undo_works_after_a_reload(open_as, faces):
    page = open_as()
    press(page, "w3g")
    saved(page, 1)
    page.reload()

    press(page, ["Backspace"])

    expect(page.locator(".strip li")).to_have_count(0)
    assert not Rating.objects.standing().exists()


def test_skipped_face_is_left_to_somebody_else(open_as, faces):
    page = open_as()
    first = ticket_on(page)

    press(page, "s")

    expect(page.get_by_text("Left to somebody else.")).to_be_visible()
    expect(page.locator("[name=ticket]")).not_to_have_value(first)
    press(page, "w3g")
    saved(page, 1)
    assert Skip.objects.count() == 1
    assert Skip.objects.get().face.key != Rating.objects.get().face.key


@pytest.mark.parametrize("height", [844, 664])
def test_by_touch_on_a_phone(open_as, faces, height):
    page = open_as(viewport={"width": 390, "height": height})

    for word in ("Man", "40s", "Good"):
        page.locator("label", has_text=word).last.tap()
    saved(page, 1)
    ready(page)
    page.get_by_role("button", name="Something’s wrong").tap()
    page.locator("label", has_text="Distressing").tap()
    saved(page, 2)
    page.get_by_role("button", name="Undo").first.tap()
    expect(page.locator(".strip li")).to_have_count(1)

    assert Rating.objects.standing().get().gender == "man"
    assert not scrolls_sideways(page)


def test_votes_without_signal_are_kept_and_sent_later(open_as, faces, problems):
    page = open_as()
    ready(page)
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)

    press(page, "w3g")
    press(page, "m4g")

    expect(page.get_by_text("No signal. 2 votes are kept")).to_be_visible()
    assert not Rating.objects.exists()
    page.context.set_offline(False)
    saved(page, 2)
    assert Rating.objects.count() == 2
    expected(problems, LOST)


def test_kept_votes_survive_a_reload(open_as, faces, problems):
    page = open_as()
    page.route("**/vote/", lambda route: route.abort())
    press(page, "w3g")
    expect(page.get_by_text("No signal. 1 vote is kept")).to_be_visible()
    page.unroute("**/vote/")

    page.reload()

    sent(page)
    press(page, "m2g")
    sent(page)
    assert Rating.objects.count() == 2
    assert len(set(Rating.objects.values_list("face", flat=True))) == 2
    expected(problems, LOST)


def test_vote_whose_answer_was_lost_counts_once(open_as, faces, problems):
    page = open_as()

    def lose_answer(route):
        route.fetch()
        route.abort()

    page.route("**/vote/", lose_answer)
    press(page, "w3g")
    expect(page.get_by_text("No signal. 1 vote is kept")).to_be_visible()
    page.unroute("**/vote/")
    page.evaluate("dispatchEvent(new Event('online'))")
    sent(page)

    expect(page.get_by_text("No signal.")).to_be_hidden()
    assert Rating.objects.count() == 1
    expected(problems, LOST)


def test_vote_that_never_left_is_taken_back_without_signal(open_as, faces, problems):
    page = open_as()
    ready(page)
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    press(page, "w3g")
    expect(page.get_by_text("No signal. 1 vote is kept")).to_be_visible()
    press(page, "m3g")
    expect(page.get_by_text("No signal. 2 votes are kept")).to_be_visible()

    press(page, "z")
    expect(page.get_by_text("No signal. 1 vote is kept")).to_be_visible()

    page.context.set_offline(False)
    saved(page, 1)
    assert Rating.objects.get().gender == "woman"
    expected(problems, LOST)


def test_signed_out_meanwhile_keeps_the_votes(open_as, faces, problems):
    page = open_as()
    ready(page)
    page.context.clear_cookies(name="sessionid")

    press(page, "w3g")

    expect(
        page.get_by_text("You are signed out: sign in again. 1 vote is kept")
    ).to_be_visible()
    expected(problems, "401")


def test_two_raters_at_once_have_different_faces(open_as, faces):
    for _ in range(4):
        make_waiting_face()
    rita, ruth = open_as("rita"), open_as("ruth")
    for page in (rita, ruth):
        ready(page)
        page.wait_for_load_state("networkidle")

    for page in (rita, ruth):
        for _ in range(4):
            press(page, "w3g")
        sent(page)

    assert Rating.objects.count() == 8
    assert Rating.objects.values("face").distinct().count() == 8


def test_same_rater_in_two_tabs_counts_once(open_as, problems):
    make_waiting_face()
    one, two = open_as("rita"), open_as("rita")

    press(one, "w3g")
    expect(one.get_by_role("heading", name="All caught up")).to_be_visible()
    press(two, "w4g")

    expect(two.get_by_text("You have rated this face already.")).to_be_visible()
    assert Rating.objects.get().age_bucket == "30s"
    expected(problems, "409")


def test_face_decided_meanwhile_is_said_and_not_counted(open_as, faces, problems):
    page = open_as()
    ready(page)
    Face.objects.update(status="rejected")

    press(page, "w3g")

    expect(page.get_by_text("This face was decided meanwhile.")).to_be_visible()
    expect(page.locator(".count")).to_have_text("1 of 40")
    expected(problems, "409")


def test_answer_of_a_gold_face_is_told_after_the_vote(open_as, faces):
    gold = issue(make_rater("rita"), make_gold_face(age_bucket="40s"), "gold", 1)
    page = open_as()
    picture = reverse("faces:panel_picture", args=[gold, 512])
    handed = {"faces": [{"ticket": gold, "picture": picture}]}
    page.route("**/next/", lambda route: route.fulfill(json=handed))
    page.reload()
    ready(page)
    page.wait_for_load_state("networkidle")

    press(page, "w3g")
    press(page, "w3g")

    expect(page.get_by_text("The panel said 40s.")).to_be_visible()
    expect(page.locator(".strip li")).to_have_count(2)


def test_forty_faces_end_with_what_they_came_to(open_as, faces, problems):
    for _ in range(38):
        Rating.objects.create(
            face=make_face(),
            rater=make_rater("rita"),
            adult="yes",
            gender="woman",
            age_bucket="30s",
            quality="good",
        )
    page = open_as()
    Rating.objects.update(rated_at="2100-01-01T00:00Z")
    page.reload()

    press(page, "w3g")
    press(page, "w3g")
    page.wait_for_url("**/panel/done/")

    expect(page.get_by_role("heading", name="40 done")).to_be_visible()
    expect(page.get_by_text("You agreed with the panel 100%.")).to_be_visible()
    expect(page.get_by_text("6 more needed: women 30s first.")).to_be_visible()
    assert_no_violations(page)
    expected(problems, "404")  # the faces of before have no pictures


def test_last_face_leads_to_all_caught_up(open_as):
    make_rater("ruth")
    make_waiting_face()
    page = open_as()

    press(page, "w3g")

    expect(page.get_by_role("heading", name="All caught up")).to_be_visible()
    expect(page.get_by_text("1 more waits for somebody other than you")).to_be_visible()
    assert_no_violations(page)


def test_help_shows_approved_faces(open_as, faces):
    example = make_face(picture=True, age_bucket="40s", gender="man")
    page = open_as()

    press(page, "?")

    expect(page.locator(f"img[src='{example.picture_url(256)}']")).to_be_visible()
    assert_no_violations(page)
    page.keyboard.press("?")
    expect(page.locator("dialog")).to_be_hidden()


def test_plain_form_works_without_scripts(open_as, faces):
    page = open_as(**DESKTOP, java_script_enabled=False)

    for word in ("Woman", "30s", "Good"):
        page.get_by_text(word, exact=True).click()
    page.get_by_role("button", name="Save this vote").click()
    expect(page.get_by_text("Saved: woman, 30s, good.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()

    expect(page.get_by_text("Taken back.")).to_be_visible()
    assert not Rating.objects.standing().exists()


@pytest.mark.parametrize("path", ["/panel/", RATE, "/panel/done/", "/panel/sign-in/"])
@pytest.mark.parametrize(
    "options",
    [DESKTOP, {"color_scheme": "dark"}, {"viewport": {"width": 320, "height": 640}}],
    ids=["desktop", "dark", "320"],
)
def test_axe_finds_nothing_and_nothing_scrolls_sideways(open_as, faces, path, options):
    page = open_as(path=path, **options)
    if path == RATE:
        press(page, "w3gw")
        page.keyboard.press("k")
        page.keyboard.press("p")

    assert_no_violations(page)
    assert not scrolls_sideways(page)


def test_right_to_left_keeps_everything_on_the_screen(open_as, faces):
    page = open_as(viewport={"width": 390, "height": 844})
    page.evaluate("document.documentElement.dir = 'rtl'")

    assert not scrolls_sideways(page)
