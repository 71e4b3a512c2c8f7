"""The admin is the editors' and operators' tool; each role sees its own part."""

import io

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse
from PIL import Image

from faces.models import Face, GoldFace, Network
from quiz.models import Choice, Question, Quiz, Result
from quiz.roles import set_up_roles
from tests.make import (
    make_face,
    make_line,
    make_question,
    make_quiz,
    make_report,
    make_result,
    make_words,
    picture_bytes,
)
from texts.history import save_line
from texts.models import (
    FlaggedWord,
    MessageTemplate,
    TextSettings,
    Tone,
    Word,
    WordList,
)

MODELS = [
    model
    for model in admin.site._registry
    if model.__module__.split(".")[0] in ("quiz", "faces", "texts")
]


TOOLS = {
    Quiz,
    Question,
    Choice,
    Result,
    Face,
    Network,
    Tone,
    MessageTemplate,
    WordList,
    Word,
}


@pytest.fixture
def sign_in(db, client):
    set_up_roles()

    def sign_in(role):
        user = User.objects.create_user(
            role, password="x", is_staff=True, is_superuser=role == "admin"
        )
        if role != "admin":
            user.groups.add(Group.objects.get(name=role))
        client.force_login(user)
        return user

    return sign_in


def changelist(model):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def test_every_model_has_its_page():
    assert set(MODELS) >= TOOLS


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_lists_and_pages_open_without_a_query_per_row(
    sign_in, client, model, django_assert_max_num_queries
):
    sign_in("admin")
    make_quiz()
    make_line("hello", "Hi!", "wholesome")
    make_words("pet", "otters")
    save_line(MessageTemplate(part="hello", text="Ho!"), None)
    FlaggedWord.objects.create(word="crazy")
    TextSettings.now()
    for _ in range(5):
        face = make_face(picture=True)
        make_result(face=face)
        GoldFace.objects.create(face=face, adult="yes", problem="none")
        make_report(make_result(face=make_face(picture=True)).face)

    with django_assert_max_num_queries(14):
        assert client.get(changelist(model)).status_code == 200
    page = reverse(
        f"admin:{model._meta.app_label}_{model._meta.model_name}_change",
        args=[model.objects.first().pk],
    )
    assert client.get(page).status_code == 200


ALLOWED = {
    "editor": {
        Quiz,
        Question,
        Choice,
        Result,
        Tone,
        MessageTemplate,
        WordList,
        Word,
        Face,
    },
    "rater": {Face},
    "operator": {Quiz, Result, Face, Network},
}


@pytest.mark.parametrize("role", ALLOWED)
def test_each_role_sees_its_own_part(sign_in, client, role):
    sign_in(role)

    for model in TOOLS:
        expected = 200 if model in ALLOWED[role] else 403
        assert client.get(changelist(model)).status_code == expected, model


@pytest.mark.parametrize(
    "path", ["", "quiz/quiz/", "faces/face/", "texts/messagetemplate/"]
)
def test_visitors_are_sent_to_sign_in(db, client, path):
    response = client.get(f"/admin/{path}")

    assert response.status_code == 302
    assert response["Location"].startswith("/admin/login/")


def test_operator_who_ticks_faces_is_asked_before_they_are_revoked(sign_in, client):
    sign_in("operator")
    face = make_face(picture=True)
    form = {"action": "revoke_faces", "_selected_action": [face.pk]}

    page = client.post(changelist(Face), form, follow=True)

    assert page.request["QUERY_STRING"] == f"faces={face.pk}"
    assert "Revoke these faces?" in page.content.decode()
    assert Face.objects.servable().exists()


def test_editor_cannot_revoke(sign_in, client):
    sign_in("editor")
    form = {"action": "revoke_faces", "_selected_action": [make_face().pk]}

    client.post(changelist(Face), form)

    assert Face.objects.servable().count() == 1


def test_nobody_approves_a_face_by_a_forged_form(sign_in, client):
    sign_in("admin")
    face = make_face(approved=False, picture=True)

    page = reverse("admin:faces_face_change", args=[face.pk])
    assert client.post(page, {"status": "approved", "adult": "yes"}).status_code == 403
    assert (
        client.post(reverse("admin:faces_face_add"), {"status": "approved"}).status_code
        == 403
    )
    assert (
        client.post(
            reverse("admin:faces_face_delete", args=[face.pk]), {"post": "yes"}
        ).status_code
        == 403
    )

    assert not Face.objects.servable().exists()


def test_staff_see_a_picture_that_visitors_do_not(sign_in, client):
    face = make_face(approved=False, picture=True)
    page = reverse("admin:faces_face_picture", args=[face.pk, 96])
    assert client.get(page).status_code == 302

    sign_in("rater")
    response = client.get(page)

    assert Image.open(io.BytesIO(response.content)).size == (96, 96)
    assert "no-store" in response["Cache-Control"]


