"""Quiz pages per second, against a bare Django view on the same server."""

import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench._server import Client, get_request, running_site

ROUNDS = 15
REQUESTS = 400


def per_second(client: Client, request: bytes) -> float:
    start = time.perf_counter()
    for _ in range(REQUESTS):
        assert client.send(request) == 200
    return REQUESTS / (time.perf_counter() - start)


def main() -> None:
    with running_site() as server:
        client = Client(server.port)
        page, bare = get_request("/ai-lover/"), get_request("/bare/view/")
        per_second(client, page), per_second(client, bare)
        pairs = [
            (per_second(client, page), per_second(client, bare)) for _ in range(ROUNDS)
        ]
    ratio = statistics.median(
        ours / theirs for ours, theirs in pairs
    )  # noise moves both
    ours, theirs = (statistics.median(rates) for rates in zip(*pairs, strict=True))
    print(f"quiz page       {ours:7.0f} requests/s")
    print(f"bare view       {theirs:7.0f} requests/s")
    print(f"ratio           {ratio:7.2f}   (goal: at least 0.85)")


if __name__ == "__main__":
    main()
