"""The site on granian with the demo in a temporary folder, and a small HTTP client."""

import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass
class Server:
    port: int
    pid: int

    def cpu_seconds(self) -> float:
        """CPU time so far of the server, its workers and their threads."""
        pids = [self.pid, *children(self.pid)]
        threads = [
            stat
            for pid in pids
            for stat in Path(f"/proc/{pid}/task").glob("*/schedstat")
        ]
        return sum(int(stat.read_text().split()[0]) for stat in threads) / 1e9

    def get(self, path: str) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}") as response:
            return response.read().decode()

    def answers(self) -> bytes:
        """The body of a visitor who picks the first tile of each question."""
        tiles = re.findall(
            r'name="(\w+)"[^>]*value="([0-9a-f]{12})"', self.get("/ai-lover/")
        )
        first = dict(reversed(tiles))
        return "&".join(f"{name}={token}" for name, token in first.items()).encode()


def children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in found]


@contextmanager
def running_site(threads: int = 2, set_up: str = "") -> Iterator[Server]:
    """Serve the demo, and what the Python code `set_up` adds to it."""
    with tempfile.TemporaryDirectory() as var:
        environment = os.environ | {
            "VAR_DIR": var,
            "DATABASE_URL": f"sqlite:///{var}/db.sqlite3",
            "MEDIA_ROOT": f"{var}/media",
            "REVOCATIONS_FILE": f"{var}/revocations.jsonl",
            "REDIS_URL": "",
            "SITE_URL": "http://127.0.0.1",
            "DEBUG": "0",
            "SECRET_KEY": "for-benchmarks-only",
            "ALLOWED_HOSTS": "127.0.0.1",
            "DJANGO_SETTINGS_MODULE": "bench._settings",
        }
        for command in (
            ["migrate", "-v0"],
            ["collectstatic", "--noinput", "-v0"],
            ["load_demo"],
            ["shell", "-v0", "-c", set_up or "pass"],
        ):
            subprocess.run(
                [sys.executable, "manage.py", *command],
                cwd=ROOT,
                env=environment,
                check=True,
                stdout=subprocess.DEVNULL,
            )
        port = free_port()
        process = subprocess.Popen(
            [
                *(
                    sys.executable,
                    "-m",
                    "granian",
                    "--interface",
                    "wsgi",
                    "--no-access-log",
                ),
                *("--log-level", "error", "--port", str(port)),
                *("--blocking-threads", str(threads), "config.wsgi:application"),
            ],
            cwd=ROOT,
            env=environment,
        )
        try:
            wait_for(port)
            yield Server(port, process.pid)
        finally:
            process.terminate()
            process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise SystemExit("The server did not start.")


class Client:
    """One kept-alive connection; knows just enough HTTP to read answers of known length."""

    def __init__(self, port: int):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.file = self.socket.makefile("rb")

    def send(self, request: bytes) -> int:
        self.socket.sendall(request)
        status = int(self.file.readline().split()[1])
        length = 0
        while (line := self.file.readline()) != b"\r\n":
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        self.file.read(length)
        return status


def side_by_side(
    ours: Callable[[], float], theirs: Callable[[], float], rounds: int
) -> tuple[float, float, float]:
    """Measure both in turn; the medians, and the median ratio of neighbours.

    Noise of the machine moves both of a pair, so their ratio is steadier than the medians'.
    """
    ours(), theirs()
    pairs = [(ours(), theirs()) for _ in range(rounds)]
    medians = [statistics.median(values) for values in zip(*pairs, strict=True)]
    return medians[0], medians[1], statistics.median(a / b for a, b in pairs)


def get_request(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip\r\n\r\n".encode()


def post_request(path: str, body: bytes) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
    )
    return head.encode() + body
