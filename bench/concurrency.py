"""64 visitors who submit at once, on SQLite: every one of them gets a lover."""

import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench._server import Client, post_request, running_site

VISITORS = 64
SUBMITS = 10


def main() -> None:
    statuses: list[int] = []
    times: list[float] = []
    with running_site(threads=16) as server:
        request = post_request("/ai-lover/lover/", server.answers())
        barrier = threading.Barrier(VISITORS)

        def visit() -> None:
            client = Client(server.port)
            barrier.wait()
            for _ in range(SUBMITS):
                start = time.perf_counter()
                statuses.append(client.send(request))
                times.append(time.perf_counter() - start)

        threads = [threading.Thread(target=visit) for _ in range(VISITORS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    errors = (
        sum(status != 303 for status in statuses) + VISITORS * SUBMITS - len(statuses)
    )
    slowest = sorted(times)[int(len(times) * 0.95)]
    print(f"{VISITORS} visitors at once, {SUBMITS} submits each, SQLite")
    print(f"errors          {errors:7d}   (goal: 0)")
    print(f"95 % within     {slowest * 1000:7.0f} ms")


if __name__ == "__main__":
    main()
