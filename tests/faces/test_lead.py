"""The lead settles what the raters left open, and never overrules a veto."""

import threading

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from faces import answering, deciding
from faces.chores import faces_to_decide
from faces.deciding import CannotRate
from faces.lead_queues import cases, disputed, left_over, refused, reported
from faces.models import Face, FaceEvent, Rating, Report, Skip
from tests.make import (
    make_conflict,
    make_face,
    make_rater,
    make_rating,
    make_report,
    make_waiting,
)

pytestmark = pytest.mark.django_db

LEAD = "/panel/lead/"
LABELS = {"gender": "woman", "age_bucket": "30s", "quality": "good"}


@pytest.fixture
def lead(client):
    lead = make_rater("lena", "lead")
    client.force_login(lead)
    return lead


@pytest.fixture
def press(client, lead):
    """Presses a button of the lead's page; returns the page that comes then."""

    def press(name, *args, **data):
        url = reverse(f"faces:{name}", args=args)
        return client.post(url, data, follow=True)

    return press


def text_of(response):
    return " ".join(response.content.decode().split())


def status_of(face):
    face.refresh_from_db()
    return face.status


def last_reason(face):
    return face.events.first().reason


def make_refused(**veto):
    face = make_waiting()
    deciding.rate(face.pk, make_rater(), **({"adult": "no"} | veto))
    return face


# --- Who may


@pytest.mark.parametrize("name", ["lead", "agreement", "votes"])
def test_raters_are_kept_out(client, name):
    client.force_login(make_rater())

    assert client.get(reverse(f"faces:{name}")).status_code == 403


def test_raters_cannot_decide(client):
    client.force_login(make_rater())
    face = make_conflict()

    assert client.post(f"{LEAD}{face.pk}/decide/", LABELS).status_code == 403
    assert status_of(face) == "unrated"


def test_strangers_are_asked_to_sign_in(client):
    assert client.get(LEAD).status_code == 302


def test_lead_sees_the_pictures_of_decided_faces_and_raters_do_not(client, lead):
    face = make_face(picture=True)
    url = reverse("faces:waiting_picture", args=[face.pk, 256])
    assert client.get(url).status_code == 200

    client.force_login(make_rater())

    assert client.get(url).status_code == 404


# --- Conflicts


def test_conflict_is_shown_with_every_vote_and_note(client, lead):
    face = make_conflict()
    make_rating(face, make_rater("bo"), note="Look at the jaw.")

    page = text_of(client.get(LEAD))

    assert "Look at the jaw." in page
    assert all(vote.rater.username in page for vote in face.ratings.all())
    assert "androgynous" in page


@pytest.mark.parametrize("genders", [["woman"], ["woman", "man"]])
def test_face_that_wants_another_rater_is_no_conflict(genders):
    make_conflict(*genders)

    assert not disputed()


def test_vote_taken_back_and_other_purposes_make_no_conflict():
    face = make_conflict("woman", "man")
    make_rating(face, undone_at=timezone.now())
    make_rating(face, purpose="gold")

    assert not disputed()


def test_what_the_raters_agree_on_is_filled_in(lead):
    make_conflict()

    [case] = cases(disputed())

    assert case.settled == {"age_bucket": "30s", "quality": "good"}
    assert [row.title for row in case.rows if row.differs] == ["Gender"]


def test_word_of_the_lead_approves(press, lead):
    face = make_conflict()

    page = text_of(press("decide", face.pk, **LABELS, note="Sure."))

    assert f"Face {face.key} is approved." in page
    assert status_of(face) == "approved"
    assert face.gender == "woman"
    word = face.ratings.get(purpose="lead")
    assert (word.rater, word.round, word.note) == (lead, 0, "Sure.")
    assert last_reason(face) == "Settled by the lead."


def test_missing_label_is_asked_for_and_the_note_is_kept(press):
    face = make_conflict()

    response = press("decide", face.pk, age_bucket="30s", quality="good", note="Hm.")

    assert response.status_code == 400
    assert "Pick a gender." in text_of(response)
    assert 'value="Hm."' in text_of(response)
    assert status_of(face) == "unrated"


def test_lead_refuses(press):
    face = make_conflict()

    press("refuse", face.pk, problem="real_person", note="A politician.")

    assert status_of(face) == "rejected"
    assert face.problem == "real_person"
    assert last_reason(face).startswith("Refused by the lead:")


def test_refusal_needs_a_reason(press):
    face = make_conflict()

    response = press("refuse", face.pk, note="No.")

    assert response.status_code == 400
    assert "Say why." in text_of(response)
    assert status_of(face) == "unrated"


def test_unusable_is_a_refusal(press):
    face = make_conflict()

    press("decide", face.pk, **LABELS | {"quality": "unusable"})

    assert status_of(face) == "rejected"
    assert last_reason(face) == "Refused by the lead: unusable."


