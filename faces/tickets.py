"""Tickets: only a face that was handed to a rater can be judged, and only by that rater.

A ticket names the face and nothing else. Whom it is for, and what the vote will be used for,
are in the salt of its signature: no rater can read from it that the answer is known.
"""

from typing import NamedTuple

from django.contrib.auth.models import User
from django.core.signing import BadSignature, SignatureExpired, TimestampSigner

from faces.deciding import CannotRate
from faces.models import Face, Rating

VALID_SECONDS = 24 * 3600
MAX_ROUNDS = 9
"""How often at most one rater sees one face."""
USES = [
    (Rating.Purpose.JUDGE, 1),
    (Rating.Purpose.GOLD, 1),
    *((Rating.Purpose.REPEAT, number) for number in range(2, MAX_ROUNDS + 1)),
]


class Ticket(NamedTuple):
    key: str
    purpose: str
    round: int


def issue(rater: User, face: Face, purpose: str, round: int) -> str:
    return signer(rater, purpose, round).sign(face.key)


def read(text: str, rater: User) -> Ticket:
    """Return what a ticket is for; CannotRate if it is none of this rater's."""
    for purpose, number in USES:
        try:
            key = signer(rater, purpose, number).unsign(text, VALID_SECONDS)
        except SignatureExpired as error:
            raise CannotRate(
                "This face was handed out more than a day ago, so the vote came too late."
            ) from error
        except BadSignature:
            continue
        return Ticket(key, purpose, number)
    raise CannotRate("This face was not handed to you.")


def key_of(text: str) -> str:
    """The face that a ticket names, whether it is genuine or not."""
    return text.partition(":")[0]


def signer(rater: User, purpose: str, round: int) -> TimestampSigner:
    return TimestampSigner(salt=f"faces.tickets:{rater.pk}:{purpose}:{round}")
