"""Operators take faces off the site by whatever they have of them."""

import html
import re

import pytest
from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from faces.files import read_picture
from faces.models import Face, FaceEvent, Network
from quiz.roles import set_up_roles
from tests.make import make_face, make_network, make_result, picture_bytes

REVOKE = "/admin/faces/revoke/"
CONFIRM = f"{REVOKE}confirm/"


@pytest.fixture
def sign_in(db, client):
    set_up_roles()

    def sign_in(role):
        user = User.objects.create_user(role, password="x", is_staff=True)
        user.groups.add(Group.objects.get(name=role))
        client.force_login(user)
        return user

    return sign_in


@pytest.fixture
def operator(sign_in):
    return sign_in("operator")


def words(response):
    """What a page says, as one line."""
    text = re.sub(r"<[^>]*>", " ", response.content.decode())
    return html.unescape(" ".join(text.split()))


def find(client, names="", **files):
    return client.post(REVOKE, {"names": names} | files)


def found(response):
    return [candidate.face for candidate in response.context["candidates"]]


def confirm(client, faces, shown=None, reason="Looks young."):
    shown = shown or faces
    form = {
        "shown": ",".join(str(face.pk) for face in shown),
        "faces": [face.pk for face in faces],
        "reason": reason,
    }
    return client.post(CONFIRM, form, follow=True)


def retire_page(network):
    return f"/admin/faces/network/{network.pk}/retire/"


# --- Who may


@pytest.mark.parametrize("role", ["editor", "rater"])
def test_other_roles_revoke_and_retire_nothing(sign_in, client, role):
    sign_in(role)
    face = make_face()

    for path in [REVOKE, f"{REVOKE}addresses/", f"{REVOKE}addresses.csv"]:
        assert client.get(path).status_code == 403, path
    retire = {"name": "tiny", "reason": "x"}
    assert client.post(retire_page(face.network), retire).status_code == 403
    assert confirm(client, [face]).status_code == 403

    assert Face.objects.servable().get() == face


def test_visitors_are_sent_to_sign_in(db, client):
    face = make_face()

    for path in [REVOKE, CONFIRM, retire_page(face.network)]:
        response = client.post(path, {"faces": face.pk, "reason": "x"})
        assert response["Location"].startswith("/admin/login/"), path

    assert Face.objects.servable().exists()


def test_forms_of_other_sites_are_refused(operator):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(operator)
    face = make_face()

    assert strict.post(CONFIRM, {"faces": face.pk}).status_code == 403
    assert strict.post(retire_page(face.network), {"name": "tiny"}).status_code == 403


def test_operator_finds_the_page_from_home_and_editors_do_not(sign_in, client):
    sign_in("operator")
    assert REVOKE in client.get("/admin/").content.decode()

    sign_in("editor")
    assert REVOKE not in client.get("/admin/").content.decode()


# --- Which faces


@pytest.mark.parametrize(
    "name",
    [
        "https://lovers.example{result}",
        "https://lovers.example{result}?utm_source=x#share",
        "{result}",
        "{result}card.jpg",
        "{result}story.jpg",
        "{code}",
        "  {code}  ",
        "https://lovers.example{picture}",
        "{picture}?x",
        "{key}",
        "{sha256}",
        "http://127.0.0.1:8000/admin/faces/face/{pk}/change/",
    ],
)
def test_face_is_found_by_every_name_it_has(operator, client, name):
    result = make_result()
    make_face()
    face = result.face

    response = find(
        client,
        name.format(
            result=result.get_absolute_url(),
            code=result.code,
            picture=face.picture_url(512),
            key=face.key,
            sha256=face.picture_sha256,
            pk=face.pk,
        ),
    )

    assert found(response) == [face]
    assert f'value="{face.pk}" checked' in response.content.decode()


def test_many_are_found_at_once_and_each_once(operator, client):
    faces = [make_face() for _ in range(3)]
    names = [face.key for face in faces] + [faces[0].picture_sha256]

    assert found(find(client, "\n".join(names))) == faces


