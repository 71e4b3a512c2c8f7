"""Articles and plurals: what editors have laid down first, then what a library knows of English."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import inflect

A, PLURAL = "a", "plural"
FORMS = [A, PLURAL]
"""What may follow the colon: {job:a}, {pet:plural}."""

ARTICLES = frozenset(["a", "an", "the"])
SPOKEN_WITH_A_VOWEL = re.compile(r"8|(?:11|18)(?!\d)")
TAIL = re.compile(
    r" (?:\(|(?:called|named|who|that|which|whose|without|I|you|we|\w+ed (?:by|from|in|to))\b)"
)
"""Where a phrase goes on after its noun: cat | called Steve, crow | who knows things."""
PREPOSITION = re.compile(r" (?:at|by|for|from|in|of|off|on|to|under|with)\b")
"""Where the library would go on by itself: koi | with opinions."""


class Override(NamedTuple):
    """What an editor has laid down for a word; empty for as usual."""

    article: str = ""
    plural: str = ""


@dataclass(frozen=True)
class Grammar:
    """The forms of words; each is worked out once."""

    exceptions: Mapping[str, Override] = field(default_factory=dict)
    """By the word in small letters."""
    forms: dict[tuple[str, str], str] = field(default_factory=dict)

    def form(self, word: str, form: str) -> str:
        if (word, form) not in self.forms:
            work_out = self.plural if form == PLURAL else self.with_article
            self.forms[word, form] = work_out(word)
        return self.forms[word, form]

    def with_article(self, word: str) -> str:
        """An owl, a pilot; a word that brings its own article keeps it."""
        first, *_ = word.split(maxsplit=1) or [""]
        if not first or first.lower() in ARTICLES:
            return word
        laid_down = self.exception(word).article or self.exception(first).article
        return f"{laid_down or article(first)} {word}"

    def plural(self, word: str) -> str:
        if laid_down := self.exception(word).plural:
            return laid_down
        noun, rest = split_at(TAIL, word)
        thing, of = split_at(PREPOSITION, noun)
        before, space, last = thing.rpartition(" ")
        if laid_down := self.exception(last).plural:
            return f"{before}{space}{laid_down}{of}{rest}"
        return plural(noun) + rest

    def exception(self, word: str) -> Override:
        return self.exceptions.get(word.lower(), Override())


def split_at(pattern: re.Pattern[str], text: str) -> tuple[str, str]:
    found = pattern.search(text)
    return (text[: found.start()], text[found.start() :]) if found else (text, "")


@lru_cache(maxsize=20_000)
def article(word: str) -> str:
    if SPOKEN_WITH_A_VOWEL.match(word):
        return "an"
    plain = unicodedata.normalize("NFKD", word).encode("ascii", "ignore").decode()
    found = english().a(plain).partition(" ")[0] if plain.strip() else ""
    return found if found in ARTICLES else "a"


@lru_cache(maxsize=20_000)
def plural(noun: str) -> str:
    if not noun.strip():
        return noun
    if noun.split()[-1].isupper():
        return f"{noun}s"  # the library would shout: SUVS
    return str(english().plural_noun(noun))


@cache
def english() -> "inflect.engine":
    """The library, loaded when a line first needs it, without its checks of its own types.

    To set those up takes 2 s; the rest takes 0.1 s.
    """
    import typeguard

    checked = typeguard.typechecked
    typeguard.typechecked = lambda target: target  # type: ignore[assignment]
    try:
        import inflect
    finally:
        typeguard.typechecked = checked
    return inflect.engine()
