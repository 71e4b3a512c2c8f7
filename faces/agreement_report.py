"""What the agreement page shows: figures per judgement, per week and per rater. Pure."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import NamedTuple, TypeVar

from faces.agreement import Distance, agreement, alpha, nominal, ordinal
from faces.judged import Judged, Said

SOLID, TENTATIVE = 0.8, 0.667
"""Bounds of alpha that Krippendorff names: below the second, conclude nothing."""
T = TypeVar("T")
K = TypeVar("K", bound=Hashable)
Faces = Collection[Sequence[Judged]]
"""The votes on each face."""


class Judgement(NamedTuple):
    name: str
    title: str
    distance: Distance = nominal


JUDGEMENTS = [
    Judgement("adult", "Clearly adult"),
    Judgement("problem", "Problem"),
    Judgement("gender", "Presented gender"),
    Judgement("age_bucket", "Age", ordinal),
    Judgement("quality", "Quality"),
]


@dataclass(frozen=True)
class Figures:
    """How far raters agree on one judgement."""

    title: str
    alpha: float | None
    agreement: float | None
    num_faces: int

    @property
    def strength(self) -> str:
        if self.alpha is None:
            return "unknown"
        if self.alpha >= SOLID:
            return "solid"
        return "tentative" if self.alpha >= TENTATIVE else "weak"


class Share(NamedTuple):
    part: int
    whole: int

    @property
    def ratio(self) -> float | None:
        return self.part / self.whole if self.whole else None


@dataclass(frozen=True)
class RaterFigures:
    name: str
    num_votes: int
    panel: Share
    """Judgements made as the other raters of the same face made them."""
    gold: Share
    """Gold faces judged rightly in everything."""
    let_through: int
    """Gold faces to be refused that the rater passed."""
    repeats: Share
    """Judgements made as the rater made them before."""
    seconds: float | None


@dataclass(frozen=True)
class AgreementReport:
    num_votes: int
    num_shared: int
    overall: list[Figures]
    weeks: dict[date, list[Figures]]
    """By its Monday; a face counts in the week of its last vote."""
    raters: list[RaterFigures]


def report(votes: Sequence[Judged], gold: Mapping[int, Said]) -> AgreementReport:
    judged = [vote for vote in votes if vote.purpose == "judge"]
    by_face = grouped(judged, lambda vote: vote.face)
    shared = [face for face in by_face.values() if len(face) > 1]
    weeks = grouped(shared, week_of)
    return AgreementReport(
        num_votes=len(judged),
        num_shared=len(shared),
        overall=figures(shared),
        weeks={monday: figures(weeks[monday]) for monday in sorted(weeks)},
        raters=[
            rater_figures(name, own, by_face, gold)
            for name, own in sorted(grouped(votes, lambda vote: vote.rater).items())
        ],
    )


def grouped(things: Iterable[T], key: Callable[[T], K]) -> dict[K, list[T]]:
    groups = defaultdict(list)
    for thing in things:
        groups[key(thing)].append(thing)
    return groups


def week_of(face: Sequence[Judged]) -> date:
    last = max(vote.day for vote in face)
    return last - timedelta(days=last.weekday())


def figures(faces: Faces) -> list[Figures]:
    """Agreement on every judgement; a face counts where two judged it."""
    found = []
    for judgement in JUDGEMENTS:
        name = judgement.name
        units = [
            [vote.said[name] for vote in face if name in vote.said] for face in faces
        ]
        num_faces = sum(len(unit) > 1 for unit in units)
        of_alpha = alpha(units, judgement.distance)
        found.append(Figures(judgement.title, of_alpha, agreement(units), num_faces))
    return found


def rater_figures(
    name: str,
    votes: Sequence[Judged],
    by_face: Mapping[int, Sequence[Judged]],
    gold: Mapping[int, Said],
) -> RaterFigures:
    judged = [vote for vote in votes if vote.purpose == "judge"]
    others = [
        (vote.said, other.said)
        for vote in judged
        for other in by_face[vote.face]
        if other.rater != name
    ]
    tested = [
        (vote.said, gold[vote.face])
        for vote in votes
        if vote.purpose == "gold" and vote.face in gold
    ]
    seconds = [vote.seconds for vote in votes if vote.seconds is not None]
    return RaterFigures(
        name=name,
        num_votes=len(judged),
        panel=alike(others),
        gold=Share(sum(is_right(*pair) for pair in tested), len(tested)),
        let_through=sum(passes(said) > passes(known) for said, known in tested),
        repeats=alike(repeats(votes)),
        seconds=median(seconds) if seconds else None,
    )


def alike(pairs: Iterable[tuple[Said, Said]]) -> Share:
    """Count the judgements that both made, and those that they made alike."""
    counts = Counter(
        one[name] == other[name]
        for one, other in pairs
        for name in one
        if name in other
    )
    return Share(counts[True], counts.total())


def is_right(said: Said, known: Said) -> bool:
    return all(said.get(name) == value for name, value in known.items())


def passes(said: Said) -> bool:
    return said.get("adult") == "yes" and said.get("problem") == "none"


def repeats(votes: Iterable[Judged]) -> list[tuple[Said, Said]]:
    """What one rater said of the same face, the first time and each time after."""
    by_face = grouped(votes, lambda vote: vote.face).values()
    in_order = [sorted(face, key=lambda vote: vote.round) for face in by_face]
    return [
        (face[0].said, vote.said)
        for face in in_order
        for vote in face[1:]
        if vote.purpose == "repeat"
    ]
