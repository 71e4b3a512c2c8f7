"""A face's own page in the admin: what it shows, where it comes from, what happened to it."""

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser, User

from faces.models import Face, FaceEvent, Rating, Report
from faces.scores import scores_in_words

STATE = {
    "unrated": "Nobody meets it before the panel has decided.",
    "approved": "Visitors may meet it.",
    "reported": "Hidden until the lead has looked.",
    "rejected": "Refused: nobody meets it.",
    "revoked": "Hidden for good, everywhere.",
}


@dataclass(frozen=True)
class Moment:
    """One thing that happened to a face."""

    at: datetime
    kind: str
    """event, vote or report: how it looks."""
    what: str
    who: str = ""
    note: str = ""


def face_page(face: Face, user: User | AnonymousUser) -> dict[str, Any]:
    shows_votes = may_see_votes(face, user)
    return {
        "face": face,
        "state": STATE[face.status],
        "shown": shown(face, shows_votes),
        "command": command(face),
        "scores": scores_in_words(face.scores) if shows_votes else [],
        "moments": history(face, user),
        "is_blind": not shows_votes,
    }


def may_see_votes(face: Face, user: User | AnonymousUser) -> bool:
    """Raters judge blind: what others said, people or networks, they see afterwards."""
    is_waiting = face.status == Face.Status.UNRATED
    is_rater = user.has_perm("faces.rate_face") and not may_see_names(user)
    return not (is_waiting and is_rater)


def may_see_names(user: User | AnonymousUser) -> bool:
    return user.has_perm("faces.decide_face")


def shown(face: Face, with_proposals: bool) -> list[tuple[str, str, str]]:
    """Label, what people said, and what the networks proposed while they have not."""
    proposed = {
        "gender": face.get_proposed_gender_display(),
        "age_bucket": face.get_proposed_age_bucket_display(),
        "quality": face.get_proposed_quality_display(),
    }
    rows = []
    for name in ("gender", "age_bucket", "quality", "adult", "problem", "review"):
        label = "looked at" if name == "review" else name.replace("_", " ")
        said = getattr(face, f"get_{name}_display")()
        guess = proposed.get(name, "unknown") if with_proposals else "unknown"
        is_open = said == "unknown" and guess != "unknown"
        rows.append((label, said, guess if is_open else ""))
    return rows


def command(face: Face) -> str:
    """The line that draws the very same face again."""
    words = ["python", "manage.py", "generate_faces", "--network", face.network.name]
    words += ["--seeds", str(face.seed), "--psi", f"{face.psi.normalize():f}"]
    return shlex.join(words + (["--edit", face.edit] if face.edit else []))


def history(face: Face, user: User | AnonymousUser) -> list[Moment]:
    """The newest first. Only the lead learns which rater said what."""
    ratings = list(face.ratings.select_related("rater"))
    raters = set() if may_see_names(user) else {vote.rater_id for vote in ratings}
    moments = [
        *(of_event(event, raters) for event in face.events.select_related("by")),
        *(of_report(report) for report in face.reports.select_related("closed_by")),
    ]
    if may_see_votes(face, user):
        moments += of_ratings(ratings, raters)
    return sorted(moments, key=lambda moment: moment.at, reverse=True)


def of_event(event: FaceEvent, raters: set[int]) -> Moment:
    who = "the site" if event.by is None else str(event.by)
    if event.by_id in raters:
        who = "a rater"
    return Moment(event.at, "event", event.to_status, who, event.reason)


def of_report(report: Report) -> Moment:
    outcome = report.get_outcome_display()
    what = f"Report: {report.get_reason_display()} ({outcome})"
    return Moment(
        report.reported_at, "report", what, report.get_source_display(), report.note
    )


def of_ratings(ratings: list[Rating], raters: set[int]) -> Iterator[Moment]:
    for rating in ratings:
        who = "a rater" if rating.rater_id in raters else str(rating.rater)
        if rating.purpose == Rating.Purpose.LEAD:
            who = f"{'' if raters else who + ', '}the lead"
        yield Moment(rating.rated_at, "vote", vote_in_words(rating), who, rating.note)


def vote_in_words(rating: Rating) -> str:
    words = [rating.get_adult_display() if rating.adult != "yes" else ""]
    words += [rating.get_problem_display() if rating.problem != "none" else ""]
    for name in ("gender", "age_bucket", "quality"):
        said = getattr(rating, name)
        is_telling = said != "unknown" or not rating.is_veto
        words.append({"unknown": "can't tell"}.get(said, said) if is_telling else "")
    purposes = {"gold": "known answer", "repeat": "once more"}
    words += [purposes.get(rating.purpose, ""), "taken back" * bool(rating.undone_at)]
    return "Vote: " + ", ".join(filter(None, words))
