"""pip against an index whose connection breaks."""

import hashlib
import io
import random
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from generator.fetching import Wheel, download

NAME = "breaks-1.0-py3-none-any.whl"
ETAG = '"as it was"'


def make_wheel():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        about = "Metadata-Version: 2.1\nName: breaks\nVersion: 1.0\n"
        archive.writestr("breaks/data.bin", random.Random(0).randbytes(3_000_000))
        archive.writestr("breaks-1.0.dist-info/METADATA", about)
        archive.writestr("breaks-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\n")
    return file.getvalue()


class Index(BaseHTTPRequestHandler):
    """Has one wheel; twice it sends a third of what was asked for and hangs up."""

    wheel = make_wheel()

    def do_GET(self):
        if not self.path.endswith(NAME):
            link = f'<a href="/{NAME}#sha256={hashlib.sha256(self.wheel).hexdigest()}">'
            return self.answer(200, f"{link}{NAME}</a>".encode(), "text/html")
        asked = self.headers.get("Range", "bytes=0-")
        self.server.ranges.append(asked)
        start = int(asked.removeprefix("bytes=").rstrip("-"))
        status = 206 if "Range" in self.headers else 200
        self.answer(status, self.wheel[start:], "application/zip", breaks_off=True)

    def answer(self, status, body, kind, breaks_off=False):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", len(body))
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("ETag", ETAG)
        self.end_headers()
        whole = not breaks_off or len(self.server.ranges) > 2
        self.wfile.write(body if whole else body[: len(body) // 3])

    def log_message(self, *args):
        pass


@pytest.fixture
def index(monkeypatch, settings, tmp_path):
    settings.VAR_DIR = tmp_path / "var"
    with ThreadingHTTPServer(("127.0.0.1", 0), Index) as server:
        server.ranges = []
        Thread(target=server.serve_forever, daemon=True).start()
        for name in ("PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_NO_INDEX"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
        address = f"http://127.0.0.1:{server.server_port}/simple"
        monkeypatch.setenv("PIP_INDEX_URL", address)
        yield server
        server.shutdown()


def package(data):
    sha256 = hashlib.sha256(data).hexdigest()
    return Wheel("breaks==1.0", NAME, sha256, len(data))


def test_a_download_that_breaks_off_goes_on_where_it_was(index):
    path = download(package(Index.wheel), lambda num_bytes: None)

    assert path.read_bytes() == Index.wheel
    starts = [int(asked.removeprefix("bytes=").rstrip("-")) for asked in index.ranges]
    assert len(starts) == 3
    assert 0 == starts[0] < starts[1] < starts[2] < len(Index.wheel)
