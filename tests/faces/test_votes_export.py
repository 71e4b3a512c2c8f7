"""Leads take the votes away as a CSV file."""

import codecs
import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from faces.models import Rating
from faces.votes_csv import COLUMNS, FORMULA_STARTS, cell
from tests.make import make_rater, make_rating, make_waiting
from texts.csv_files import FORMULA_STARTS as SHEET_STARTS
from texts.csv_files import write_text

pytestmark = pytest.mark.django_db

VOTES = "/panel/votes.csv"


@pytest.fixture
def download(client):
    """Rows as a spreadsheet would read them."""
    client.force_login(make_rater("lena", "lead"))

    def download(**days):
        text = client.get(VOTES, days).getvalue().decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text, newline="")))

    return download


def test_each_vote_is_a_row(download):
    face = make_waiting(seed=77, key="abcdefghijk")
    made = datetime(2026, 5, 4, 13, 5, 9, tzinfo=UTC)
    rating = make_rating(
        face, make_rater("bo"), note="Nice hat", seconds=2.5, skin_tone=4, rated_at=made
    )

    [row] = download(first="2026-05-01", last="2026-05-31")

    assert list(row) == list(COLUMNS)
    assert (
        row
        | {
            "face": face.key,
            "network": "tiny",
            "seed": "77",
            "psi": "0.7000",
            "rater": "bo",
            "round": "1",
            "purpose": "judge",
            "adult": "yes",
            "problem": "none",
            "gender": "woman",
            "note": "Nice hat",
            "skin_tone": "4",
            "seconds": "2.5",
            "rated_at": "2026-05-04T13:05:09+00:00",
            "undone_at": "",
        }
        == row
    )
    assert str(rating.rater) == row["rater"]


def test_vote_that_was_taken_back_says_so(download):
    make_rating(undone_at=timezone.now())

    assert download()[0]["undone_at"]


def test_both_days_are_included_and_no_other(download):
    for day in range(1, 6):
        for hour in (0, 23):
            made = datetime(2026, 5, day, hour, 59, tzinfo=UTC)
            make_rating(rated_at=made, note=f"{day}")

    rows = download(first="2026-05-02", last="2026-05-04")

    assert [row["note"] for row in rows] == ["2", "2", "3", "3", "4", "4"]


def test_twelve_weeks_are_taken_unless_told_otherwise(download):
    make_rating(rated_at=timezone.now() - timedelta(weeks=13), note="old")
    make_rating(note="new")

    assert [row["note"] for row in download()] == ["new"]


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1"]
)
def test_text_that_looks_like_a_formula_stays_text(download, text):
    make_rating(note=text)

    assert download()[0]["note"] == f"'{text}"


@pytest.mark.parametrize("start", {*FORMULA_STARTS, *SHEET_STARTS})
def test_votes_and_sheets_of_lines_take_the_same_for_formulas(start):
    assert cell(f"{start}1") == write_text(f"{start}1") == f"'{start}1"


def test_file_says_that_it_is_in_utf_8(client):
    client.force_login(make_rater(role="lead"))

    assert client.get(VOTES).getvalue().startswith(codecs.BOM_UTF8)


@pytest.mark.parametrize("value", [-1.5, None, 3, "a=b", "'quoted'", ""])
def test_other_values_stay_as_they_are(value):
    assert cell(value) == value


def test_commas_quotes_and_line_breaks_stay_in_their_cell(download):
    note = 'She said "no",\nthen yes; ça va'
    make_rating(note=note)

    assert download()[0]["note"] == note


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ({"first": "yesterday"}, "From: write the day as 2026-05-31."),
        ({"last": "2026-13-01"}, "To: write the day as 2026-05-31."),
        ({"first": "2026-05-02", "last": "2026-05-01"}, "From must be no later"),
        ({"first": "9999-12-31", "last": "9999-12-31"}, "From must be no later"),
    ],
)
def test_days_that_make_no_sense_are_said_and_kept(client, days, said):
    client.force_login(make_rater(role="lead"))

    response = client.get(VOTES, days)

    assert response.status_code == 400
    assert said in response.content.decode()
    assert all(f'value="{day}"' in response.content.decode() for day in days.values())


def test_file_is_named_after_its_days_and_kept_nowhere(client):
    client.force_login(make_rater(role="lead"))

    response = client.get(VOTES, {"first": "2026-05-01", "last": "2026-05-31"})

    assert "votes-2026-05-01-to-2026-05-31.csv" in response["Content-Disposition"]
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert "no-store" in response["Cache-Control"]


def test_file_is_written_line_by_line(client, django_assert_max_num_queries):
    client.force_login(make_rater(role="lead"))
    rating = make_rating()
    faces = [make_waiting() for _ in range(50)]
    Rating.objects.bulk_create(
        Rating(face=face, rater=rating.rater, adult="yes") for face in faces
    )

    with django_assert_max_num_queries(5):
        response = client.get(VOTES)
        assert response.streaming
        assert len(list(response)) == 1 + 1 + 1 + 50
