from urllib.parse import parse_qs, urlsplit

from quiz.models import Result
from quiz.sharing import share_links
from tests.make import answers, make_face, make_quiz, make_result, make_texts
from texts.models import MessageTemplate

URL = "https://lovers.example/r/abc/"
TEXT = "Meet Zoë & co. “{url} 100% mine?”"


def test_links_lead_to_the_usual_networks_with_text_and_address():
    links = {link["name"]: urlsplit(link["url"]) for link in share_links(URL, TEXT)}

    assert list(links) == [
        "WhatsApp",
        "X",
        "Bluesky",
        "Threads",
        "Facebook",
        "Reddit",
        "Telegram",
    ]
    for name, link in links.items():
        values = " ".join(
            value for values in parse_qs(link.query).values() for value in values
        )
        assert link.scheme == "https"
        assert URL in values
        assert TEXT in values or name == "Facebook"


def test_share_text_quotes_the_best_line(db):
    assert make_result().share_text == "Meet Legend L. “I have nine macaws” Find yours:"


def times_shared():
    return sum(MessageTemplate.objects.values_list("times_shared", flat=True))


def test_lines_of_a_lover_who_is_passed_on_are_counted(client, db):
    make_texts()
    make_face(picture=True)
    make_quiz()
    client.post("/ai-lover/lover/", answers())
    result = Result.objects.get()

    response = client.post(f"{result.get_absolute_url()}shared/")

    assert response.status_code == 204
    assert times_shared() == len(result.line_ids) > 0


def test_only_who_met_a_lover_counts_as_passing_them_on(client, db):
    make_texts()
    line = MessageTemplate.objects.first()
    result = make_result(line_ids=[line.pk])

    assert client.post(f"{result.get_absolute_url()}shared/").status_code == 204
    assert times_shared() == 0
