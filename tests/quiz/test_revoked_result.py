"""A face that was hidden or revoked is gone from the site, whoever is reading right now."""

import re
import shutil
import threading
import time
from itertools import cycle
from pathlib import Path

import pytest
from django.core.files.storage import default_storage

from faces.files import ALL_SIZES, picture_name
from faces.models import Face
from quiz.page import pages
from tests.make import make_face, make_quiz, make_result
from tests.site import get, running_site

NUM_TRIALS = 100
NUM_READERS = 4
SECONDS_ON_COVER = 3
"""A cover is a page that is kept; the face on it may stay so long, its picture may not."""
VISIBLE = {200, 206, 304}


def page(client, result):
    return client.get(result.get_absolute_url()).content.decode()


def og_image(text):
    return re.search(r'property="og:image" content="([^"]+)"', text)[1]


@pytest.fixture(params=["hide", "revoke"])
def gone(request, db):
    """A result whose face is not shown any more."""
    result = make_result()
    getattr(result.face, request.param)("Reported.")
    return result


def test_page_keeps_its_words_and_shows_a_drawing(gone, client):
    text = page(client, gone)

    assert gone.name in text
    assert "I have nine macaws" in text
    assert '<svg class="nobody"' in text
    assert "Their face is not shown any more." in text
    assert gone.face.key not in text


def test_page_asks_not_to_be_indexed(gone, client):
    assert '<meta name="robots" content="noindex">' in page(client, gone)


def test_page_does_not_tell_how_to_draw_the_face_again(gone, client):
    assert f"seed {gone.face.seed}" not in page(client, gone)


def test_link_preview_is_a_card_without_a_face(gone, client, settings):
    text = page(client, gone)

    assert og_image(text) == f"{settings.SITE_URL}/static/quiz/cover-card.jpg"
    assert f"{gone.code}/card.jpg" not in text
    assert "portrait of a made-up person" not in text


def test_page_offers_no_report_of_what_is_gone(gone, client):
    assert "Report this lover" not in page(client, gone)


@pytest.mark.parametrize("method", ["get", "head"])
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"If-None-Match": "*"},
        {"If-Modified-Since": "Wed, 01 Jan 2031 00:00:00 GMT"},
        {"Range": "bytes=0-9"},
    ],
)
def test_no_request_gets_a_picture_or_a_card_of_it(gone, client, method, headers):
    for path in every_picture(gone):
        response = getattr(client, method)(path, headers=headers)

        assert response.status_code == 410, path
        assert response["Cache-Control"] == "no-store"


def every_picture(result):
    return [
        *(result.face.picture_url(size) for size in (512, 256, 96)),
        result.card_url,
    ]


def test_face_that_the_lead_shows_again_is_back(db, client, django_user_model):
    result = make_result()
    result.face.hide("Reported.")
    result.face.show_again("Nothing wrong.", django_user_model.objects.create())

    assert result.face.key in page(client, result)
    assert client.get(result.card_url).status_code == 200


def test_cover_drops_the_face_soon_though_the_page_is_kept(db, client, settings):
    settings.CONTENT_CACHE_SECONDS = 3600
    face = make_face(picture=True)
    quiz = make_quiz()
    quiz.cover_faces.add(face)
    before = client.get("/ai-lover/")
    face.revoke("Reported.")

    pages._looked_at -= 1
    after = client.get("/ai-lover/", headers={"If-None-Match": before["ETag"]})

    assert face.key in before.content.decode()
    assert after.status_code == 200
    assert face.key not in after.content.decode()


def test_cover_of_somebody_else_is_kept(
    db, client, settings, django_assert_num_queries
):
    settings.CONTENT_CACHE_SECONDS = 3600
    make_quiz().cover_faces.add(make_face())
    client.get("/ai-lover/")
    pages._looked_at -= 1

    with django_assert_num_queries(1):
        client.get("/ai-lover/")


# --- On a real server, while others read


