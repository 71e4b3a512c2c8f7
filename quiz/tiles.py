"""Pictures on tiles: what an editor uploads becomes a small WebP named by its hash."""

import hashlib
import io

from django.core.files.base import ContentFile
from PIL import ImageOps

from faces.files import open_picture

SIZE = (640, 480)


def tile_picture(data: bytes) -> ContentFile:
    """Cut the picture to a tile; PictureError when it is none that we take."""
    buffer = io.BytesIO()
    ImageOps.fit(open_picture(data), SIZE).save(buffer, "WEBP", quality=82)
    name = hashlib.sha256(buffer.getvalue()).hexdigest()[:24]
    return ContentFile(buffer.getvalue(), name=f"{name}.webp")
