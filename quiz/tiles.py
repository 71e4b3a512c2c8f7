"""Pictures on tiles: what an editor uploads becomes a small WebP named by its hash."""

import hashlib
import io

from django.core.files.base import ContentFile
from PIL import Image, ImageOps

SIZE = (640, 480)


def tile_picture(data: bytes) -> ContentFile:
    """Cut the picture to a tile; ValueError when it is none that we take."""
    try:
        image = Image.open(io.BytesIO(data), formats=["PNG", "JPEG", "WEBP"])
        image.draft("RGB", SIZE)
        cut = ImageOps.fit(ImageOps.exif_transpose(image).convert("RGB"), SIZE)
    except Exception as error:
        raise ValueError("This is not a whole PNG, JPEG or WebP picture.") from error
    buffer = io.BytesIO()
    cut.save(buffer, "WEBP", quality=82)
    name = hashlib.sha256(buffer.getvalue()).hexdigest()[:24]
    return ContentFile(buffer.getvalue(), name=f"{name}.webp")
