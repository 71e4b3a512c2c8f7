"""A line that is being written, on the card that its visitors may share."""

from dataclasses import dataclass
from io import BytesIO

from django.conf import settings
from PIL import Image

from faces.files import CARD_SIZE, read_picture
from faces.models import Face
from quiz.cards import CardText, draw_card, fits_card
from quiz.layout import BLUSH
from quiz.models import facts_of
from texts.filling import BUBBLES, Lover

HELLO, BEST_LINE = "Hi!", "I have 12 otters"
"""Cards show two lines; these stand beside the one that is being written."""


@dataclass(frozen=True)
class LineCard:
    part: str
    text: str
    lover: Lover

    @property
    def is_drawn(self) -> bool:
        """Whether cards show lines of this part."""
        return self.part in BUBBLES

    @property
    def lines(self) -> list[str]:
        is_hello = self.part == "hello"
        return [self.text, BEST_LINE] if is_hello else [HELLO, self.text]

    @property
    def fits(self) -> bool:
        return fits_card(self.lines)

    def draw(self) -> bytes:
        lover = self.lover
        text = CardText(
            lover.full_name, facts_of(lover), self.lines, settings.SITE_NAME
        )
        return draw_card(text, some_photo(lover.gender))


def some_photo(gender: str) -> bytes:
    """A servable face, the same one each time; plain paper where there is none."""
    faces = Face.objects.servable().filter(gender=gender, quality="good")
    try:
        return read_picture(faces.order_by("pk")[0].picture_sha256, CARD_SIZE)
    except (IndexError, OSError):
        file = BytesIO()
        Image.new("RGB", (512, 512), BLUSH).save(file, "JPEG")
        return file.getvalue()
