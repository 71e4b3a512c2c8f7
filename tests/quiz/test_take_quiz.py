import pytest

from quiz.models import Result
from tests.make import answers, make_face, make_line, make_quiz, make_texts


@pytest.fixture
def quiz(db):
    make_texts()
    return make_quiz()


def take(client, **wanted):
    return client.post("/ai-lover/lover/", answers(**wanted))


def test_cover_and_quiz_have_the_same_page(quiz, client):
    home, page = client.get("/"), client.get("/ai-lover/")

    assert home.status_code == page.status_code == 200
    assert home.content == page.content
    assert b"Which pet?" in page.content


def test_page_is_the_same_for_everybody_and_sets_no_cookie(quiz, client):
    make_face()
    first = client.get("/ai-lover/")
    take(client)

    second = client.get("/ai-lover/")

    assert first.content == second.content
    assert not first.cookies
    assert not second.cookies
    assert first["Cache-Control"] == "public, max-age=60"
    assert "Cookie" not in first["Vary"]


def test_page_travels_zipped_and_is_not_sent_twice(quiz, client):
    zipped = client.get("/ai-lover/", headers={"Accept-Encoding": "gzip"})
    unchanged = client.get("/ai-lover/", headers={"If-None-Match": zipped["ETag"]})

    assert zipped["Content-Encoding"] == "gzip"
    assert len(zipped.content) < len(client.get("/ai-lover/").content) / 2
    assert unchanged.status_code == 304


def test_visitor_is_matched_with_a_face_they_like(quiz, client):
    make_face(gender="woman")
    liked = make_face(gender="man", picture=True)

    response = client.post("/ai-lover/lover/", answers(who="man"), follow=True)

    assert response.redirect_chain[0][1] == 303
    assert response.context["result"].face == liked


def test_result_uses_the_tone_and_the_pet_that_were_asked_for(quiz, client):
    make_face()

    result = take(client, tone="devoted", pet="robots")

    lines = Result.objects.get().lines
    assert result["Location"].startswith("/r/")
    assert lines["pet"] == "I have nine robots"
    assert "is devoted. Ask her." in lines["intro"]


def test_lover_quotes_what_the_visitor_answered(quiz, client):
    make_face()
    make_line("confession", "You want a {answer:who}, {answer:pet}, {answer:other}?")
    make_line("confession", "So you said: {answer:chaos}, and {answer:pet}.")

    take(client, pet="robots", chaos=50)

    said = Result.objects.get().lines["confession"]
    assert said == "So you said: Chaos 50, and robots."


def test_lines_heard_last_time_are_not_said_again(quiz, client):
    make_face()
    for number in range(3):
        make_line("confession", f"Confession {number}")

    for _ in range(3):
        take(client)

    confessions = {result.lines["confession"] for result in Result.objects.all()}
    assert len(confessions) == 3


@pytest.mark.django_db(transaction=True)
def test_lines_are_counted_when_they_are_shown_and_a_doubled_submit_once(quiz, client):
    make_face()
    line = make_line("confession", "Guilty")

    for attempt in ["a" * 16, "a" * 16, "b" * 16]:
        client.post("/ai-lover/lover/", answers() | {"attempt": attempt})
    take(client)

    line.refresh_from_db()
    assert line.times_shown == 2  # the last one is counted with the next submit
    assert line.pk in Result.objects.first().line_ids


def test_a_line_for_trainwrecks_is_said_by_trainwrecks(quiz, client):
    make_face(quality="trainwreck")
    make_line("confession", "I am melting", only_trainwreck=True)

    take(client, chaos=100)

    assert Result.objects.get().lines["confession"] == "I am melting"


def test_name_and_age_fit_the_face(quiz, client):
    make_face(gender="man", age_bucket="50+")

    take(client, who="man", age="50+")

    result = Result.objects.get()
    assert result.name.split()[0] in ("Cem", "Dov")
    assert result.age >= 50


def test_result_says_nothing_of_the_answers(quiz, client):
    make_face(gender="androgynous", age_bucket="40s")

    take(client, who="anyone", age="any", chaos=100)

    stored = Result.objects.values().get()
    assert "anyone" not in str(stored)
    assert {"gender", "tone", "chaos", "wish"}.isdisjoint(stored)


@pytest.mark.django_db(transaction=True)
def test_same_attempt_gives_the_same_result(quiz, client):
    make_face()
    form = answers() | {"attempt": "0b1c7c1e-9c0e-4f7e-8d51-7c8f7a4f3b11"}

    first, second = (client.post("/ai-lover/lover/", form) for _ in range(2))

    assert first["Location"] == second["Location"]
    assert Result.objects.count() == 1
    assert second.cookies["lover"].value


def test_new_attempts_give_new_results(quiz, client):
    make_face()

    assert take(client)["Location"] != take(client)["Location"]
    assert Result.objects.count() == 2


def test_nobody_free_is_a_kind_page_and_saves_nothing(quiz, client):
    make_face(gender="woman")

    response = take(client, who="man")

    assert response.status_code == 200
    assert "nobody_free.html" in response.templates[0].name
    assert not Result.objects.exists()
    assert not response.cookies


def test_nobody_free_offers_the_same_answers_for_anyone(quiz, client):
    woman = make_face(gender="woman", age_bucket="40s")
    empty = take(client, who="man", age="40s")

    response = client.post(
        "/ai-lover/lover/", dict(empty.context["hidden_answers"]), follow=True
    )

    assert response.context["result"].face == woman


def test_nobody_free_for_anyone_offers_nothing_wider(quiz, client):
    assert take(client, who="anyone").context["hidden_answers"] == []


def test_visitor_meets_everybody_before_meeting_somebody_again(quiz, client):
    faces = {make_face().pk for _ in range(5)}

    for _ in faces:
        take(client)
    take(client)

    met = list(Result.objects.order_by("pk").values_list("face_id", flat=True))
    assert set(met[:5]) == faces
    assert met[5] == met[0]


def test_site_without_a_quiz_says_so(db, client):
    response = client.get("/")

    assert response.status_code == 404


def test_draft_is_not_to_be_found(db, client):
    make_quiz(is_published=False)

    assert client.get("/ai-lover/").status_code == 404
    assert client.post("/ai-lover/lover/", {}).status_code == 404


def test_first_published_quiz_is_the_home_page(quiz, client):
    make_quiz("sooner", position=0, title_word="pirate")
    quiz.position = 1
    quiz.save()

    assert b"pirate" in client.get("/").content


def test_cover_shows_the_chosen_faces_first(quiz, client):
    chosen, _ = make_face(), make_face()
    hidden = make_face(approved=False)
    quiz.cover_faces.set([chosen, hidden])

    page = client.get("/ai-lover/").content.decode()

    assert chosen.key in page
    assert hidden.key not in page


def test_cover_drops_a_face_as_soon_as_it_is_revoked(quiz, client):
    face = make_face()
    assert face.key in client.get("/").content.decode()

    face.revoke("Reported.")

    assert face.key not in client.get("/").content.decode()