@pytest.mark.parametrize("size", [512, 96])
def test_picture_finds_candidates_to_look_at(operator, client, size):
    face = make_face(picture=True)
    picture = SimpleUploadedFile("x.webp", read_picture(face.picture_sha256, size))

    response = find(client, picture=picture)

    assert found(response)[0] == face
    assert " checked" not in response.content.decode()
    assert "Looks " in words(response)


def test_perceptual_hash_finds_candidates(operator, client):
    face = make_face(phash="0" * 15 + "7")

    response = find(client, "0" * 16)

    assert found(response) == [face]
    assert "3 of 64 bits differ" in words(response)


def test_page_says_who_sees_them_and_in_how_many_results(operator, client):
    result = make_result()
    make_result(face=result.face)
    gone = make_face()
    gone.revoke("Reported.")

    text = words(find(client, f"{result.code}\n{gone.key}"))

    assert "Visitors see it now. In 2 results." in text
    assert "Already revoked. In 0 results." in text


@pytest.mark.parametrize(
    ("names", "complaint"),
    [
        ("", "Paste an address, or choose a picture."),
        ("https://elsewhere.example/", "Nobody is known by https://elsewhere.example/"),
        ("a" * 22, "Nobody is known by aaaa"),
        ("\u0660" * 11, "Nobody is known by"),
        ("\n".join(["x"] * 101), "Take 100 lines at a time."),
    ],
)
def test_what_is_not_understood_is_said_and_kept(operator, client, names, complaint):
    response = find(client, names)

    assert response.status_code == 400
    assert complaint in words(response)
    assert names in html.unescape(response.content.decode())


def test_unknown_line_does_not_hold_up_the_others(operator, client):
    face = make_face()

    response = find(client, f"{face.key}\nhttps://elsewhere.example/")

    assert found(response) == [face]
    assert "Nobody is known by https://elsewhere.example/" in words(response)


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"text", "This picture cannot be read: it is not a whole PNG, JPEG or WebP"),
        (picture_bytes(seed=5), "No face looks like this."),
    ],
)
def test_picture_of_nobody_is_said_so(operator, client, data, complaint):
    response = find(client, picture=SimpleUploadedFile("x.webp", data))

    assert response.status_code == 400
    assert complaint in words(response)


# --- Revoking


def test_ticked_faces_are_revoked_with_the_reason(operator, client):
    face, spared = make_face(), make_face()

    response = confirm(client, [face], shown=[face, spared])

    assert "1 face taken away for good" in words(response)
    assert Face.objects.servable().get() == spared
    event = FaceEvent.objects.first()
    assert (event.by, event.reason) == (operator, "Looks young.")


def test_face_that_nobody_has_seen_yet_is_rejected(operator, client):
    face = make_face(approved=False)

    confirm(client, [face])

    assert Face.objects.get().status == "rejected"


@pytest.mark.parametrize(
    ("faces", "reason", "complaint"),
    [(0, "Young.", "Tick at least one face."), (1, "", "Say why, in a few words.")],
)
def test_nothing_is_revoked_without_a_tick_and_a_reason(
    operator, client, faces, reason, complaint
):
    face = make_face()

    response = confirm(client, [face][:faces], shown=[face], reason=reason)

    assert response.status_code == 400
    assert complaint in words(response)
    assert found(response) == [face]
    assert Face.objects.servable().exists()


def test_faces_that_were_not_on_the_page_cannot_be_ticked(operator, client):
    face, other = make_face(), make_face()

    assert confirm(client, [other], shown=[face]).status_code == 400
    assert Face.objects.servable().count() == 2


@pytest.mark.parametrize("shown", ["x", "1;2", "9" * 40, "\u0663x"])
def test_garbled_keys_are_refused(operator, client, shown):
    form = {"shown": shown, "faces": ["1"], "reason": "x"}

    assert client.post(CONFIRM, form).status_code == 400


# --- What others may have copied


