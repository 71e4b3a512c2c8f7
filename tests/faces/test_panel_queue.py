"""Who gets which face next, and why there may be none."""

import random
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from faces import panel
from faces.checks import draw_check
from faces.models import Face, Rating, Skip
from faces.panel import hand_out, lend
from faces.tickets import issue, read
from faces.voting import cast, leave, take_back
from faces.waiting import most_needed, why_nothing
from tests.make import make_face, make_gold_face, make_rater, make_waiting_face

VOTE = {
    "adult": "yes",
    "problem": "none",
    "gender": "woman",
    "age_bucket": "30s",
    "quality": "good",
}


class Dice:
    """In the place of chance: 0 draws gold, 0.06 a repeat, 1 nothing."""

    def __init__(self, value):
        self.value = value

    def random(self):
        return self.value


NO_CHECK, GOLD, REPEAT = Dice(1), Dice(0), Dice(0.06)


def vote(rater, face, **answers):
    return cast(issue(rater, face, "judge", 1), rater, VOTE | answers)


def next_face(rater):
    [handed] = hand_out(rater, 1, rng=NO_CHECK)
    return handed.face


def long_ago():
    Rating.objects.update(rated_at=timezone.now() - timedelta(days=10))


def test_thinnest_cell_comes_first(rita):
    make_face(gender="woman")
    make_waiting_face(gender="woman")
    rare = make_waiting_face(gender="man", age_bucket="50+")

    assert next_face(rita) == rare
    assert most_needed(rita) == "men 50+"


def test_face_of_no_known_cell_comes_last(rita):
    make_waiting_face(gender="unknown")
    make_face(gender="woman")
    known = make_waiting_face(gender="woman")

    assert next_face(rita) == known


def test_face_that_has_a_vote_comes_before_a_fresh_one(rita, ruth):
    make_waiting_face()
    begun = make_waiting_face()
    vote(ruth, begun)

    assert next_face(rita) == begun


def test_rater_never_gets_a_face_twice(rita):
    face = make_waiting_face()

    vote(rita, face)

    assert hand_out(rita, 5) == []


def test_skipped_face_goes_to_somebody_else(rita, ruth):
    face = make_waiting_face()
    [handed] = hand_out(rita, 1, rng=NO_CHECK)

    leave(handed.ticket, rita)

    assert hand_out(rita, 1) == []
    assert next_face(ruth) == face


def test_third_rater_is_asked_where_two_disagree_and_then_the_lead(rita, ruth):
    face = make_waiting_face()
    vote(rita, face, gender="woman")
    vote(ruth, face, gender="man")
    rosa, rhea = make_rater("rosa"), make_rater("rhea")

    assert next_face(rosa) == face
    vote(rosa, face, gender="androgynous")

    assert hand_out(rhea, 1) == []
    assert why_nothing(rhea)["num_for_lead"] == 1


def test_lent_face_is_nobody_elses_for_five_minutes(rita, ruth, clock):
    face = make_waiting_face()
    lend(rita, 1)

    assert hand_out(ruth, 1) == []
    clock.shift(timedelta(minutes=5, seconds=1))
    assert next_face(ruth) == face


def test_without_the_lease_two_raters_get_the_same_face(rita, ruth, monkeypatch):
    make_waiting_face()
    monkeypatch.setattr(panel, "free_for", lambda rater, now: Q(pk__gt=0))

    assert lend(rita, 1) == lend(ruth, 1)


def test_reload_gives_the_same_face_again(rita):
    make_waiting_face(gender="man")
    first = next_face(rita)
    make_waiting_face(gender="man", age_bucket="50+")

    assert next_face(rita) == first


def test_faces_that_the_rater_holds_are_not_handed_out_again(rita):
    faces = [make_waiting_face() for _ in range(3)]

    handed = hand_out(rita, 5, held=[faces[0].key], rng=NO_CHECK)

    assert {item.face for item in handed} == set(faces[1:])


def test_face_whose_picture_is_lost_is_passed_over(rita):
    make_waiting_face(picture=False)
    there = make_waiting_face()

    assert next_face(rita) == there


def test_taken_back_face_comes_first(rita):
    faces = [make_waiting_face() for _ in range(3)]
    vote(rita, faces[2])

    take_back(issue(rita, faces[2], "judge", 1), rita)

    assert next_face(rita) == faces[2]


def test_why_there_is_nothing(rita, ruth):
    mine = make_waiting_face()
    vote(rita, mine)
    make_waiting_face()
    lend(ruth, 1, held=[mine.key])

    assert why_nothing(rita) == {
        "num_lent": 1,
        "minutes": 5,
        "num_for_others": 1,
        "num_for_lead": 0,
    }


def test_what_everybody_skipped_waits_for_the_lead_alone(rita, ruth):
    face = make_waiting_face()
    for rater in (rita, ruth):
        Skip.objects.create(face=face, rater=rater)

    assert why_nothing(rita)["num_for_others"] == 0
    assert why_nothing(rita)["num_for_lead"] == 1


def test_gold_face_is_handed_out_now_and_then_and_once(rita):
    gold = make_gold_face()
    make_waiting_face()

    handed = hand_out(rita, 1, rng=GOLD)
    cast(handed[0].ticket, rita, VOTE)

    assert handed[0].face == gold
    assert gold not in [item.face for item in hand_out(rita, 1, rng=GOLD)]


def test_about_one_face_in_twenty_is_gold(rita):
    make_gold_face()
    rng = random.Random(1)

    checks = [draw_check(rita, set(), rng) for _ in range(1000)]

    assert 30 < sum(check is not None for check in checks) < 70  # sigma 6.9


def test_nobody_is_checked_where_nothing_is_left_to_judge(rita):
    make_gold_face()

    assert hand_out(rita, 3, rng=GOLD) == []


def test_gold_face_that_was_revoked_is_not_shown(rita):
    make_gold_face().revoke("Reported.")
    make_waiting_face()

    assert len(hand_out(rita, 1, rng=GOLD)) == 1


def test_repeat_is_a_face_judged_days_ago(rita, ruth):
    face = make_waiting_face()
    vote(rita, face)
    vote(ruth, face)
    make_waiting_face()
    assert len(hand_out(rita, 1, rng=REPEAT)) == 1

    long_ago()
    handed = hand_out(rita, 1, rng=REPEAT)

    assert handed[0].face == face
    assert read(handed[0].ticket, rita)[1:] == ("repeat", 2)


def test_every_repeat_is_a_round_of_its_own(rita, ruth):
    face = make_waiting_face()
    vote(rita, face)
    vote(ruth, face)
    make_waiting_face()

    for number in (2, 3):
        long_ago()
        handed = hand_out(rita, 1, rng=REPEAT)
        assert cast(handed[0].ticket, rita, VOTE).round == number

    assert Face.objects.get(pk=face.pk).status == "approved"
