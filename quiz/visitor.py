"""What a browser remembers of its own visits, in one signed cookie."""

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Self

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from faces.models import Face
from quiz.matching import Wish
from quiz.models import Result

MAX_SEEN = 160
MAX_HEARD = 21  # three results, of a line for each part
MAX_CODES = 12
MAX_COOKIE = 3800
KEY_LENGTH = 11
CODE_LENGTH = 22


@cache
def signer() -> signing.TimestampSigner:
    return signing.TimestampSigner(salt="quiz.visitor")


@dataclass(frozen=True)
class Visitor:
    """The last wish, the lovers met, the faces seen and the lines heard, the longest ago first."""

    wish: Wish | None = None
    labels: list[str] = field(default_factory=list)
    gave_up: str = ""
    codes: list[str] = field(default_factory=list)
    num_for_wish: int = 0
    """How many of the newest codes came of the wish."""
    seen: list[str] = field(default_factory=list)
    heard: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, request: HttpRequest) -> Self:
        """Read the cookie; a missing, old or forged one is a new visitor."""
        try:
            cookie = request.COOKIES[settings.LOVER_COOKIE_NAME]
            data = signer().unsign_object(cookie, max_age=settings.LOVER_COOKIE_AGE)
            return cls(
                wish=Wish(**data["wish"]),
                labels=[str(label) for label in data["labels"]],
                gave_up=str(data["gave_up"]),
                codes=split(data["codes"], CODE_LENGTH),
                num_for_wish=int(data["num_for_wish"]),
                seen=split(data["seen"], KEY_LENGTH),
                heard=[int(pk) for pk in data.get("heard", [])],
            )
        except (KeyError, TypeError, ValueError, zlib.error, signing.BadSignature):
            return cls()

    def owns(self, result: Result) -> bool:
        return result.code in self.codes

    def met_last(self, result: Result) -> bool:
        return self.codes[-1:] == [result.code]

    def can_ask_again(self, result: Result) -> bool:
        """Whether this lover came of the wish that is remembered."""
        return result.code in self.codes[-self.num_for_wish :]

    def seen_ids(self) -> list[int]:
        if not self.seen:
            return []
        ids = dict(Face.objects.filter(key__in=self.seen).values_list("key", "pk"))
        return [ids[key] for key in self.seen if key in ids]

    def after_meeting(
        self, result: Result, wish: Wish, labels: Sequence[str], gave_up: str
    ) -> Self:
        """Add a lover; one that is sent again for a doubled submit counts once."""
        codes = last(self.codes, result.code, MAX_CODES)
        num_before = self.num_for_wish if wish == self.wish else 0
        is_new = result.code not in self.codes
        return type(self)(
            wish=wish,
            labels=list(labels),
            gave_up=self.gave_up if self.met_last(result) else gave_up,
            codes=codes,
            num_for_wish=min(max(num_before + is_new, 1), len(codes)),
            seen=last(self.seen, result.face.key, MAX_SEEN),
            heard=[
                *(pk for pk in self.heard if pk not in result.line_ids),
                *result.line_ids,
            ][-MAX_HEARD:],
        )

    def packed(self) -> str:
        """The cookie, signed. What browsers would not hold loses the faces seen first."""
        cookie = self.signed(self.seen)
        for keep in (MAX_SEEN, MAX_SEEN // 2, MAX_SEEN // 4):
            if len(cookie) > MAX_COOKIE:
                cookie = self.signed(self.seen[-keep:], compress=True)
        return cookie

    def signed(self, seen: list[str], compress: bool = False) -> str:
        data: dict[str, Any] = {
            "wish": vars(self.wish) if self.wish else {},
            "labels": self.labels,
            "gave_up": self.gave_up,
            "codes": "".join(self.codes),
            "num_for_wish": self.num_for_wish,
            "seen": "".join(seen),
            "heard": self.heard,
        }
        return signer().sign_object(data, compress=compress)

    def remember(self, response: HttpResponse) -> None:
        response.set_cookie(
            settings.LOVER_COOKIE_NAME,
            self.packed(),
            max_age=settings.LOVER_COOKIE_AGE,
            secure=settings.IS_HTTPS,
            httponly=True,
            samesite="Lax",
        )


def last(items: list[str], item: str, most: int) -> list[str]:
    """Put the item at the end, once, and keep the newest."""
    return [*(i for i in items if i != item), item][-most:]


def split(joined: str, length: int) -> list[str]:
    if not re.fullmatch(r"[A-Za-z0-9_-]*", joined):
        raise ValueError("not codes")
    return [joined[i : i + length] for i in range(0, len(joined), length)]
