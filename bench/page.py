"""Quiz pages per second, against a bare Django view on the same server."""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench._server import Client, get_request, running_site, side_by_side

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
        ours, theirs, ratio = side_by_side(
            lambda: per_second(client, page), lambda: per_second(client, bare), ROUNDS
        )
    print(f"quiz page       {ours:7.0f} requests/s")
    print(f"bare view       {theirs:7.0f} requests/s")
    print(f"ratio           {ratio:7.2f}   (goal: at least 0.85)")


if __name__ == "__main__":
    main()
