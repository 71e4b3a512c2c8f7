import pytest
from django.db import OperationalError, connection

from tests.make import make_face, make_network, make_quiz, make_result

PUBLIC = ["/", "/ai-lover/", "/how/", "/nowhere/", "/r/nobody/", "/admin/login/"]


@pytest.fixture
def quiz(db):
    return make_quiz()


def test_how_names_the_network_its_licence_and_its_bias(quiz, client):
    network = make_network(
        name="m",
        title="MobileStyleGAN",
        sha256="1" * 64,
        licence="Non-commercial only.",
    )
    make_face(network=network)

    text = client.get("/how/").content.decode()

    assert "MobileStyleGAN" in text
    assert "Non-commercial only." in text
    assert "Flickr" in text
    assert "exist" in text


def test_how_works_without_a_quiz_or_a_face(db, client):
    assert client.get("/how/").status_code == 200


@pytest.mark.parametrize("path", PUBLIC)
def test_pages_allow_nothing_from_elsewhere(quiz, client, path):
    policy = client.get(path)["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


@pytest.mark.parametrize("path", PUBLIC)
def test_pages_have_no_inline_script_or_style(quiz, client, path):
    text = client.get(path).content.decode()

    assert "style=" not in text
    assert "<style" not in text
    assert " on" + "click=" not in text
    assert all("src=" in tag for tag in text.split("<script")[1:])


@pytest.mark.parametrize("path", [path for path in PUBLIC if "admin" not in path])
def test_pages_set_no_cookie_before_there_is_a_result(quiz, client, path):
    assert not client.get(path).cookies


def test_wrong_address_is_answered_in_words(quiz, client):
    response = client.get("/nowhere/")

    assert response.status_code == 404
    assert b"Nobody lives here" in response.content


@pytest.mark.parametrize("path", ["/", "/how/", f"/r/{'x' * 22}/"])
def test_missing_database_is_a_plain_503(quiz, client, path):
    def away(*args):
        raise OperationalError("connection refused")

    with connection.execute_wrapper(away):
        response = client.get(path)

    assert response.status_code == 503
    assert response["Retry-After"] == "30"
    assert b"Nothing you did is lost" in response.content
    assert b"connection refused" not in response.content


def test_health_is_told_apart(db, client):
    def away(*args):
        raise OperationalError

    assert client.get("/healthz/ready").status_code == 200
    with connection.execute_wrapper(away):
        assert client.get("/healthz/live").status_code == 200
        assert client.get("/healthz/ready").status_code == 503


def test_crash_is_answered_in_words(quiz, client, monkeypatch):
    client.raise_request_exception = False
    result = make_result()
    monkeypatch.setattr(type(result), "facts", property(lambda self: 1 / 0))

    response = client.get(result.get_absolute_url())

    assert response.status_code == 500
    assert b"We dropped a match" in response.content
    assert b"ZeroDivisionError" not in response.content
