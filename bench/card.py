"""Drawing a share card, against decoding its photo and encoding a JPEG of its size.

New texts are drawn by lot from the demo's words. No text comes twice, but words do, and a
worker that has drawn some cards has kept their ink, so a warm-up goes before. "New words"
are letters at random: what a card costs when none of its words was ever drawn.
"""

import io
import random
import statistics
import string
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from openpyxl import load_workbook
from PIL import Image

from quiz.cards import CardText, draw_card

WARM_UP, ROUNDS = 200, 300
AGAIN = CardText(
    "Legend L.",
    "24 · Cancer · Originally from Vancouver",
    ["Hi!", "I have nine macaws"],
    "AI lovers",
)


def demo_words() -> dict[str, list[str]]:
    book = load_workbook(ROOT / "fixtures/texts.xlsx", read_only=True)
    return {
        sheet.title: [
            str(cell) for row in list(sheet.values)[1:] for cell in row if cell
        ]
        for sheet in book.worksheets
    }


class Author:
    """Writes a different text every time, and the same ones on every run."""

    def __init__(self) -> None:
        self.lot = random.Random(1)
        self.words = demo_words()

    def pick(self, sheet: str) -> str:
        return self.lot.choice(self.words[sheet])

    def facts(self, town: str) -> str:
        return f"{self.lot.randint(18, 99)} · {self.lot.choice(['Leo', 'Cancer', 'Aries'])} · Originally from {town}"

    def short(self) -> CardText:
        name = f"{self.pick('first_name_androgynous')} {self.lot.choice(string.ascii_uppercase)}."
        line = f"I have {self.pick('number')} {self.pick('pet')}"
        return CardText(
            name,
            self.facts(self.pick("home_town")),
            [self.pick("Hellos"), line],
            "AI lovers",
        )

    def long(self) -> CardText:
        name = f"{self.pick('first_name_woman')}-{self.pick('first_name_man')} {self.pick('first_name_woman')}"
        town = f"{self.pick('home_town')}, near {self.pick('home_town')}"
        line = f"I {self.pick('red_flag')}, I {self.pick('quirk')}, and I have {self.pick('number')} {self.pick('pet')}"
        return CardText(
            name,
            self.facts(town),
            [self.pick("Hellos"), line],
            "a-rather-long-name.lovers.example",
        )

    def new_words(self) -> CardText:
        def word(length: int) -> str:
            return "".join(self.lot.choices(string.ascii_lowercase, k=length))

        line = " ".join(word(length) for length in [1, 4, 4, 6])
        return CardText(
            f"{word(6).title()} L.", self.facts(word(9)), [word(3), line], "AI lovers"
        )


def seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def main() -> None:
    face = Image.open(sorted((ROOT / "fixtures/faces").glob("*.webp"))[0])
    buffer = io.BytesIO()
    face.convert("RGB").resize((630, 630)).save(buffer, "JPEG", quality=88)
    photo = buffer.getvalue()
    card = Image.open(io.BytesIO(draw_card(AGAIN, photo)))
    card.load()
    author = Author()
    for _ in range(WARM_UP):
        draw_card(author.short(), photo)

    def floor() -> None:
        Image.open(io.BytesIO(photo)).load()
        card.save(io.BytesIO(), "JPEG", quality=85)

    cases: dict[str, tuple[Callable[[], CardText], bool]] = {
        "short, new text": (author.short, False),
        "long, new text": (author.long, False),
        "trainwreck, new text": (author.short, True),
        "short, new words": (author.new_words, False),
        "short, again": (lambda: AGAIN, False),
    }
    floors: list[float] = []
    times: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(ROUNDS):
        for name, (write, is_trainwreck) in cases.items():
            text = write()
            floors.append(seconds(floor))
            draw = partial(draw_card, text, photo, is_trainwreck=is_trainwreck)
            times[name].append(seconds(draw))
    lowest = statistics.median(floors)
    print(f"{'decode + encode':<22} {lowest * 1000:6.1f} ms")
    for name, values in times.items():
        median = statistics.median(values)
        print(
            f"{name:<22} {median * 1000:6.1f} ms   ratio {median / lowest:.2f}   (goal: at most 2)"
        )


if __name__ == "__main__":
    main()
