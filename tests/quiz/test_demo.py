"""The demo loads, may be loaded again, and the quiz plays."""

import hashlib
import re
import shutil

import pytest
from django.conf import settings as site_settings
from django.contrib.auth.models import User
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command

from faces.files import ALL_SIZES, picture_name
from faces.models import Face
from faces.shipped import read_manifest, read_network
from quiz.matching import AGE_BUCKETS, GENDERS
from quiz.models import Quiz, Result
from tests.make import answers, make_face
from texts.models import MessageTemplate, Word

FIXTURES = site_settings.BASE_DIR / "fixtures"


@pytest.fixture
def demo(db, capsys):
    call_command("load_demo")
    return capsys.readouterr().out


def test_demo_loads_once_and_keeps_what_was_changed(demo, client, capsys):
    assert all(name in demo for name in ("editor", "rater", "operator", "admin"))
    faces = Face.objects.servable().count()
    Face.objects.first().revoke("Reported.")
    Quiz.objects.update(title_word="pirate")
    passwords = list(User.objects.values_list("password", flat=True))

    call_command("load_demo")

    assert Face.objects.servable().count() == faces - 1
    assert Quiz.objects.get().title_word == "pirate"
    assert list(User.objects.values_list("password", flat=True)) == passwords
    assert capsys.readouterr().out == ""


def test_demo_has_what_a_visitor_needs(demo, client):
    for face in Face.objects.servable():
        assert all(
            default_storage.exists(picture_name(face.picture_sha256, s))
            for s in ALL_SIZES
        )
        assert face.events.get().reason
    assert Face.objects.servable().filter(quality="trainwreck").count() >= 20
    good = Face.objects.servable().filter(quality="good")
    for gender in GENDERS:
        for age in AGE_BUCKETS:
            assert good.filter(gender=gender, age_bucket=age).exists()


def test_demo_texts_are_as_many_as_promised(demo):
    def words(name):
        return Word.objects.filter(word_list__name=name).count()

    promised = {
        **{"hobby": 150, "pet": 100, "quirk": 60, "deal_breaker": 40},
        **{"home_town": 200, **{f"first_name_{gender}": 120 for gender in GENDERS}},
    }
    for name, number in promised.items():
        assert words(name) >= number, name
    assert MessageTemplate.objects.filter(part="invitation").count() >= 80
    intros = MessageTemplate.objects.filter(part="intro")
    for tone in ("wholesome", "in-charge", "devoted"):
        assert intros.filter(tone__slug=tone).count() >= 40


def test_demo_quiz_plays(demo, client):
    quiz = Quiz.objects.get()
    assert quiz.questions.count() == 7

    for gender in (*GENDERS, "anyone", "surprise"):
        form = answers(
            quiz,
            who=gender,
            pet="macaw",
            red_flag="own one towel",
            first_date="the bird market",
        )
        page = client.post("/ai-lover/lover/", form, follow=True).content.decode()
        assert "macaws" in page

    for result in Result.objects.all():
        text = " ".join(result.lines.values()).lower()
        assert "own one towel" in text
        assert "the bird market" in text
        assert "{" not in text


@pytest.fixture
def folder(tmp_path, settings):
    """Two of the shipped faces under other recipes, none of them stored yet."""
    settings.MEDIA_ROOT = tmp_path / "media"
    shutil.copy(FIXTURES / "faces/network.json", tmp_path)
    lines = ["file,seed,psi,gender,age_bucket,quality,drawn_on,sha256,dp18"]
    pictures = sorted((FIXTURES / "faces").glob("*.webp"))[:2]
    for seed, picture in zip([15, 17], pictures, strict=True):
        data = picture.read_bytes()
        (tmp_path / f"{seed}.webp").write_bytes(data)
        facts = f"{seed}.webp,{seed},0.7,man,30s,good,2026-05-01"
        lines.append(f"{facts},{hashlib.sha256(data).hexdigest()},0.0028")
    (tmp_path / "manifest.csv").write_text("\n".join(lines))
    return tmp_path


