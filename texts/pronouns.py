"""They, she or he: the words for a lover, and the verb that goes with them."""

from functools import lru_cache
from typing import NamedTuple


class Pronouns(NamedTuple):
    they: str
    them: str
    their: str
    theirs: str
    themself: str


PRONOUNS = {
    "woman": Pronouns("she", "her", "her", "hers", "herself"),
    "man": Pronouns("he", "him", "his", "his", "himself"),
    "androgynous": Pronouns("they", "them", "their", "theirs", "themself"),
}

MEANT = {
    **{"she": "they", "he": "they", "her": "their", "him": "them", "his": "their"},
    **{"hers": "theirs", "herself": "themself", "himself": "themself"},
    **{"themselves": "themself"},
}
"""The slots for those who write {she} or {his}."""

IRREGULAR = {
    **{"are": "is", "were": "was", "have": "has", "do": "does", "go": "goes"},
    **{"aren’t": "isn’t", "weren’t": "wasn’t", "haven’t": "hasn’t", "don’t": "doesn’t"},
    **{"’re": "’s", "’ve": "’s", "quiz": "quizzes"},
}
UNCHANGED = frozenset(
    [
        "can",
        "could",
        "may",
        "might",
        "must",
        "ought",
        "shall",
        "should",
        "will",
        "would",
        "had",
        "did",
        "can’t",
        "couldn’t",
        "mustn’t",
        "shouldn’t",
        "won’t",
        "wouldn’t",
        "hadn’t",
        "didn’t",
        "’ll",
        "’d",
        "became",
        "began",
        "bought",
        "brought",
        "built",
        "came",
        "caught",
        "fell",
        "felt",
        "found",
        "forgot",
        "gave",
        "got",
        "grew",
        "heard",
        "held",
        "kept",
        "knew",
        "learnt",
        "left",
        "lost",
        "made",
        "met",
        "paid",
        "ran",
        "said",
        "sang",
        "sat",
        "saw",
        "sent",
        "slept",
        "sold",
        "spoke",
        "spent",
        "stood",
        "swam",
        "taught",
        "thought",
        "threw",
        "told",
        "took",
        "understood",
        "went",
        "woke",
        "won",
        "wore",
        "wrote",
    ]
)
"""Verbs that are the same for one and for many; past forms are."""


@lru_cache(maxsize=4096)
def with_verb(they: str, verb: str) -> str:
    """The pronoun and its verb, which has its space with it: she likes, he’s, they are."""
    if they == PRONOUNS["androgynous"].they:
        return they + verb
    word = verb.lstrip()
    return they + verb.replace(word, third_person(word))


def third_person(verb: str) -> str:
    """The verb after she and he: is for are, likes for like."""
    plain = verb.replace("'", "’")
    if plain in UNCHANGED or is_past(plain):
        return verb
    if plain in IRREGULAR:
        form = IRREGULAR[plain]
        return form.replace("’", "'") if "'" in verb else form
    if verb.endswith(("s", "x", "z", "ch", "sh", "o")):
        return f"{verb}es"
    if verb.endswith("y") and verb[-2:-1] not in "aeiou":
        return f"{verb[:-1]}ies"
    return f"{verb}s"


def is_past(verb: str) -> bool:
    """Whether it is a past form with -ed: liked, but not need, embed or shed."""
    if verb.endswith("eed"):
        return verb in {"agreed", "disagreed", "freed", "guaranteed"}
    return verb.endswith("ed") and verb not in {"embed", "shed", "shred", "wed"}
