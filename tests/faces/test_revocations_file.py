"""A restored backup never un-revokes: the file of revocations outlives the database."""

import json
import shutil

import pytest
from django.conf import settings as site
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from faces import ledger
from faces.deciding import rate, undo
from faces.models import Face, Network, Report
from faces.revocations import replay_own_file
from tests.make import make_face, make_network, make_waiting

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def rater():
    return User.objects.create_user("rater")


@pytest.fixture
def backup(tmp_path):
    """Call it to make a backup of the faces; gives what restores that."""

    def make_backup():
        file = tmp_path / "backup.json"
        call_command("dumpdata", "faces", "auth.user", output=str(file))

        def restore():
            call_command("flush", interactive=False, verbosity=0)
            call_command("loaddata", str(file), verbosity=0)

        return restore

    return make_backup


@pytest.fixture
def folder(tmp_path):
    """Two of the shipped faces in a folder of their own."""
    source = site.BASE_DIR / "fixtures/faces"
    header, *rows = (source / "manifest.csv").read_text().splitlines()
    folder = tmp_path / "two"
    folder.mkdir()
    (folder / "manifest.csv").write_text("\n".join([header, *rows[:2]]) + "\n")
    shutil.copy(source / "network.json", folder)
    for row in rows[:2]:
        name = dict(zip(header.split(","), row.split(","), strict=False))["file"]
        shutil.copy(source / name, folder)
    return folder


def lines(path=None):
    return [json.loads(line) for line in (path or file()).read_text().splitlines()]


def file():
    return site.REVOCATIONS_FILE


def status(face):
    return Face.objects.get(picture_sha256=face.picture_sha256).status


# --- What is written


def test_revocation_is_in_the_file_with_all_that_keeps_the_face_away():
    face = make_face(edit="older", phash="f" * 16)

    face.revoke("Looks like a child.")

    [line] = lines()
    assert line.pop("at").startswith("20")
    assert line == {
        "network": face.network.sha256,
        "seed": face.seed,
        "psi": "0.7",
        "edit": "older",
        "picture": face.picture_sha256,
        "phash": "f" * 16,
        "drawn_on": "2026-05-01",
        "status": "revoked",
        "why": "Looks like a child.",
    }


def test_what_people_take_away_and_give_back_is_written(rater):
    make_face(approved=False).reject("Looks young.", rater)
    hidden = make_face()
    hidden.hide("Reported.")
    hidden.show_again("Nothing wrong.", rater)

    assert [line["status"] for line in lines()] == ["rejected", "reported", "approved"]


def test_approving_and_screening_write_nothing():
    make_face()
    make_face(approved=False).reject("Screening: no face.")

    assert not file().exists()


def test_the_file_comes_first(monkeypatch):
    face = make_face()
    monkeypatch.setattr("faces.models.ledger.note", power_cut)

    with pytest.raises(KeyboardInterrupt):
        face.revoke("Reported.")

    assert status(face) == "approved"
    assert not face.events.filter(to_status="revoked")


def power_cut(lines):
    raise KeyboardInterrupt


def test_full_disk_does_not_keep_a_face_on_the_site(settings, tmp_path, caplog):
    (tmp_path / "no folder").touch()
    settings.REVOCATIONS_FILE = tmp_path / "no folder" / "revocations.jsonl"
    face = make_face()

    assert face.revoke("Reported.")

    assert status(face) == "revoked"
    assert "A revocation is not in" in caplog.text


def test_torn_line_swallows_no_other():
    make_face().revoke("First.")
    with file().open("a") as torn:
        torn.write('{"network": "abc", "st')
    make_face().revoke("Last.")

    contents = ledger.read(file())

    assert [line.why for line in contents.lines] == ["First.", "Last."]
    assert contents.damaged == [2]


# --- What a restored backup is told


def test_revoked_face_stays_revoked_after_an_older_backup(backup):
    face = make_face()
    restore = backup()
    face.revoke("Reported.")
    restore()
    assert status(face) == "approved"

    call_command("prepare")

    assert status(face) == "revoked"
    assert not Face.objects.servable().filter(pk=face.pk).exists()


