"""Faces that come with their provenance in a folder: pictures, manifest.csv, network.json."""

import csv
import hashlib
import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from django.db import DatabaseError, transaction
from tqdm import tqdm

from faces.files import PictureError, has_pictures, open_face, save_pictures
from faces.models import AGE_BUCKETS, GENDERS, QUALITIES, Face, Network
from faces.revocations import replay_own_file

ABOUT = [
    *("file", "network", "seed", "psi", "edit", "drawn_on", "sha256"),
    *("gender", "age_bucket", "quality", "decision", "decided_on"),
]
"""Columns with a meaning of their own. Every other one is a score."""
LONGEST_DECISION = 200
DECISION = "Screened and looked at before it was shipped."


class ManifestError(ValueError):
    """The folder cannot be loaded; one sentence per problem."""


@dataclass(frozen=True)
class ShippedFace:
    path: Path
    seed: int
    psi: Decimal
    edit: str
    gender: str
    age_bucket: str
    quality: str
    drawn_on: date
    sha256: str
    decision: str
    """How it was reviewed, and when."""
    scores: dict[str, float]

    @classmethod
    def from_row(cls, folder: Path, row: dict[str, str]) -> "ShippedFace":
        return cls(
            path=folder / Path(row["file"]).name,
            seed=int(row["seed"]),
            psi=Decimal(row["psi"]),
            edit=row.get("edit") or "",
            gender=one_of(GENDERS, row["gender"]),
            age_bucket=one_of(AGE_BUCKETS, row["age_bucket"]),
            quality=one_of(QUALITIES, row["quality"]),
            drawn_on=date.fromisoformat(row["drawn_on"]),
            sha256=row["sha256"],
            decision=decision(row),
            scores={
                name: float(value)
                for name, value in row.items()
                if name not in ABOUT and value
            },
        )

    @property
    def recipe(self) -> tuple[int, Decimal, str]:
        return self.seed, self.psi, self.edit


def decision(row: dict[str, str]) -> str:
    """What its event will say; older manifests tell nothing of the single face."""
    words = row.get("decision") or DECISION
    if row.get("decided_on"):
        day = date.fromisoformat(row["decided_on"])
        words = f"{words.rstrip('.')}, {day:%-d %B %Y}."
    if len(words) > LONGEST_DECISION:
        raise ValueError(f"the decision is longer than {LONGEST_DECISION} characters")
    return words


def one_of(known: list[str], value: str) -> str:
    if value not in known:
        raise ValueError(f"{value!r} is not one of {', '.join(known)}")
    return value


def read_manifest(folder: Path) -> list[ShippedFace]:
    problems, shipped = [], []
    try:
        with (folder / "manifest.csv").open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
    except OSError as error:
        raise ManifestError(
            f"{folder / 'manifest.csv'} cannot be read: {error.strerror}."
        ) from error
    for number, row in enumerate(rows, start=2):
        try:
            shipped.append(ShippedFace.from_row(folder, row))
        except (KeyError, TypeError, ValueError, InvalidOperation) as error:
            problems.append(f"manifest.csv, row {number}: {error}")
    if problems:
        raise ManifestError("\n".join(problems))
    return shipped


def read_network(folder: Path) -> Network:
    try:
        facts = json.loads((folder / "network.json").read_text(encoding="utf-8"))
        network, _ = Network.objects.get_or_create(name=facts["name"], defaults=facts)
    except (OSError, KeyError, TypeError, ValueError, DatabaseError) as error:
        raise ManifestError(f"network.json cannot be used: {error}") from error
    if network.sha256 != facts["sha256"]:
        raise ManifestError(
            f"network.json: {network.name} is registered here with another SHA-256."
        )
    return network


def load_faces(folder: Path) -> int:
    """Approve the folder's faces that are new here; returns how many those were.

    A recipe or a picture that is known already keeps its row and its status, so a face
    that was revoked stays revoked, even on an empty database: the file of revocations
    knows. All or nothing. Shows a progress bar.
    """
    network = read_network(folder)
    replay_own_file()
    network.refresh_from_db()
    if network.is_retired:
        return 0
    shipped = read_manifest(folder)
    missing = [face for face in shipped if not has_pictures(face.sha256)]
    for _ in tqdm(
        store_all(missing, network),
        total=len(missing),
        desc="Faces",
        unit="face",
        disable=not missing,
    ):
        pass
    return add_new(shipped, network)


@transaction.atomic
def add_new(shipped: list[ShippedFace], network: Network) -> int:
    """Approve those whose recipe and picture are new here; returns how many."""
    recipes = set(network.face_set.values_list("seed", "psi", "edit"))
    pictures = set(Face.objects.values_list("picture_sha256", flat=True))
    new = [
        face
        for face in shipped
        if face.recipe not in recipes and face.sha256 not in pictures
    ]
    for face in new:
        create(face, network)
    return len(new)


def store_all(shipped: list[ShippedFace], network: Network) -> Iterator[None]:
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        yield from threads.map(lambda face: store(face, network), shipped)


def store(shipped: ShippedFace, network: Network) -> None:
    try:
        data = shipped.path.read_bytes()
    except OSError as error:
        raise ManifestError(f"{shipped.path.name}: {error.strerror}") from error
    if hashlib.sha256(data).hexdigest() != shipped.sha256:
        raise ManifestError(
            f"{shipped.path.name}: the file is not the one of the manifest (SHA-256)"
        )
    try:
        image = open_face(data)
    except PictureError as error:
        raise ManifestError(f"{shipped.path.name}: {error}") from error
    edit = f", {shipped.edit}" if shipped.edit else ""
    recipe = f"{network.name}, seed {shipped.seed}, psi {shipped.psi}{edit}"
    save_pictures(image, shipped.sha256, recipe)


def create(shipped: ShippedFace, network: Network) -> None:
    face = Face.objects.create(
        network=network,
        seed=shipped.seed,
        psi=shipped.psi,
        edit=shipped.edit,
        picture_sha256=shipped.sha256,
        drawn_on=shipped.drawn_on,
        scores=shipped.scores,
        gender=shipped.gender,
        age_bucket=shipped.age_bucket,
        quality=shipped.quality,
        adult=Face.Adult.YES,
        problem=Face.Problem.NONE,
        review=Face.Review.SHIPPED,
    )
    face.approve(shipped.decision)
