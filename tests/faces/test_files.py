import io
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image

from faces.files import PictureError, ai_mark, open_face
from tests.make import make_picture, picture_bytes


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP"])
def test_square_pictures_are_taken(format):
    assert open_face(picture_bytes(format)).size == (512, 512)


def animated():
    buffer = io.BytesIO()
    frames = [make_picture(1), make_picture(2)]
    frames[0].save(buffer, "WEBP", save_all=True, append_images=frames[1:])
    return buffer.getvalue()


def saved(image, format="PNG"):
    buffer = io.BytesIO()
    image.save(buffer, format)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not a whole"),
        (b"hello", "not a whole"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a whole"),
        (picture_bytes()[:2000], "not a whole"),
        (saved(Image.new("RGB", (512, 512)), "GIF"), "not a whole"),
        (saved(Image.new("RGB", (512, 300))), "square"),
        (saved(Image.new("RGB", (96, 96))), "square"),
        (saved(Image.new("1", (13_000, 13_000))), "larger than 4096"),
        (saved(Image.new("1", (20_000, 20_000))), "not a whole"),
        (b"\x89PNG" + b"x" * 10_000_001, "10 MB"),
        (animated(), "animated"),
    ],
)
def test_other_files_are_refused_with_a_reason(data, reason):
    with pytest.raises(PictureError, match=reason):
        open_face(data)


def test_a_write_that_fails_leaves_no_file_behind(monkeypatch):
    def full_disk(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full_disk)

    with pytest.raises(OSError, match="No space left"):
        default_storage.save("faces/zz/file.webp", ContentFile(b"picture"))

    assert list(Path(default_storage.path("faces/zz")).iterdir()) == []


def test_saving_the_same_name_again_keeps_one_file():
    for content in (b"first", b"second"):
        assert (
            default_storage.save("faces/yy/file.webp", ContentFile(content))
            == "faces/yy/file.webp"
        )

    assert default_storage.open("faces/yy/file.webp").read() == b"second"


def test_ai_mark_escapes_what_it_is_told():
    assert b"&lt;b&gt;" in ai_mark("<b>")