def test_second_lead_hears_who_was_faster(press):
    face = make_conflict()
    deciding.decide(face.pk, make_rater("otto", "lead"), adult="yes", **LABELS)

    page = text_of(press("decide", face.pk, **LABELS | {"gender": "man"}))

    assert "Decided meanwhile by otto: it is approved now." in page
    assert status_of(face) == "approved"
    assert face.gender == "woman"


def test_lead_never_approves_what_a_rater_vetoed(press):
    face = make_refused()

    page = text_of(press("decide", face.pk, **LABELS))

    assert "Decided meanwhile" in page
    assert status_of(face) == "rejected"
    assert not face.ratings.filter(purpose="lead")


def test_veto_that_decided_nothing_yet_is_not_overruled(lead):
    face = make_conflict()
    make_rating(face, adult="no")

    deciding.decide(face.pk, lead, adult="yes", **LABELS)

    assert status_of(face) == "rejected"
    assert last_reason(face) == "Refused by the panel: under 25 or unsure."


def test_lead_does_not_stand_in_for_a_rater(lead):
    face = make_conflict("woman")

    with pytest.raises(CannotRate, match="too few raters"):
        deciding.decide(face.pk, lead, adult="yes", **LABELS)

    assert status_of(face) == "unrated"
    assert not face.ratings.filter(purpose="lead")


def test_lead_takes_a_word_back(press, client):
    face = make_conflict()
    press("decide", face.pk, **LABELS)
    assert "You decided" in text_of(client.get(LEAD))

    press("take_back", face.ratings.get(purpose="lead").pk)

    assert status_of(face) == "unrated"
    assert last_reason(face) == "The lead took the decision back."
    assert face in disputed()


def test_word_of_another_lead_is_not_mine_to_take_back(press):
    face = make_conflict()
    word = deciding.decide(face.pk, make_rater("otto", "lead"), adult="yes", **LABELS)

    response = press("take_back", word.pk)

    assert response.status_code == 404
    assert status_of(face) == "approved"


# --- Nobody left


def test_face_that_everybody_skipped_goes_to_the_lead(lead):
    face, rater = make_waiting(), make_rater()
    Skip.objects.create(face=face, rater=rater)
    assert face not in left_over(), "the lead could still vote"

    Skip.objects.create(face=face, rater=lead)

    assert face in left_over()


def test_somebody_who_may_no_longer_rate_is_not_waited_for(lead):
    face, former = make_waiting(), make_rater()
    Skip.objects.create(face=face, rater=lead)

    former.groups.clear()

    assert face in left_over()


def test_two_raters_who_disagree_and_nobody_else_leave_it_to_the_lead(press, lead):
    face = make_conflict("woman", "man")
    Skip.objects.create(face=face, rater=lead)
    assert face in left_over()

    press("decide", face.pk, **LABELS)

    assert status_of(face) == "approved"


def test_lead_is_told_of_faces_in_conflict_and_of_those_left_over(client, lead):
    make_conflict()
    left = make_waiting()
    for rater in User.objects.all():
        Skip.objects.create(face=left, rater=rater)

    sentence, address = faces_to_decide(lead)

    assert sentence == "2 faces need the lead's word."
    assert address == LEAD


def test_those_who_skipped_are_asked_again(press, lead):
    face = make_waiting()
    Skip.objects.create(face=face, rater=lead)

    page = text_of(press("ask_again", face.pk))

    assert "shown again to 1 rater" in page
    assert not left_over()


# --- Refused


def test_veto_is_shown_until_the_lead_has_seen_it(press, client):
    face = make_refused(problem="hateful", note="A sign in the back.")
    assert "A sign in the back." in text_of(client.get(LEAD))

    page = text_of(press("confirm_seen", faces=[face.pk]))

    assert "you have seen 1 refused face" in page
    assert face not in refused()
    assert status_of(face) == "rejected"


def test_page_says_that_a_veto_is_final(client, lead):
    make_refused()

    page = text_of(client.get(LEAD))

    assert "nobody can approve these faces any more, the lead included" in page


def test_veto_is_found_beside_votes_that_passed_the_face():
    passed_before = make_refused()
    make_rating(passed_before)
    face = make_rating().face
    deciding.rate(face.pk, make_rater(), adult="yes", problem="nudity")
    make_rating(face)

    assert list(refused()) == [face, passed_before]


def test_face_without_a_standing_veto_of_a_rater_is_not_among_the_refused():
    face = make_rating(adult="no", undone_at=timezone.now()).face
    make_rating(face)
    make_rating(face, adult="no", purpose="gold")
    face.reject("By screening.")

    assert not refused()


def test_newest_refusal_comes_first():
    faces = [make_refused() for _ in range(3)]

    assert list(refused()) == faces[::-1]


def test_only_refused_faces_are_noted_and_only_once(press, lead):
    face, other = make_refused(), make_conflict()

    press("confirm_seen", faces=[face.pk, other.pk])
    press("confirm_seen", faces=[face.pk])

    assert [event.face for event in FaceEvent.objects.filter(by=lead)] == [face]


