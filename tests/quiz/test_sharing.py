from urllib.parse import parse_qs, urlsplit

from quiz.sharing import share_links
from tests.make import make_result

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