def test_faces_of_a_folder_are_approved_with_their_provenance(db, folder):
    call_command("load_faces", folder)

    face = Face.objects.get(seed=15)
    assert face.network.name == "mobilestylegan-ffhq"
    assert (face.gender, face.age_bucket, face.review) == ("man", "30s", "shipped")
    assert face.scores["dp18"] == 0.0028


def with_columns(folder, names, values):
    """Each row of the manifest with more columns, all alike."""
    manifest = folder / "manifest.csv"
    head, *rows = manifest.read_text().splitlines()
    lines = [f"{head},{names}", *(f"{row},{values}" for row in rows)]
    manifest.write_text("\n".join(lines))


def test_manifest_may_tell_more_of_a_face(db, folder):
    edit = "gender +1.20 age -0.30 by 0123abcd"
    decided = "Looked at by one person at 256 px,2026-11-20"
    with_columns(folder, "edit,decision,decided_on,skin", f"{edit},{decided},0.75")

    call_command("load_faces", folder)

    face = Face.objects.get(seed=15)
    assert face.edit == edit
    assert face.scores["skin"] == 0.75
    reason = face.events.get().reason
    assert reason == "Looked at by one person at 256 px, 20 November 2026."


def test_same_seed_steered_otherwise_is_another_face(db, folder):
    [first, *_] = read_manifest(folder)
    make_face(network=read_network(folder), seed=first.seed, edit="age +1.00 by x")

    call_command("load_faces", folder)

    assert Face.objects.filter(seed=first.seed).count() == 2


def test_faces_of_an_older_pool_stay_when_a_newer_one_is_loaded(db, folder):
    call_command("load_faces", folder)
    manifest = folder / "manifest.csv"
    head, _, last = manifest.read_text().splitlines()
    manifest.write_text(f"{head}\n{last}")

    call_command("load_faces", folder)

    assert Face.objects.servable().count() == 2


def test_decision_that_is_too_long_is_told(db, folder):
    with_columns(folder, "decision", "x" * 201)

    with pytest.raises(CommandError, match="longer than 200 characters"):
        call_command("load_faces", folder)


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (
            lambda text: text.replace(",man,", ",boy,"),
            "row 2: 'boy' is not one of woman, man",
        ),
        (lambda text: text.replace(",30s,", ",teens,"), "'teens' is not one of 20s"),
        (lambda text: text.replace(",0.7,", ",high,"), "row 2"),
        (
            lambda text: re.sub(r"[0-9a-f]{64}", "0" * 64, text),
            "not the one of the manifest",
        ),
        (
            lambda text: text.replace("15.webp", "nothing.webp"),
            "nothing.webp",
        ),
        (lambda text: text.replace("gender", "sex"), "row 2: 'gender'"),
    ],
)
def test_folder_with_a_problem_loads_nothing_and_says_where(db, folder, spoil, reason):
    manifest = folder / "manifest.csv"
    manifest.write_text(spoil(manifest.read_text()))

    with pytest.raises(CommandError, match=reason):
        call_command("load_faces", folder)

    assert not Face.objects.exists()


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda text: text.replace("e5d10e2b", "00000000"), "another SHA-256"),
        (lambda text: text[:-5], "network.json cannot be used"),
        (lambda text: "[]", "network.json cannot be used"),
    ],
)
def test_folder_of_another_network_is_refused(db, folder, spoil, reason):
    call_command("load_faces", folder)
    network = folder / "network.json"
    network.write_text(spoil(network.read_text()))

    with pytest.raises(CommandError, match=reason):
        call_command("load_faces", folder)


def test_missing_folder_is_one_plain_sentence(db, tmp_path):
    with pytest.raises(CommandError, match="manifest.csv cannot be read|No such file"):
        call_command("load_faces", tmp_path / "nowhere")


def test_picture_that_is_revoked_stays_revoked_under_another_recipe(db, folder):
    [first, *_] = read_manifest(folder)
    make_face(seed=99, picture_sha256=first.sha256).revoke("Reported.")

    call_command("load_faces", folder)

    assert not Face.objects.filter(seed=first.seed).exists()
    assert Face.objects.get(seed=99).status == "revoked"
