"""Drawing a share card, against decoding its photo and encoding a JPEG of its size."""

import io
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from PIL import Image

from quiz.cards import CardText, draw_card

ROUNDS = 60
SHORT = CardText(
    "Legend L.",
    "24 · Cancer · Originally from Vancouver",
    ["Hi!", "I have nine macaws"],
    "AI lovers",
)
LONG = CardText(
    "Maximiliana-Evangeline W.",
    "51 · Sagittarius · Originally from Llanfairpwllgwyngyll",
    [
        "Well, look who it is",
        "I inherited an undisclosed number of house plants with names, or vice versa",
    ],
    "a-rather-long-name.lovers.example",
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
    card = Image.open(io.BytesIO(draw_card(SHORT, photo)))
    card.load()

    def floor() -> None:
        Image.open(io.BytesIO(photo)).load()
        card.save(io.BytesIO(), "JPEG", quality=85)

    cases: dict[str, Callable[[], object]] = {
        "decode + encode": floor,
        "short": lambda: draw_card(SHORT, photo),
        "long": lambda: draw_card(LONG, photo),
        "trainwreck": lambda: draw_card(SHORT, photo, is_trainwreck=True),
    }
    times: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(ROUNDS):
        for name, work in cases.items():
            times[name].append(seconds(work))
    medians = {name: statistics.median(values) for name, values in times.items()}
    for name, median in medians.items():
        ratio = median / medians["decode + encode"]
        print(
            f"{name:<16} {median * 1000:6.1f} ms   ratio {ratio:.2f}   (goal: at most 2)"
        )


if __name__ == "__main__":
    main()
