"""What a browser remembers of its own visits, in one signed cookie."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Self

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from faces.models import Face
from quiz.matching import Wish
from quiz.models import Result

MAX_SEEN = 160
MAX_CODES = 12
KEY_LENGTH = 11
CODE_LENGTH = 22


@cache
def signer() -> signing.TimestampSigner:
    return signing.TimestampSigner(salt="quiz.visitor")


@dataclass(frozen=True)
class Visitor:
    """The last wish, the lovers met and the faces seen, the longest ago first."""

    wish: Wish | None = None
    labels: list[str] = field(default_factory=list)
    gave_up: str = ""
    codes: list[str] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, request: HttpRequest) -> Self:
        """Read the cookie; a missing, old or forged one is a new visitor."""
        try:
            cookie = request.COOKIES[settings.LOVER_COOKIE_NAME]
            data = signer().unsign_object(cookie, max_age=settings.LOVER_COOKIE_AGE)
            return cls(
                wish=Wish(**data["wish"]),
                labels=data["labels"],
                gave_up=data["gave_up"],
                codes=split(data["codes"], CODE_LENGTH),
                seen=split(data["seen"], KEY_LENGTH),
            )
        except (KeyError, TypeError, signing.BadSignature):
            return cls()

    def owns(self, result: Result) -> bool:
        return result.code in self.codes

    def met_last(self, result: Result) -> bool:
        return self.codes[-1:] == [result.code]

    def seen_ids(self) -> list[int]:
        if not self.seen:
            return []
        ids = dict(Face.objects.filter(key__in=self.seen).values_list("key", "pk"))
        return [ids[key] for key in self.seen if key in ids]

    def after_meeting(
        self, result: Result, wish: Wish, labels: Sequence[str], gave_up: str
    ) -> Self:
        return replace(
            self,
            wish=wish,
            labels=list(labels),
            gave_up=gave_up,
            codes=last(self.codes, result.code, MAX_CODES),
            seen=last(self.seen, result.face.key, MAX_SEEN),
        )

    def remember(self, response: HttpResponse) -> None:
        data: dict[str, Any] = {
            "wish": self.wish.as_dict() if self.wish else {},
            "labels": self.labels,
            "gave_up": self.gave_up,
            "codes": "".join(self.codes),
            "seen": "".join(self.seen),
        }
        response.set_cookie(
            settings.LOVER_COOKIE_NAME,
            signer().sign_object(data),
            max_age=settings.LOVER_COOKIE_AGE,
            secure=settings.IS_HTTPS,
            httponly=True,
            samesite="Lax",
        )


def last(items: list[str], item: str, most: int) -> list[str]:
    """Put the item at the end, once, and keep the newest."""
    return [*(i for i in items if i != item), item][-most:]


def split(joined: str, length: int) -> list[str]:
    return [joined[i : i + length] for i in range(0, len(joined), length)]
