import io
import xml.etree.ElementTree as ElementTree

import pytest
from django.core.files.storage import default_storage
from PIL import Image

from faces.files import PUBLIC_SIZES, picture_name
from tests.make import make_face

AI_MARK = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}DigitalSourceType"


@pytest.mark.parametrize("size", PUBLIC_SIZES)
def test_visitor_sees_an_approved_face_in_every_size(db, client, size):
    face = make_face(picture=True)

    response = client.get(face.picture_url(size))

    assert Image.open(io.BytesIO(response.content)).size == (size, size)
    assert response["Cache-Control"] == "public, max-age=60"
    assert response["Content-Type"] == "image/webp"


@pytest.mark.parametrize("status", ["unrated", "rejected"])
@pytest.mark.parametrize("size", PUBLIC_SIZES)
def test_nobody_sees_a_face_that_was_never_approved(db, client, status, size):
    face = make_face(picture=True, approved=False, status=status)

    assert client.get(face.picture_url(size)).status_code == 404


@pytest.mark.parametrize("status", ["reported", "revoked"])
@pytest.mark.parametrize("size", PUBLIC_SIZES)
def test_a_face_that_was_taken_away_is_gone(db, client, status, size):
    face = make_face(picture=True, approved=False, status=status)

    response = client.get(face.picture_url(size))

    assert response.status_code == 410
    assert response.content == b"This face is not shown any more.\n"
    assert response["Cache-Control"] == "no-store"


@pytest.mark.parametrize("size", [0, 1, 97, 630, 1024, 10**9])
def test_only_the_public_sizes_are_served(db, client, size):
    face = make_face(picture=True)

    assert client.get(f"/f/{face.key}/{size}.webp").status_code == 404


@pytest.mark.parametrize(
    "key", ["x", "a" * 11, "..", "%2e%2e", "é" * 11, "a" * 3000, "%00"]
)
def test_guessed_keys_are_not_found(db, client, key):
    assert client.get(f"/f/{key}/512.webp").status_code == 404


def test_unchanged_picture_is_not_sent_again(db, client):
    face = make_face(picture=True)
    etag = client.get(face.picture_url(96))["ETag"]

    again = client.get(face.picture_url(96), headers={"If-None-Match": etag})

    assert again.status_code == 304
    assert not again.content


def test_revoked_picture_is_never_called_unchanged(db, client):
    face = make_face(picture=True)
    etag = client.get(face.picture_url(96))["ETag"]
    face.revoke("Reported.")

    for tag in (etag, "*"):
        again = client.get(face.picture_url(96), headers={"If-None-Match": tag})
        assert again.status_code == 410


def test_picture_lost_from_the_disk_is_not_found(db, client):
    face = make_face()

    assert client.get(face.picture_url(512)).status_code == 404


@pytest.mark.parametrize("size", PUBLIC_SIZES)
def test_every_picture_carries_the_ai_mark(db, client, size):
    face = make_face(picture=True)

    data = client.get(face.picture_url(size)).content

    assert ai_mark_in(webp_chunk(data, b"XMP ")).endswith("/trainedAlgorithmicMedia")


def test_picture_for_cards_carries_the_ai_mark(db):
    face = make_face(picture=True)

    data = default_storage.open(picture_name(face.picture_sha256, 630)).read()

    start = data.index(b"<x:xmpmeta")
    packet = data[start : data.index(b"</x:xmpmeta>") + 12]
    assert ai_mark_in(packet).endswith("/trainedAlgorithmicMedia")


def webp_chunk(data, name):
    """Read a RIFF chunk by hand: independent of the library that wrote it."""
    position = 12
    while data[position : position + 4] != name:
        size = int.from_bytes(data[position + 4 : position + 8], "little")
        position += 8 + size + size % 2
    size = int.from_bytes(data[position + 4 : position + 8], "little")
    return data[position + 8 : position + 8 + size]


def ai_mark_in(packet):
    tree = ElementTree.fromstring(packet.decode())
    [mark] = [node.get(AI_MARK) for node in tree.iter() if node.get(AI_MARK)]
    return mark
