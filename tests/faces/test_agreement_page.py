"""The agreement page: figures per judgement, per week and per rater."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from faces import charts
from faces.agreement_report import Share, report
from faces.judged import Judged, read_gold, read_votes, said_of
from faces.models import GoldFace, Rating
from tests.make import make_face, make_rater, make_rating, make_waiting

PAGE = "/panel/agreement/"
GOOD = {"adult": "yes", "problem": "none", "gender": "woman"}
YOUNG = {"adult": "no"}


def vote(face=1, rater="ada", said=GOOD, **facts):
    usual = {"purpose": "judge", "round": 1, "day": date(2026, 5, 6), "seconds": 2.0}
    return Judged(face=face, rater=rater, said=said, **usual | facts)


def rater_named(name, votes, gold=None):
    found = report(votes, gold or {})
    return next(rater for rater in found.raters if rater.name == name)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (["yes", "none", "man", "40s", "good"], 5),
        (["yes", "none", "man", "unknown", "unknown"], 3),
        (["no", "none", "unknown", "unknown", "unknown"], {"adult": "no"}),
        (["no", "looks_young", "man", "20s", "good"], {"adult": "no"}),
        (["no", "nudity", "unknown", "unknown", "unknown"], {"problem": "nudity"}),
    ],
)
def test_only_what_was_judged_counts(fields, said):
    found = said_of(*fields)

    assert len(found) == said if isinstance(said, int) else found == said


def test_judgements_are_compared_one_by_one():
    votes = [vote(), vote(rater="bo", said=GOOD | {"gender": "man"})]

    figures = {row.title: row for row in report(votes, {}).overall}

    assert figures["Clearly adult"].agreement == 1
    assert figures["Presented gender"].agreement == 0
    assert figures["Quality"].agreement is None
    assert figures["Quality"].num_faces == 0


def test_faces_of_one_rater_are_votes_but_not_shared():
    found = report([vote(), vote(face=2), vote(face=2, rater="bo")], {})

    assert (found.num_votes, found.num_shared) == (3, 1)


def test_face_counts_in_the_week_of_its_last_vote():
    votes = [vote(day=date(2026, 5, 3)), vote(rater="bo", day=date(2026, 5, 4))]

    assert list(report(votes, {}).weeks) == [date(2026, 5, 4)]


def test_rater_is_compared_with_the_others_of_the_same_face():
    votes = [vote(), vote(rater="bo"), vote(rater="cy", said=GOOD | {"gender": "man"})]

    assert rater_named("ada", votes).panel == Share(5, 6)
    assert rater_named("cy", votes).panel == Share(4, 6)


def test_gold_faces_show_who_sees_rightly_and_what_was_let_through():
    votes = [
        vote(face=face, purpose="gold", said=said)
        for face, said in [(1, GOOD), (2, YOUNG), (3, GOOD), (4, YOUNG)]
    ]

    rater = rater_named("ada", votes, {1: GOOD, 2: YOUNG, 3: YOUNG, 4: GOOD})

    assert rater.gold == Share(2, 4)
    assert rater.let_through == 1


def test_gold_votes_are_no_part_of_agreement():
    votes = [vote(purpose="gold"), vote(rater="bo", purpose="gold")]

    assert report(votes, {1: GOOD}).num_votes == 0


def test_repeats_are_compared_with_the_first_time():
    votes = [
        vote(said=GOOD | {"gender": "man"}, purpose="repeat", round=3),
        vote(),
        vote(purpose="repeat", round=2),
    ]

    assert rater_named("ada", votes).repeats == Share(5, 6)


def test_time_a_face_takes_is_the_median_of_what_is_known():
    votes = [vote(face=n, seconds=s) for n, s in enumerate([1.0, 2.0, 600.0, None])]

    assert rater_named("ada", votes).seconds == 2.0


def test_order_of_votes_does_not_matter():
    votes = [vote(face=n % 3, rater=name) for n, name in enumerate("abcabc")]

    assert report(votes, {}) == report(votes[::-1], {})


def test_line_has_a_gap_where_a_week_is_missing():
    line = charts.line([0, 1, None, 0.5, -2])

    assert len(line.dots) == 4
    assert [len(stroke.split()) for stroke in line.strokes] == [2, 2]
    assert line.dots[0].y == line.dots[3].y == charts.BOTTOM
    assert (line.dots[0].x, line.dots[3].x) == (charts.LEFT, charts.RIGHT)


def test_single_week_stands_in_the_middle():
    assert charts.line([1]).dots == [
        charts.Dot((charts.LEFT + charts.RIGHT) / 2, charts.TOP)
    ]


@pytest.fixture
def lead(client, db):
    client.force_login(make_rater("lena", "lead"))


@pytest.fixture
def judge(lead):
    """Has as many raters as there are genders vote on a new face."""
    raters = [make_rater(name) for name in ("ada", "bo", "cy")]

    def judge(*genders, **fields):
        face = make_waiting()
        for rater, gender in zip(raters, genders, strict=False):
            make_rating(face, rater, gender=gender, **fields)

    return judge


def test_without_votes_it_says_what_is_missing(client, judge):
    page = client.get(PAGE).content.decode()

    assert "Nobody voted in these days." in page


def test_votes_on_different_faces_have_no_agreement_yet(client, judge):
    judge("woman")

    page = client.get(PAGE).content.decode()

    assert "0 faces judged by two raters or more" in page
    assert "No face was judged by two" in page


def test_figures_charts_and_raters_are_shown(client, judge):
    for _ in range(3):
        judge("woman", "woman")
        judge("man", "man")
    judge("woman", "man")

    page = client.get(PAGE).content.decode()

    assert "14 votes; 7 faces judged by two raters or more" in page
    assert "0.73" in page  # 1 - 13 * 2 / (2 * 7 * 7)
    assert "86% agreed, on 7 faces" in page
    assert "<circle" in page
    assert "ada" in page
    assert " style=" not in page


def test_votes_taken_back_and_of_other_days_do_not_count(client, judge):
    judge("woman", "man", undone_at=timezone.now())
    judge("woman", "man", rated_at=timezone.now() - timedelta(weeks=20))

    assert "Nobody voted" in client.get(PAGE).content.decode()


def test_gold_answers_are_read_as_votes_are(db):
    face = make_face()
    GoldFace.objects.create(face=face, adult="no", problem="looks_young")
    make_rating(face, make_rater(), purpose="gold", adult="no")

    [row] = read_votes(Rating.objects.all())

    assert row.said == read_gold()[face.pk] == {"adult": "no"}


def test_wrong_days_are_said(client, judge):
    response = client.get(PAGE, {"first": "soon"})

    assert response.status_code == 400
    assert "From: write the day as 2026-05-31." in response.content.decode()


def test_few_queries_however_many_votes(client, judge, django_assert_max_num_queries):
    for _ in range(10):
        judge("woman", "man", "woman")

    with django_assert_max_num_queries(8):
        client.get(PAGE)
