"""A face's own page in the admin: what happened to it, and to whom that is told."""

import html
import re

import pytest
from django.contrib.auth.models import Permission, User

from faces.deciding import undo
from faces.face_page import command
from faces.models import Report
from faces.scores import scores_in_words
from tests.faces.votes import LEAD, rater, say
from tests.make import make_face, make_waiting

pytestmark = pytest.mark.django_db


@pytest.fixture
def read(client):
    """The words of a face's page, as somebody with these permissions reads them."""

    def read(face, *codenames):
        user, _ = User.objects.get_or_create(username="reader", is_staff=True)
        names = ["view_face", *codenames]
        user.user_permissions.set(Permission.objects.filter(codename__in=names))
        client.force_login(User.objects.get(pk=user.pk))
        page = client.get(f"/admin/faces/face/{face.pk}/change/").content.decode()
        text = re.sub(r"<[^>]+>", " ", page)
        return " ".join(html.unescape(text).split())

    return read


def test_page_tells_what_happened_the_newest_first(read):
    face = make_waiting()
    say(face, "ann", note="Odd light.")
    undo(say(face, "bob", gender="unknown"))
    say(face, "bob")
    face.hide("Reported.")
    Report.objects.create(face=face, reason="looks_young", note="A student of mine?")
    face.show_again("Clearly over thirty.", rater("lea"))

    text = read(face, "decide_face")

    told = [
        "Approved by lea Clearly over thirty.",
        "Report: looks too young (open) by a visitor A student of mine?",
        "Reported by the site Reported.",
        "Approved by bob Agreed by 2 raters.",
        "Vote: woman, 30s, good by bob",
        "Vote: can't tell, 30s, good, taken back by bob",
        "Vote: woman, 30s, good by ann Odd light.",
    ]
    at = [text.index(words) for words in told]
    assert at == sorted(at)
    assert "Visitors may meet it. Its address: /f/" in text


def test_only_the_lead_learns_which_rater_said_what(read):
    face = make_waiting()
    say(face, "ann", gender="man")
    say(face, "bob")
    say(face, "lea", **LEAD)

    told, hidden = read(face, "decide_face"), read(face, "revoke_face")

    assert "Vote: man, 30s, good by ann" in told
    assert "by lea, the lead" in told
    assert "Vote: man, 30s, good by a rater" in hidden
    assert "Approved by a rater" in hidden
    assert not {"ann", "bob", "lea,"}.intersection(hidden.split())


def test_raters_judge_blind_on_this_page_too(read):
    face = make_waiting(scores={"age": 31.4}, proposed_gender="woman")
    say(face, "ann")

    blind = read(face, "rate_face")
    say(face, "bob")
    decided = read(face, "rate_face")

    assert "Raters judge blind" in blind
    assert not re.search("Vote:|31 years|taken for", blind)
    assert "Vote: woman, 30s, good by a rater" in decided
    assert "Age, the mean of three 31 years" in decided


def test_page_shows_what_the_networks_proposed_until_people_decide(read):
    face = make_waiting(proposed_gender="woman")
    assert "Gender unknown taken for woman" in read(face)

    say(face, "ann", gender="man")
    say(face, "bob", gender="man")
    assert "taken for" not in read(face)


def test_face_that_nobody_has_seen_says_so(read):
    text = read(make_waiting())

    assert "Nothing yet: it was drawn on 1 May 2026 and waits for the panel." in text
    assert "Nobody meets it before the panel has decided." in text


def test_page_is_for_those_who_may_see_faces(client):
    client.force_login(User.objects.create_user("nobody", is_staff=True))

    response = client.get(f"/admin/faces/face/{make_face().pk}/change/")

    assert response.status_code == 403


def test_what_people_wrote_is_only_text(client):
    face = make_face()
    evil = "<script>alert(1)</script>"
    Report.objects.create(face=face, reason="other", note=evil)
    say(face, evil, adult="no", note=evil)
    client.force_login(User.objects.create_superuser("boss"))

    page = client.get(f"/admin/faces/face/{face.pk}/change/").content.decode()

    assert evil not in page
    assert html.escape(evil) in page


def test_command_names_the_whole_recipe():
    steered = make_waiting(seed=7, edit="age +1.00 by 0123abcd")

    assert command(make_face(seed=1234)) == (
        "python manage.py generate_faces --network tiny --seeds 1234 --psi 0.7"
    )
    assert command(steered).endswith("--psi 0.7 --edit 'age +1.00 by 0123abcd'")


def test_page_asks_the_database_as_often_for_a_long_history(
    client, django_assert_max_num_queries
):
    face = make_waiting()
    for name in "abcdef":
        say(face, name, gender="unknown")
    client.force_login(User.objects.create_superuser("boss"))

    with django_assert_max_num_queries(14):
        client.get(f"/admin/faces/face/{face.pk}/change/")


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("fp18", 0.0, "0%"),
        ("fp18", 0.004, "under 1%"),
        ("dp18", 0.126, "13%"),
        ("deep18", 0.995, "over 99%"),
        ("age", 36.4, "36 years"),
        ("male", 0.04, "woman, 96% sure"),
        ("male", 0.999, "man, over 99% sure"),
        ("det", 0.4, "not so surely (0.4)"),
        ("ita", -21.7, "-22°, lower is darker"),
        ("skin", 0.62, "medium (0.62 from 0 to 2)"),
        ("skin", 2.4, "dark (2.40 from 0 to 2)"),
        ("charm", 3.5, "3.5"),
    ],
)
def test_scores_are_told_in_words(name, value, words):
    [(_, told)] = scores_in_words({name: value})

    assert told == words
