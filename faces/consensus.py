"""What the panel's votes come to. Pure: the same votes in any order decide the same."""

from collections import Counter
from collections.abc import Collection, Hashable
from typing import NamedTuple

from faces.models import AGE_BUCKETS, GENDERS, QUALITIES

LABELS = {
    "gender": GENDERS,
    "age_bucket": AGE_BUCKETS,
    "quality": [*QUALITIES, "unusable"],
}
"""What a vote must settle, with the values that may settle it."""


class Vote(NamedTuple):
    rater: Hashable
    adult: str
    problem: str
    gender: str = "unknown"
    age_bucket: str = "unknown"
    quality: str = "unknown"
    is_lead: bool = False

    @property
    def is_veto(self) -> bool:
        return self.adult != "yes" or self.problem != "none"


class Verdict(NamedTuple):
    status: str
    """approved, rejected, or unrated while there is more to ask."""
    labels: dict[str, str]
    """What the face shows, as far as that is settled."""
    reason: str = ""


def consensus(votes: Collection[Vote], raters_needed: int) -> Verdict:
    """Decide on a face.

    One veto rejects. Approved is only what `raters_needed` different people called
    clearly adult and free of problems, with a majority of as many for each label.
    Where that does not settle it, the lead's labels do.
    """
    if vetoes := [vote for vote in votes if vote.is_veto]:
        return veto(vetoes)
    raters = {vote.rater for vote in votes if not vote.is_lead}
    if len(raters) < raters_needed:
        return Verdict("unrated", {})
    settled = {name: settle_label(name, votes, raters_needed) for name in LABELS}
    if settled["quality"] == "unusable":
        return Verdict("rejected", {}, reason="unusable")
    if all(settled.values()):
        return Verdict("approved", {k: v for k, v in settled.items() if v})
    return Verdict("unrated", {})


def settle_label(name: str, votes: Collection[Vote], raters_needed: int) -> str | None:
    """The label of the lead, or else of a majority that is large enough; or None."""
    by_lead = {getattr(vote, name) for vote in votes if vote.is_lead}
    if by_lead:
        [label] = by_lead if len(by_lead) == 1 else [None]
        return label if label in LABELS[name] else None
    said = {(vote.rater, getattr(vote, name)) for vote in votes}  # each of them once
    [(label, count)] = Counter(label for _, label in said).most_common(1)
    is_settled = count >= raters_needed and 2 * count > len(said)
    return label if is_settled and label in LABELS[name] else None


def veto(vetoes: Collection[Vote]) -> Verdict:
    labels = {}
    reasons = sorted({vote.problem for vote in vetoes} - {"none", "unknown"})
    if reasons:
        labels["problem"] = reasons[0]
    if any(vote.adult != "yes" for vote in vetoes):
        labels["adult"] = "no"
        reasons.insert(0, "under 25 or unsure")
    return Verdict("rejected", labels, reason=", ".join(reasons).replace("_", " "))
