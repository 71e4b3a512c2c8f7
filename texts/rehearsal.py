"""A line as lovers would say it, for those who write it."""

import random
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from texts.filling import AGES, SIGNS, Content, Lover, Speech, draw_lover
from texts.parsing import ANSWER, Line, Slot, slots_of
from texts.pronouns import PRONOUNS

NUM_SAMPLES = 10
NUM_TURNS = 40
"""After so many lovers, a line that goes on repeating itself has no more to say."""

ALL_GENDERS = tuple(PRONOUNS)

Answers = Mapping[str, Sequence[str]]


class Sample(NamedTuple):
    """What one lover says, in pieces that are from a slot or not."""

    pieces: list[tuple[str, bool]]
    lover: Lover

    @property
    def text(self) -> str:
        return "".join(piece for piece, _ in self.pieces)


def rehearse(
    line: Line,
    content: Content,
    answers: Answers,
    genders: Sequence[str] = ALL_GENDERS,
    seed: str = "",
) -> list[Sample]:
    """Ten different ways to say the line, or as many as there are."""
    samples: dict[str, Sample] = {}
    for turn in range(NUM_TURNS):
        sample = say_once(
            line, content, answers, genders[turn % len(genders)], f"{seed} {turn}"
        )
        if sample:
            samples.setdefault(sample.text, sample)
        if len(samples) == NUM_SAMPLES:
            break
    return list(samples.values())


def say_once(
    line: Line, content: Content, answers: Answers, gender: str, seed: str
) -> Sample | None:
    rng = random.Random(seed)
    lover = draw_lover(content, gender, rng.choice(list(AGES)), rng)
    speech = Speech(content, lover, rng, avoid=[])
    speech.listen({}, {key: rng.choice(list(said)) for key, said in answers.items()})
    return said_by(speech, line)


def said_by(speech: Speech, line: Line) -> Sample | None:
    if speech.try_line(line) is None:
        return None
    # Words and numbers are remembered, so to ask again gives the same ones.
    pieces = [
        (str(speech.value(piece)), True) if isinstance(piece, Slot) else (piece, False)
        for piece in line
    ]
    return Sample(pieces, speech.lover)


class Longest:
    """Says lines with the longest word in each slot; keeps what it has worked out."""

    def __init__(self, content: Content, answers: Answers):
        self.content = content
        self.answers = {
            f"{ANSWER}:{key}": max(said, key=len) for key, said in answers.items()
        }
        self.words: dict[str, list[str]] = {}
        self.said: dict[tuple[Line, str], Sample | None] = {}

    def say(self, line: Line, genders: Sequence[str] = ALL_GENDERS) -> Sample | None:
        said = [sample for gender in genders if (sample := self.say_as(gender, line))]
        return max(said, key=lambda sample: len(sample.text), default=None)

    def say_as(self, gender: str, line: Line) -> Sample | None:
        if (line, gender) not in self.said:
            speech = Speech(
                self.content, self.lover(gender), random.Random(0), avoid=[]
            )
            speech.fixed |= self.answers
            for slot in slots_of(line):
                speech.numbers[slot.name, slot.pick] = slot.high
            for name, picks in picks_of(line).items():
                words = zip(picks, self.by_length(name), strict=False)
                speech.picks |= {(name, pick): word for pick, word in words}
            self.said[line, gender] = said_by(speech, line)
        return self.said[line, gender]

    def lover(self, gender: str) -> Lover:
        return Lover(
            name=next(iter(self.by_length(f"first_name_{gender}")), "Somebody"),
            initial="W",
            age=AGES["50+"][0],
            sign=max(SIGNS, key=len),
            home_town=next(iter(self.by_length("home_town")), "somewhere nice"),
            gender=gender,
            age_bucket="50+",
        )

    def by_length(self, name: str) -> list[str]:
        if name not in self.words:
            words = self.content.candidate_words(name).items
            self.words[name] = sorted(words, key=len, reverse=True)[:9]
        return self.words[name]


def picks_of(line: Line) -> dict[str, list[int]]:
    """Which words of each list the line says: 1 and 2 for {pet} and {pet#2}."""
    picks: dict[str, list[int]] = {}
    words = [slot for slot in slots_of(line) if slot.is_word]
    for name, pick in dict.fromkeys((slot.name, slot.pick) for slot in words):
        picks.setdefault(name, []).append(pick)
    return picks
