"""The site on granian, as `make run` serves it, on the database of the tests."""

import http.client
import os
import subprocess
import sys
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.db import connection

from tests.services import free_port, stop_with_parent

OPTIONS = [
    *("--interface", "wsgi", "--workers", "1", "--blocking-threads", "4", "--no-ws"),
    *("--log-level", "error"),
]


@contextmanager
def running_site(wsgi="config.wsgi:application", **environ):
    """Serve the site; gives the port."""
    port = free_port()
    var = settings.VAR_DIR / "site"
    environ = {
        **os.environ,
        "DATABASE_URL": database_url(),
        "DEBUG": "0",
        "SECRET_KEY": "for-tests-only-0123456789",
        "ALLOWED_HOSTS": "127.0.0.1",
        "SITE_URL": "http://127.0.0.1",
        "MEDIA_ROOT": str(settings.MEDIA_ROOT),
        "VAR_DIR": str(var),
        **environ,
    }
    if not var.exists():
        collect = [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"]
        subprocess.run(collect, cwd=settings.BASE_DIR, env=environ, check=True)
    process = subprocess.Popen(
        [sys.executable, "-m", "granian", wsgi, *OPTIONS, "--port", str(port)],
        cwd=settings.BASE_DIR,
        env=environ,
        preexec_fn=stop_with_parent,
    )
    try:
        wait_for(port, process)
        yield port
    finally:
        process.terminate()
        process.wait()


def wait_for(port, process):
    while process.poll() is None:
        try:
            if get(port, "/healthz/live").status == 200:
                return
        except OSError:
            continue
    raise RuntimeError("The server does not start.")


def get(port, path, method="GET", **headers):
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        client.request(method, path, headers=headers)
        response = client.getresponse()
        response.body = response.read()
    finally:
        client.close()
    return response


def database_url():
    """The database of the tests, for other processes."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))