def test_addresses_of_all_results_are_listed(operator, client, settings):
    settings.SITE_URL = "https://lovers.example"
    first = make_result()
    second = make_result(face=first.face)
    make_result()

    response = confirm(client, [first.face])

    for result in (first, second):
        page = f"https://lovers.example/r/{result.code}/"
        assert page in response.context["rows"]
        assert f"{page}card.jpg" in response.context["rows"]
    assert len(response.context["rows"]) == 2 * 2 + 3
    text = words(response)
    assert "What other sites have copied, nobody can call back" in text
    assert "Facebook keeps a preview for about 30 days" in text


def test_addresses_come_as_csv(operator, client, settings):
    result = make_result()
    confirm(client, [result.face])

    response = client.get(f"{REVOKE}addresses.csv?faces={result.face_id}")

    lines = b"".join(response.streaming_content).decode().split("\r\n")
    assert response["Content-Disposition"] == 'attachment; filename="addresses.csv"'
    assert lines[:3] == [
        "what,address",
        f"result page,{settings.SITE_URL}/r/{result.code}/",
        f"card,{settings.SITE_URL}/r/{result.code}/card.jpg",
    ]


def test_long_list_is_cut_on_the_page_and_whole_in_the_file(operator, client):
    face = make_face()
    for _ in range(101):
        make_result(face=face)

    page = client.get(f"{REVOKE}addresses/?faces={face.pk}")
    file = client.get(f"{REVOKE}addresses.csv?faces={face.pk}")

    assert "The first 200 addresses" in words(page)
    assert b"".join(file.streaming_content).count(b"\r\n") == 1 + 202 + 3


def test_faces_without_results_have_their_pictures_listed(operator, client):
    response = confirm(client, [make_face()])

    assert "All 3 addresses" in words(response)


# --- Retiring a network


def retire(client, network, name="tiny", reason="Draws children."):
    form = {"name": name, "reason": reason}
    return client.post(retire_page(network), form, follow=True)


def test_page_says_what_retiring_takes_away(operator, client):
    result = make_result()
    make_face(approved=False)

    text = words(client.get(retire_page(result.face.network)))

    assert "faces visitors may meet now 1" in text
    assert "faces to take away, with those that wait for raters 2" in text
    assert "results that keep their words and lose their face 1" in text
    assert Face.objects.servable().exists()


def test_retired_network_shows_nobody_and_its_addresses_are_listed(operator, client):
    result = make_result()
    other = make_face(network=make_network(name="other", sha256="2" * 64))

    response = retire(client, result.face.network)

    assert "1 face taken away for good" in words(response)
    assert any(result.code in address for address in response.context["rows"])
    assert Network.objects.get(name="tiny").is_retired
    assert list(Face.objects.servable()) == [other]


@pytest.mark.parametrize("network", ["1,2", ",", "x", "-1", "9" * 19])
def test_garbled_network_is_refused(operator, client, network):
    for page in (f"{REVOKE}addresses/", f"{REVOKE}addresses.csv"):
        assert client.get(page, {"network": network}).status_code == 400


@pytest.mark.parametrize(
    ("form", "complaint"),
    [
        ({"name": "other"}, "This is not tiny."),
        ({"reason": ""}, "Say why, in a few words."),
    ],
)
def test_retiring_takes_its_name_and_a_reason(operator, client, form, complaint):
    face = make_face()

    response = retire(client, face.network, **form)

    assert complaint in words(response)
    assert Face.objects.servable().exists()


def test_retired_network_is_not_retired_again(operator, client):
    network = make_network()
    retire(client, network)

    page = client.get(retire_page(network)).content.decode()

    assert "It was retired on" in page
    assert "Retire for good" not in page


def test_operator_reads_the_reports_and_writes_none(operator, client):
    face = make_face(picture=True)
    face.reports.create(reason="nudity", note="Look at the shoulder.")

    assert "Look at the shoulder." in words(client.get("/admin/faces/report/"))
    assert client.get("/admin/faces/report/add/").status_code == 403
    page = f"/admin/faces/report/{face.reports.get().pk}/"
    assert client.post(f"{page}delete/", {"post": "yes"}).status_code == 403