def test_face_that_the_backup_does_not_know_is_blocked(backup):
    network = make_network()
    restore = backup()
    face = make_face(network=network, phash="0123456789abcdef")
    face.revoke("Reported.")
    restore()

    replay_own_file()

    blocked = Face.objects.get(seed=face.seed)
    assert (blocked.status, blocked.picture_sha256) == ("revoked", face.picture_sha256)
    assert blocked.phash == "0123456789abcdef"
    assert blocked.events.get().to_status == "revoked"


def test_shipped_face_stays_revoked_on_an_empty_database(folder):
    call_command("load_faces", folder)
    face = Face.objects.first()
    face.revoke("Reported.")
    call_command("flush", interactive=False, verbosity=0)

    call_command("load_faces", folder)

    assert status(face) == "revoked"
    assert Face.objects.servable().count() == 1


def test_rejected_by_a_person_stays_rejected(backup, rater):
    face = make_face(approved=False)
    restore = backup()
    face.reject("Looks young.", rater)
    restore()

    replay_own_file()

    assert status(face) == "rejected"


def test_rejection_that_was_taken_back_does_not_come_back(rater):
    face = make_waiting()
    undo(rate(face.pk, rater, adult="no"))

    assert replay_own_file() == 0
    assert status(face) == "unrated"


def test_hidden_face_is_hidden_again_and_waits_for_the_lead(backup):
    face = make_face()
    restore = backup()
    face.hide("Reported by a visitor: nudity.")
    restore()

    replay_own_file()

    assert status(face) == "reported"
    assert "nudity" in Report.objects.get(outcome="open").note


def test_revoked_is_the_last_word_whatever_is_written_later():
    face = make_face()
    face.revoke("Reported.")
    ledger.append(file(), [face.ledger_line("approved", "A forged line.")])

    [last] = ledger.last_words(ledger.read(file()).lines)

    assert last.status == "revoked"


def test_retired_network_stays_retired(backup):
    face = make_face()
    restore = backup()
    face.network.retire("Draws children.")
    restore()

    call_command("prepare")

    assert Network.objects.get(pk=face.network_id).is_retired
    assert status(face) == "revoked"


def test_retirement_waits_for_a_network_that_is_not_registered(folder):
    call_command("load_faces", folder)
    Network.objects.get().retire("Draws children.")
    call_command("flush", interactive=False, verbosity=0)

    call_command("load_faces", folder)

    assert Network.objects.get().is_retired
    assert not Face.objects.servable().exists()


def test_replaying_twice_changes_nothing_more(backup):
    face = make_face()
    restore = backup()
    face.revoke("Reported.")
    restore()

    assert replay_own_file() == 1
    assert replay_own_file() == 0


def test_damaged_file_is_told_and_the_rest_is_followed(backup, capsys):
    face = make_face()
    restore = backup()
    face.revoke("Reported.")
    restore()
    file().write_bytes(b"\xff{\n" + file().read_bytes())

    call_command("prepare")

    assert status(face) == "revoked"
    assert "1 lines cannot be read, the first is line 1" in capsys.readouterr().err


# --- Another machine


def test_export_is_replayed_elsewhere(backup, tmp_path):
    face, hidden = make_face(), make_face()
    restore = backup()
    face.revoke("Reported.")
    hidden.hide("Reported.")
    file().unlink()  # the database knows as well
    call_command("export_revocations", tmp_path / "export.jsonl")
    restore()

    call_command("replay_revocations", tmp_path / "export.jsonl")

    assert (status(face), status(hidden)) == ("revoked", "reported")
    assert {line["picture"] for line in lines()} >= {face.picture_sha256}


def test_file_forgets_nothing_that_the_database_knows():
    face = make_face()
    face.revoke("Reported.")
    file().unlink()

    call_command("prepare")
    call_command("prepare")

    assert [line["picture"] for line in lines()] == [face.picture_sha256]


def test_commands_complain_in_words(tmp_path):
    with pytest.raises(CommandError, match="does not exist"):
        call_command("replay_revocations", tmp_path / "nowhere")
    with pytest.raises(CommandError, match="No such file|Not a directory|denied"):
        call_command("export_revocations", "/proc/nowhere/file")
    (tmp_path / "bad").write_text("{}\n")
    with pytest.raises(CommandError, match="Lines that cannot be read: 1"):
        call_command("replay_revocations", tmp_path / "bad")