@pytest.fixture
def results(transactional_db):
    """One result for each trial; all have the same picture under a hash of their own."""
    quiz = make_quiz()
    first = make_face(picture=True)
    faces = [first, *(make_face() for _ in range(NUM_TRIALS - 1))]
    quiz.cover_faces.set(faces[:6])
    for face in faces[1:]:
        for size in ALL_SIZES:
            source, copy = (
                Path(default_storage.path(picture_name(sha256, size)))
                for sha256 in (first.picture_sha256, face.picture_sha256)
            )
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, copy)
    return [make_result(face=face, quiz=quiz) for face in faces]


def looks(result):
    """What readers ask for, in turn: every address, plainly and with conditions."""
    etag = f'"{result.face.picture_sha256[:32]}-%s"'
    conditions = [{}, {"If-None-Match": "*"}, {"Range": "bytes=0-99"}]
    conditions += [{"If-Modified-Since": "Wed, 01 Jan 2031 00:00:00 GMT"}]
    for path in every_picture(result):
        size = path.rpartition("/")[2].removesuffix(".webp")
        for headers in [*conditions, {"If-None-Match": etag % size}]:
            yield "GET", path, headers
        yield "HEAD", path, {}
    yield "GET", result.get_absolute_url(), {}
    yield "GET", "/ai-lover/", {}


def shows(response, result, path):
    if path in every_picture(result):
        return response.status in VISIBLE
    return result.face.key.encode() in response.body


class Reader(threading.Thread):
    """Asks on and on, and notes when each request began that was shown the face."""

    def __init__(self, port, result, start):
        super().__init__()
        looks_of = list(looks(result))
        self.looks = cycle(looks_of[start:] + looks_of[:start])
        self.port, self.result = port, result
        self.shown = []
        self.broken = []
        self.is_over = threading.Event()

    def run(self):
        while not self.is_over.is_set():
            method, path, headers = next(self.looks)
            began = time.monotonic()
            response = get(self.port, path, method, **headers)
            if response.status not in VISIBLE | {410}:
                self.broken.append((response.status, path))
            if shows(response, self.result, path):
                self.shown.append((began, path))


def trial(port, result, take_away, seconds_after):
    """Take a face away under the eyes of readers; gives what they saw too late."""
    readers = [Reader(port, result, start=7 * n) for n in range(NUM_READERS)]
    for reader in readers:
        reader.start()
    time.sleep(0.05)
    take_away(Face.objects.get(pk=result.face_id), "Reported.")
    gone_at = time.monotonic()
    time.sleep(seconds_after)
    for reader in readers:
        reader.is_over.set()
    for reader in readers:
        reader.join()
    assert not [look for reader in readers for look in reader.broken]
    seen = [(began, path) for reader in readers for began, path in reader.shown]
    assert seen, "nobody saw it before"
    return [
        (round(began - gone_at, 3), path) for began, path in seen if began > gone_at
    ]


def is_too_late(seconds, path):
    return path != "/ai-lover/" or seconds > SECONDS_ON_COVER


def test_hundred_faces_are_gone_while_others_read_them(results):
    take_away = cycle([Face.hide, Face.revoke])
    with running_site() as port:
        late = [
            look
            for result in results
            for look in trial(port, result, next(take_away), seconds_after=0.1)
            if is_too_late(*look)
        ]

    assert late == []


def test_covers_lose_all_their_faces_within_five_seconds(results):
    with running_site(CONTENT_CACHE_SECONDS="3600") as port:
        before = get(port, "/ai-lover/").body
        Face.objects.all().take_away("All of them.")
        time.sleep(2)
        after = get(port, "/ai-lover/").body

    assert before.count(b"/f/") > after.count(b"/f/") == 0


def test_readers_catch_a_site_that_does_not_look_each_time(results):
    with running_site("tests.quiz.careless_wsgi:application") as port:
        late = trial(port, results[0], Face.revoke, seconds_after=1)

    kinds = {path.rpartition(".")[2] for _, path in late}
    assert kinds >= {"webp", "jpg"}
