"""What votes come to: tables, and what must hold for any votes at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faces.consensus import LABELS, Vote, consensus

ADULTS = ["yes", "no", "unknown"]
PROBLEMS = ["none", "unknown", "looks_young", "nudity", "other"]


def vote(rater, gender="woman", age="30s", quality="good", **fields):
    adult, problem = fields.pop("adult", "yes"), fields.pop("problem", "none")
    return Vote(rater, adult, problem, gender, age, quality, **fields)


def lead(rater="lead", **fields):
    return vote(rater, is_lead=True, **fields)


AGREE = [vote(1), vote(2)]
APART = [vote(1, "woman"), vote(2, "man")]
ALL_APART = [*APART, vote(3, "androgynous")]


@pytest.mark.parametrize(
    ("votes", "raters_needed", "status"),
    [
        ([], 2, "unrated"),
        ([vote(1)], 2, "unrated"),
        ([vote(1), vote(1)], 2, "unrated"),
        (AGREE, 2, "approved"),
        (AGREE, 3, "unrated"),
        ([*AGREE, vote(3)], 3, "approved"),
        ([*AGREE, vote(3, "man")], 3, "unrated"),
        ([*AGREE, vote(3, "man"), vote(4, "man")], 2, "unrated"),
        (APART, 2, "unrated"),
        ([*APART, vote(3, "man")], 2, "approved"),
        ([*APART, vote(2, "man")], 2, "unrated"),
        (ALL_APART, 2, "unrated"),
        ([*ALL_APART, lead()], 2, "approved"),
        ([*APART, lead(gender="unknown")], 2, "unrated"),
        ([*ALL_APART, lead("a"), lead("b", gender="man")], 2, "unrated"),
        ([vote(1), vote(2, quality="trainwreck"), vote(3)], 2, "approved"),
        ([vote(1, quality="unusable"), vote(2, quality="unusable")], 2, "rejected"),
        ([vote(1, "unknown"), vote(2, "unknown")], 2, "unrated"),
    ],
)
def test_votes_come_to_a_verdict(votes, raters_needed, status):
    assert consensus(votes, raters_needed).status == status


def test_approved_face_shows_what_most_said():
    votes = [vote(1, age="40s"), vote(2, quality="trainwreck"), vote(3, age="40s")]

    assert consensus(votes, 2).labels == {
        "gender": "woman",
        "age_bucket": "40s",
        "quality": "good",
    }


@pytest.mark.parametrize(
    ("veto", "labels", "reason"),
    [
        ({"adult": "no"}, {"adult": "no"}, "under 25 or unsure"),
        ({"problem": "nudity"}, {"problem": "nudity"}, "nudity"),
        (
            {"adult": "no", "problem": "looks_young"},
            {"adult": "no", "problem": "looks_young"},
            "under 25 or unsure, looks young",
        ),
    ],
)
def test_refusal_says_why(veto, labels, reason):
    verdict = consensus([*AGREE, vote(3, **veto)], 2)

    assert verdict == ("rejected", labels, reason)


any_label = {
    "rater": st.integers(1, 5),
    "gender": st.sampled_from([*LABELS["gender"], "unknown", ""]),
    "age_bucket": st.sampled_from([*LABELS["age_bucket"], "unknown"]),
    "quality": st.sampled_from([*LABELS["quality"], "unknown"]),
    "is_lead": st.booleans(),
}
adults, problems = st.sampled_from(ADULTS), st.sampled_from(PROBLEMS)
few_labels = {
    "rater": st.integers(1, 5),
    "adult": st.just("yes"),
    "problem": st.just("none"),
    "gender": st.sampled_from(["woman", "woman", "man", "unknown"]),
    "age_bucket": st.sampled_from(["30s", "30s", "40s", "unknown"]),
    "quality": st.sampled_from(["good", "good", "trainwreck", "unusable"]),
}
fair_vote = st.builds(Vote, **few_labels)
fair_lead_vote = st.builds(Vote, **few_labels, is_lead=st.just(True))
any_veto = st.builds(
    Vote, **any_label, adult=st.sampled_from(ADULTS[1:]), problem=problems
) | st.builds(Vote, **any_label, adult=adults, problem=st.sampled_from(PROBLEMS[1:]))
any_votes = st.lists(any_veto | fair_vote | fair_lead_vote, max_size=8)
fair_votes = st.lists(fair_vote | fair_lead_vote, max_size=8)
needed = st.integers(2, 4)


@given(any_votes | fair_votes, needed, st.data())
def test_order_decides_nothing(votes, raters_needed, data):
    shuffled = data.draw(st.permutations(votes))

    assert consensus(shuffled, raters_needed) == consensus(votes, raters_needed)


@given(any_votes, any_veto, needed)
def test_one_veto_blocks(votes, veto, raters_needed):
    assert consensus([*votes, veto], raters_needed).status == "rejected"


@given(any_votes | fair_votes, st.lists(any_veto, min_size=1), needed)
def test_more_vetoes_never_approve(votes, vetoes, raters_needed):
    before = consensus(votes, raters_needed).status
    after = consensus([*votes, *vetoes], raters_needed).status

    assert (before, after) != ("unrated", "approved")
    assert after == "rejected"


@given(any_votes | fair_votes, needed)
def test_approved_means_enough_people_who_found_nothing_wrong(votes, raters_needed):
    verdict = consensus(votes, raters_needed)

    if verdict.status == "approved":
        raters = {vote.rater for vote in votes if not vote.is_lead}
        assert len(raters) >= raters_needed
        assert {(vote.adult, vote.problem) for vote in votes} == {("yes", "none")}


@given(any_votes | fair_votes, needed)
def test_unknown_is_never_approved(votes, raters_needed):
    verdict = consensus(votes, raters_needed)

    if verdict.status == "approved":
        assert verdict.labels.keys() == LABELS.keys()
        assert not {"unknown", "unusable", ""} & set(verdict.labels.values())


@given(fair_votes, needed)
def test_label_is_what_enough_people_said_or_the_lead(votes, raters_needed):
    verdict = consensus(votes, raters_needed)

    for name, label in verdict.labels.items():
        alike = [vote for vote in votes if getattr(vote, name) == label]
        by_lead = any(vote.is_lead for vote in alike)
        assert by_lead or len({vote.rater for vote in alike}) >= raters_needed


@given(st.lists(fair_lead_vote, max_size=6), st.lists(fair_vote, max_size=1), needed)
def test_lead_cannot_approve_without_raters(by_lead, by_rater, raters_needed):
    assert consensus([*by_lead, *by_rater], raters_needed).status == "unrated"


@given(fair_votes, any_veto, st.lists(fair_lead_vote, min_size=1), needed)
def test_lead_cannot_overrule_a_veto(votes, veto, by_lead, raters_needed):
    assert consensus([*votes, veto, *by_lead], raters_needed).status == "rejected"