def question_form(question, **tile):
    base = {
        "quiz": question.quiz_id,
        "key": question.key,
        "text": question.text,
        "hint": "",
        "position": 0,
    }
    tiles = {
        "position": 0,
        "label": "New",
        "note": "",
        "emoji": "🎲",
        "word": "",
        "picture_alt": "",
    } | tile
    management = {
        "TOTAL_FORMS": 1,
        "INITIAL_FORMS": 0,
        "MIN_NUM_FORMS": 0,
        "MAX_NUM_FORMS": 1000,
    }
    named = {f"choices-0-{name}": value for name, value in tiles.items()}
    return (
        base | named | {f"choices-{name}": value for name, value in management.items()}
    )


def save_tile(client, **tile):
    question = make_question(make_quiz("other"), "new")
    page = reverse("admin:quiz_question_change", args=[question.pk])
    return question, client.post(page, question_form(question, **tile)).content.decode()


def test_editor_adds_a_tile_with_effects(sign_in, client):
    sign_in("editor")

    question, _ = save_tile(
        client, gender="man", chaos=40, word="moths", word_list=make_words("bug").pk
    )

    [choice] = question.choices.all()
    assert (choice.effects, choice.words) == (
        {"gender": "man", "chaos": 40},
        {"bug": "moths"},
    )


@pytest.mark.parametrize(
    ("tile", "sentence"),
    [
        ({"word": "moths"}, "A word needs its slot"),
        ({"chaos": 101}, "less than or equal to 100"),
        ({"label": ""}, "This field is required"),
    ],
)
def test_tile_that_makes_no_sense_is_refused_in_words(sign_in, client, tile, sentence):
    sign_in("editor")

    question, page = save_tile(client, **tile)

    assert sentence in page
    assert not question.choices.exists()


def test_tile_picture_is_cut_and_served(sign_in, client):
    sign_in("editor")
    picture = io.BytesIO(picture_bytes("PNG", side=900))
    picture.name = "../../holiday.png"

    question, _ = save_tile(client, picture=picture, picture_alt="A beach")

    [choice] = question.choices.all()
    response = client.get(choice.picture_url)
    assert Image.open(io.BytesIO(response.content)).size == (640, 480)
    assert "holiday" not in choice.picture.name


def huge():
    buffer = io.BytesIO()
    Image.new("1", (13_000, 13_000)).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize(
    "data", [b"", b"hello", b"<svg/>", picture_bytes("PNG")[:300], huge()]
)
def test_tile_picture_that_is_none_is_refused(sign_in, client, data):
    sign_in("editor")
    picture = io.BytesIO(data)
    picture.name = "x.png"

    question, _ = save_tile(client, picture=picture, picture_alt="A beach")

    assert not question.choices.exists()


def test_pictures_that_no_tile_has_are_not_served(db, client):
    assert client.get("/tiles/..%2fdb.sqlite3").status_code == 404
    assert client.get("/tiles/nothing.webp").status_code == 404


def test_tile_picture_lost_from_the_disk_is_not_found(db, client):
    question = make_question(make_quiz(), "new", gender=["man"])
    name = "0" * 24 + ".webp"
    question.choices.update(picture=f"tiles/{name}", picture_alt="A beach")

    assert client.get(f"/tiles/{name}").status_code == 404


@pytest.mark.parametrize("key", ["abc", "%00", "999999"])
def test_staff_ask_for_pictures_that_are_not_there(sign_in, client, key):
    sign_in("admin")

    page = client.get(f"/admin/faces/face/{key}/picture/96/", follow=True)

    assert b"<img" not in page.content


def test_staff_without_the_right_are_told_so_in_words(sign_in, client):
    sign_in("rater")

    page = client.get("/admin/quiz/quiz/")

    assert page.status_code == 403
    assert b"Your account may not" in page.content


def test_stale_form_is_answered_in_words(sign_in):
    strict = Client(enforce_csrf_checks=True)

    page = strict.post("/admin/login/", {"username": "editor", "password": "x"})

    assert page.status_code == 403
    assert b"Nothing was saved" in page.content


@pytest.mark.parametrize("word", ["{hobby}", "[name]", "{x", "a } b"])
def test_word_that_looks_like_a_slot_is_refused(sign_in, client, word):
    sign_in("editor")

    question, page = save_tile(client, word=word, word_list=make_words("bug").pk)

    assert "A word is printed as it is" in page
    assert not question.choices.exists()


@pytest.mark.parametrize("slug", ["admin", "r", "f", "how", "static", "panel"])
def test_quiz_cannot_take_an_address_of_the_site(sign_in, client, slug):
    sign_in("editor")
    form = {
        "slug": slug,
        "position": 0,
        "title_start": "a",
        "title_word": "b",
        "tagline": "c",
    }
    management = {
        "TOTAL_FORMS": 0,
        "INITIAL_FORMS": 0,
        "MIN_NUM_FORMS": 0,
        "MAX_NUM_FORMS": 1000,
    }

    page = client.post(
        reverse("admin:quiz_quiz_add"),
        form | {f"questions-{k}": v for k, v in management.items()},
    )

    assert "taken by the site" in page.content.decode()


def test_quiz_with_results_cannot_be_deleted(sign_in, client):
    sign_in("editor")
    result = make_result()

    response = client.post(
        reverse("admin:quiz_quiz_delete", args=[result.quiz_id]), {"post": "yes"}
    )

    assert response.status_code == 403
    assert Result.objects.exists()
