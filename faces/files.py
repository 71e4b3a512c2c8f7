"""Pictures of faces: sizes, the AI mark, and files that are either whole or not there."""

import io
import os
import tempfile
from pathlib import Path
from typing import IO, Any
from xml.sax.saxutils import quoteattr

from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from PIL import Image, ImageOps
from PIL.PngImagePlugin import PngInfo

PUBLIC_SIZES = [512, 256, 96]
"""Sides in pixels of the WebP files that visitors can load."""
CARD_SIZE = 630
"""Side in pixels of the JPEG that share cards are drawn from."""
ALL_SIZES = [*PUBLIC_SIZES, CARD_SIZE]

TRAINED_ALGORITHMIC_MEDIA = (
    "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
)
LOSSY: dict[str, dict[str, int]] = {
    "webp": {"quality": 80, "method": 4},
    "jpeg": {"quality": 88},
}
MAX_BYTES = 10_000_000
MAX_SIDE = 4096


class PictureError(ValueError):
    """A picture that cannot be taken; the message says why."""


class AtomicFileSystemStorage(FileSystemStorage):
    """Keeps a file under its final name only once all of it is on the disk.

    Names are hashes of what is in the file, so saving one again is no new file.
    """

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        return name

    def _save(self, name: str, content: IO[Any]) -> str:
        write_whole(Path(self.path(name)), content.read())
        return name


def write_whole(path: Path, data: bytes) -> None:
    """Put a file under its name only once all of it is on the disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    write_down_names(path.parent)


def write_down_names(folder: Path) -> None:
    """Have the names in a folder, too, survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def ai_mark(description: str = "") -> bytes:
    """Return the XMP packet that says a picture was made by a trained network (IPTC)."""
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about=""'
        ' xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
        ' xmlns:xmp="http://ns.adobe.com/xap/1.0/"'
        f" Iptc4xmpExt:DigitalSourceType={quoteattr(TRAINED_ALGORITHMIC_MEDIA)}"
        f" xmp:CreatorTool={quoteattr(description or 'AI-generated')}/>"
        "</rdf:RDF></x:xmpmeta>"
        '<?xpacket end="w"?>'
    ).encode()


def open_picture(data: bytes) -> Image.Image:
    """Decode a PNG, JPEG or WebP; PictureError when it is anything else."""
    if len(data) > MAX_BYTES:
        raise PictureError(f"it is larger than {MAX_BYTES // 1_000_000} MB")
    try:
        file = Image.open(io.BytesIO(data), formats=["PNG", "JPEG", "WEBP"])
        if max(file.size) > MAX_SIDE:
            raise PictureError(f"it is larger than {MAX_SIDE} pixels")
        if getattr(file, "n_frames", 1) > 1:
            raise PictureError("it is animated")
        return ImageOps.exif_transpose(file).convert("RGB")
    except PictureError:
        raise
    except Exception as error:
        raise PictureError("it is not a whole PNG, JPEG or WebP picture") from error


def open_face(data: bytes) -> Image.Image:
    image = open_picture(data)
    if image.width != image.height or image.width < PUBLIC_SIZES[0]:
        raise PictureError(f"it must be square, {PUBLIC_SIZES[0]} pixels or more")
    return image


def picture_name(sha256: str, size: int) -> str:
    suffix = "jpg" if size == CARD_SIZE else "webp"
    return f"faces/{sha256[:2]}/{sha256[2:4]}/{sha256}/{size}.{suffix}"


def has_pictures(sha256: str) -> bool:
    return all(default_storage.exists(picture_name(sha256, size)) for size in ALL_SIZES)


def encode(image: Image.Image, format: str, mark: bytes) -> bytes:
    """Return the file of a picture: `webp` or `jpeg`, or `png`, which loses nothing."""
    buffer = io.BytesIO()
    if format == "png":
        chunks = PngInfo()
        chunks.add_itxt("XML:com.adobe.xmp", mark.decode())
        image.save(buffer, "PNG", pnginfo=chunks, optimize=True)
    else:
        image.save(buffer, format, xmp=mark, **LOSSY[format])
    return buffer.getvalue()


def save_pictures(image: Image.Image, sha256: str, description: str) -> None:
    """Store every size of a face that is not stored yet."""
    mark = ai_mark(description)
    for size in ALL_SIZES:
        name = picture_name(sha256, size)
        if renew(name):
            continue
        data = encode(
            resize(image, size), "jpeg" if size == CARD_SIZE else "webp", mark
        )
        default_storage.save(name, ContentFile(data))


def resize(image: Image.Image, size: int) -> Image.Image:
    """The smallest sizes come from a quick half or quarter: nobody sees the difference."""
    return image.resize((size, size), Image.Resampling.LANCZOS, reducing_gap=2.0)


def renew(name: str) -> bool:
    """Make a stored file young, so that no sweep takes it; False if there is none."""
    try:
        os.utime(default_storage.path(name))
    except FileNotFoundError:
        return False
    return True


def read_picture(sha256: str, size: int) -> bytes:
    """Return a stored picture; FileNotFoundError when the disk has lost it."""
    with default_storage.open(picture_name(sha256, size)) as file:
        return file.read()