def test_refusal_by_the_lead_needs_no_second_look(press):
    face = make_conflict()

    press("refuse", face.pk, problem="nudity")

    assert not refused()


def test_garbled_list_of_seen_faces_changes_nothing(press):
    make_refused()

    page = text_of(press("confirm_seen", faces=["x"]))

    assert "Nothing was noted" in page
    assert refused().count() == 1


# --- Reports


def test_report_is_shown_with_a_veiled_picture(client, lead):
    make_report(note="My cousin.", source="operator")

    page = text_of(client.get(LEAD))

    assert "My cousin." in page
    assert "an operator" in page
    assert 'class="veil"' in page


def test_lead_shows_a_face_again_and_the_report_is_closed(press, lead):
    report = make_report()

    press("show_again", report.face.pk, last_report=report.pk, note="She is 60.")

    assert status_of(report.face) == "approved"
    report.refresh_from_db()
    assert (report.outcome, report.closed_by) == ("dismissed", lead)
    assert report.face.events.first().reason == (
        "The lead found nothing wrong: She is 60."
    )


def test_lead_revokes_a_reported_face(press):
    report = make_report()

    press("revoke", report.face.pk, last_report=report.pk)

    assert status_of(report.face) == "revoked"
    assert Report.objects.get().outcome == "revoked"
    assert not reported()


def test_report_that_came_meanwhile_is_read_first(press):
    first = make_report()
    make_report(first.face, reason="nudity")

    page = text_of(press("show_again", first.face.pk, last_report=first.pk))

    assert "Somebody else reported it meanwhile" in page
    assert status_of(first.face) == "reported"
    assert Report.objects.filter(outcome="open").count() == 2


def test_reported_face_with_a_veto_is_not_shown_again(press, client):
    report = make_report()
    make_rating(report.face, adult="no")
    assert "Show it again" not in text_of(client.get(LEAD))

    page = text_of(press("show_again", report.face.pk, last_report=report.pk))

    assert answering.VETO_STANDS in page
    assert status_of(report.face) == "reported"


def test_second_lead_does_not_show_what_the_first_revoked(press):
    report = make_report()
    answering.revoke(report.face.pk, make_rater("otto", "lead"), "")

    page = text_of(press("show_again", report.face.pk, last_report=report.pk))

    assert "Decided meanwhile by otto: it is revoked now." in page
    assert status_of(report.face) == "revoked"


def test_report_of_a_face_that_is_gone_is_laid_aside(press, client):
    face = make_face()
    face.revoke("By hand.")
    Report.objects.create(face=face, reason="nudity")
    assert "Lay the report aside" in text_of(client.get(LEAD))

    press("close_reports", face.pk)

    assert Report.objects.get().outcome == "revoked"


def test_report_of_a_hidden_face_is_not_laid_aside_unanswered(press):
    report = make_report()

    page = text_of(press("close_reports", report.face.pk))

    assert "show it again, or revoke it" in page
    assert Report.objects.get().outcome == "open"


def test_note_that_is_too_long_is_kept_and_said(press):
    report = make_report()

    response = press("revoke", report.face.pk, last_report=report.pk, note="n" * 151)

    assert response.status_code == 400
    assert "at most 150 characters" in text_of(response)
    assert "n" * 151 in text_of(response)
    assert status_of(report.face) == "reported"


# --- The page as a whole


def test_empty_queues_say_so(client, lead):
    page = text_of(client.get(LEAD))

    assert "No report is open." in page
    assert "Nothing waits for your word." in page
    assert "You have seen all that was refused." in page


def test_long_queues_are_shown_in_part(client, lead):
    for _ in range(13):
        make_conflict()

    assert "1 more comes up when these are done." in text_of(client.get(LEAD))


def test_page_asks_as_much_of_the_database_for_ten_faces_as_for_one(
    client, lead, django_assert_max_num_queries
):
    for _ in range(10):
        make_conflict()
        make_report()
        make_refused()

    with django_assert_max_num_queries(30):
        client.get(LEAD)


@pytest.mark.parametrize("path", ["9/decide/", "9/revoke/", "9/ask-again/"])
def test_face_that_does_not_exist_is_not_found(client, lead, path):
    assert client.post(f"{LEAD}{path}", {"last_report": 0}).status_code == 404


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", range(5))
def test_two_leads_at_once_decide_once(turn):
    face = make_conflict()
    leads = [make_rater(role="lead") for _ in range(2)]
    start, said = threading.Barrier(2), []

    def decide(lead, gender):
        client = Client()
        client.force_login(lead)
        start.wait()
        url = reverse("faces:decide", args=[face.pk])
        said.append(text_of(client.post(url, LABELS | {"gender": gender}, follow=True)))
        connection.close()

    threads = [
        threading.Thread(target=decide, args=pair)
        for pair in zip(leads, ("woman", "man"), strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert status_of(face) == "approved"
    assert sum("Decided meanwhile" in page for page in said) == 1
    assert Rating.objects.get(purpose="lead").gender == face.gender
    assert Face.objects.servable().count() == 1
