import io

import pytest
from PIL import Image

from tests.make import make_face, make_result


def test_card_is_a_jpeg_for_link_previews(db, client):
    result = make_result()

    response = client.get(f"/r/{result.code}/card.jpg")

    assert response["Content-Type"] == "image/jpeg"
    assert Image.open(io.BytesIO(response.content)).size == (1200, 630)
    assert len(response.content) < 300_000
    assert response["Cache-Control"] == "public, max-age=60"
    assert response["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert b"trainedAlgorithmicMedia" in response.content


def test_card_of_a_trainwreck_looks_different(db, client):
    good = make_result(face=make_face(seed=70, picture=True))
    wreck = make_result(face=make_face(seed=71, picture=True, quality="trainwreck"))

    cards = [
        client.get(f"/r/{result.code}/card.jpg").content for result in (good, wreck)
    ]

    corners = [Image.open(io.BytesIO(card)).getpixel((1190, 10)) for card in cards]
    assert corners[0] != corners[1]


@pytest.mark.parametrize("status", ["unrated", "rejected", "reported", "revoked"])
def test_card_is_gone_with_its_face(db, client, status):
    result = make_result(face=make_face(picture=True, approved=False, status=status))

    response = client.get(f"/r/{result.code}/card.jpg")

    assert response.status_code == 410
    assert b"not shown any more" in response.content
    assert response["Cache-Control"] == "no-store"


def test_card_of_nobody_is_not_found(db, client):
    assert client.get(f"/r/{'a' * 22}/card.jpg").status_code == 404


def test_card_without_its_picture_on_the_disk_is_not_found(db, client):
    result = make_result(face=make_face(picture=False))

    assert client.get(f"/r/{result.code}/card.jpg").status_code == 404
