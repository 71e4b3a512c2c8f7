"""Where a result can be shared: plain links, no scripts of theirs."""

from urllib.parse import quote

TARGETS = {
    "WhatsApp": "https://wa.me/?text={text}%20{url}",
    "X": "https://twitter.com/intent/tweet?text={text}&url={url}",
    "Bluesky": "https://bsky.app/intent/compose?text={text}%20{url}",
    "Threads": "https://www.threads.net/intent/post?text={text}%20{url}",
    "Facebook": "https://www.facebook.com/sharer/sharer.php?u={url}",
    "Reddit": "https://www.reddit.com/submit?title={text}&url={url}",
    "Telegram": "https://t.me/share/url?url={url}&text={text}",
}


def share_links(url: str, text: str) -> list[dict[str, str]]:
    values = {"{url}": quote(url, safe=""), "{text}": quote(text, safe="")}
    return [
        {
            "name": name,
            "url": address.replace("{text}", values["{text}"]).replace(
                "{url}", values["{url}"]
            ),
        }
        for name, address in TARGETS.items()
    ]
