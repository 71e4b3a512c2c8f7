"""Finds faces by a picture, or by what is left of one: a copy, a smaller size, a hash."""

import hashlib
from typing import NamedTuple

from faces.files import open_picture, read_picture
from faces.likeness import bits_apart, perceptual_hash
from faces.models import Face

MOST_BITS = 10
"""Of 64. Another size of a picture differs in 2 at most, another face in 8 or more."""
MOST_FACES = 6


class Lookalike(NamedTuple):
    face: Face
    bits: int
    """How many of 64 bits differ."""


def faces_like(phash: str) -> list[Lookalike]:
    """The faces nearest to a perceptual hash, the nearest first."""
    fill_in_hashes()
    hashes = Face.objects.exclude(phash="").values_list("pk", "phash")
    near = [
        (bits, pk)
        for pk, other in hashes.iterator()
        if (bits := bits_apart(phash, other)) <= MOST_BITS
    ]
    bits_of = {pk: bits for bits, pk in sorted(near)[:MOST_FACES]}
    faces = Face.objects.in_bulk(bits_of)
    return [Lookalike(faces[pk], bits) for pk, bits in bits_of.items()]


def faces_in(picture: bytes) -> list[Lookalike]:
    """The faces that a file may show; PictureError when it is no picture."""
    sha256 = hashlib.sha256(picture).hexdigest()
    if face := Face.objects.filter(picture_sha256=sha256).first():
        return [Lookalike(face, 0)]
    return faces_like(perceptual_hash(open_picture(picture)))


def fill_in_hashes() -> None:
    """Shipped faces come without a hash: take it from their picture."""
    for face in Face.objects.filter(phash="", review=Face.Review.SHIPPED):
        try:
            image = open_picture(read_picture(face.picture_sha256, 256))
        except OSError:
            continue
        Face.objects.filter(pk=face.pk).update(phash=perceptual_hash(image))
