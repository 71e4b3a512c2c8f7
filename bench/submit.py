"""CPU of the server per submitted quiz, against one bare ORM SELECT + INSERT."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench._server import Client, Server, post_request, running_site, side_by_side

ROUNDS = 60
REQUESTS = 60


def cpu_per_request(server: Server, client: Client, request: bytes) -> float:
    before = server.cpu_seconds()
    for _ in range(REQUESTS):
        assert client.send(request) == 303
    return (server.cpu_seconds() - before) / REQUESTS


def main() -> None:
    with running_site() as server:
        client = Client(server.port)
        submit = post_request("/ai-lover/lover/", server.answers())
        bare = post_request("/bare/select-and-insert/", server.answers())
        ours, theirs, ratio = side_by_side(
            lambda: cpu_per_request(server, client, submit),
            lambda: cpu_per_request(server, client, bare),
            ROUNDS,
        )
    print(f"submit                  {ours * 1e6:7.0f} µs of CPU")
    print(f"bare SELECT + INSERT    {theirs * 1e6:7.0f} µs of CPU")
    print(f"ratio                   {ratio:7.2f}   (goal: at most 1.10)")


if __name__ == "__main__":
    main()
