"""An operator has a picture, or a hash, and wants to know which face that is."""

import io

import pytest
from PIL import Image

from faces.files import PictureError, read_picture
from faces.likeness import bits_apart, perceptual_hash
from faces.lookalikes import faces_in, faces_like
from faces.models import Face
from tests.make import make_face, make_picture, picture_bytes


def test_hash_of_a_picture_is_what_it_always_was():
    """Those in the database were made by NumPy: another sum must not change them."""
    numpy = pytest.importorskip("numpy")
    x = numpy.arange(32) + 0.5
    cosines = numpy.cos(numpy.pi / 32 * numpy.outer(numpy.arange(8), x))
    for seed in range(20):
        small = (
            make_picture(seed).convert("L").resize((32, 32), Image.Resampling.LANCZOS)
        )
        frequencies = cosines @ numpy.asarray(small, dtype=float) @ cosines.T
        bits = numpy.packbits(frequencies > numpy.median(frequencies))

        assert perceptual_hash(make_picture(seed)) == bits.tobytes().hex()


def test_bits_apart_are_counted():
    assert bits_apart("0" * 16, "0" * 15 + "7") == 3
    assert bits_apart("f" * 16, "0" * 16) == 64


@pytest.mark.parametrize("size", [512, 256, 96])
def test_copy_in_any_size_finds_its_face(db, size):
    face, _other = make_face(picture=True), make_face(picture=True)

    [nearest, *_] = faces_in(read_picture(face.picture_sha256, size))

    assert nearest.face == face
    assert nearest.bits <= 2


def test_small_copy_of_poor_quality_finds_its_face(db):
    face = make_face(picture=True)
    picture = Image.open(io.BytesIO(read_picture(face.picture_sha256, 512)))
    file = io.BytesIO()
    picture.resize((180, 180)).save(file, "JPEG", quality=30)

    assert faces_in(file.getvalue())[0].face == face


def test_the_very_file_finds_its_face_alone(db):
    import hashlib

    data = picture_bytes()
    face = make_face(picture_sha256=hashlib.sha256(data).hexdigest())

    assert faces_in(data) == [(face, 0)]


def test_hash_finds_the_nearest_first(db):
    far, near = make_face(phash="0" * 14 + "ff"), make_face(phash="0" * 15 + "1")
    make_face(phash="f" * 16)

    assert faces_like("0" * 16) == [(near, 1), (far, 8)]


def test_faces_without_a_hash_get_one_from_their_picture(db):
    face, lost = make_face(picture=True), make_face()

    faces_like("0" * 16)

    assert Face.objects.get(pk=face.pk).phash
    assert not Face.objects.get(pk=lost.pk).phash


def test_what_is_no_picture_is_said_so(db):
    with pytest.raises(PictureError, match="not a whole PNG"):
        faces_in(b"text")
