import os
import time

import pytest
from django.core.management import call_command

from faces.files import has_pictures, picture_name, save_pictures
from faces.sweeping import delete, stray_files
from tests.make import make_face, make_picture

pytestmark = pytest.mark.django_db

STRAY = "f" * 64


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def age_everything(media):
    for path in media.rglob("*.*"):
        os.utime(path, (time.time() - 3700,) * 2)


def sweep(**options):
    call_command("sweep_files", **options)


def test_a_dry_run_lists_strays_and_deletes_nothing(media, capsys):
    save_pictures(make_picture(), STRAY, "")
    age_everything(media)

    sweep()

    assert capsys.readouterr().out.count(STRAY) == 4
    assert has_pictures(STRAY)


def test_strays_are_deleted_with_their_folder(media, capsys):
    save_pictures(make_picture(), STRAY, "")
    age_everything(media)

    sweep(delete=True)

    assert "4 files" in capsys.readouterr().out
    assert not (media / picture_name(STRAY, 512)).parent.exists()


def test_the_pictures_of_faces_stay(media):
    face = make_face(picture=True)
    rejected = make_face(approved=False, picture=True)
    rejected.reject("For a test.")
    age_everything(media)

    sweep(delete=True)

    assert has_pictures(face.picture_sha256)
    assert has_pictures(rejected.picture_sha256)


def test_what_may_still_become_a_face_stays(media):
    save_pictures(make_picture(), STRAY, "")

    sweep(delete=True)

    assert has_pictures(STRAY)


def test_old_temporary_files_are_deleted_beside_whole_ones(media):
    face = make_face(picture=True)
    folder = (media / picture_name(face.picture_sha256, 512)).parent
    (folder / ".half.tmp").write_bytes(b"RIFF")
    age_everything(media)

    sweep(delete=True)

    assert not (folder / ".half.tmp").exists()
    assert has_pictures(face.picture_sha256)


def test_old_pictures_that_are_stored_again_meanwhile_stay(media):
    save_pictures(make_picture(), STRAY, "")
    age_everything(media)
    strays = list(stray_files())

    save_pictures(make_picture(), STRAY, "")
    deleted = [delete(path) for path in strays]

    assert deleted == [False] * 4
    assert has_pictures(STRAY)
    assert list(stray_files()) == []


def test_what_goes_by_itself_is_no_trouble(media, capsys):
    save_pictures(make_picture(), STRAY, "")
    age_everything(media)
    [gone, *_] = stray_files()
    gone.unlink()

    assert not delete(gone)
    sweep(delete=True)

    assert "3 files" in capsys.readouterr().out
