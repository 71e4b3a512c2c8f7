import os
import runpy
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

PRODUCTION = {
    "DEBUG": "0",
    "SECRET_KEY": "0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "ALLOWED_HOSTS": "lovers.example",
    "SITE_URL": "https://lovers.example",
}


@pytest.fixture
def load_settings(monkeypatch):
    """Read config/settings.py as it is in an environment of its own."""

    def load(**environ):
        for name in [
            "ALLOWED_HOSTS",
            "DATABASE_URL",
            "DEBUG",
            "RATERS_PER_FACE",
            "REDIS_URL",
            "SECRET_KEY",
            "SITE_URL",
        ]:
            monkeypatch.delenv(name, raising=False)
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        return runpy.run_path("config/settings.py")

    return load


def test_works_at_once_on_ones_own_machine(load_settings):
    settings = load_settings()

    assert settings["DEBUG"]
    assert settings["DATABASES"]["default"]["ENGINE"] == "django.db.backends.sqlite3"


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"DEBUG": "1"}, "DEBUG is on for a public host"),
        ({"DEBUG": "1", "ALLOWED_HOSTS": "localhost"}, "DEBUG is on for a public host"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS"),
        ({"ALLOWED_HOSTS": "lovers.example, *"}, "ALLOWED_HOSTS"),
        ({"SITE_URL": "lovers.example"}, "SITE_URL"),
        ({"SITE_URL": "http://["}, "SITE_URL"),
        ({"SITE_URL": "https://u:p@lovers.example"}, "SITE_URL"),
        ({"SITE_URL": "https://lovers.example/sub?x=1"}, "SITE_URL"),
        ({"SITE_URL": "https://other.example"}, "not among ALLOWED_HOSTS"),
        ({"SITE_URL": "http://127.0.0.1:8000"}, "not among ALLOWED_HOSTS"),
        ({"RATERS_PER_FACE": "1"}, "RATERS_PER_FACE must be 2 or more"),
        ({"RATERS_PER_FACE": "-2"}, "RATERS_PER_FACE must be 2 or more"),
        ({"SECRET_KEY": "  "}, "SECRET_KEY"),
        ({"TRUSTED_PROXIES": "10.0.0.0/8, nginx"}, "TRUSTED_PROXIES"),
        ({"SECRET_KEY": "only-for-development-" + "x" * 40}, "SECRET_KEY"),
    ],
)
def test_refuses_to_start_unsafely(load_settings, change, complaint):
    with pytest.raises(ImproperlyConfigured, match=complaint):
        load_settings(**PRODUCTION | change)


def test_production_keeps_cookies_and_pages_to_https(load_settings):
    settings = load_settings(**PRODUCTION)

    assert settings["SESSION_COOKIE_SECURE"]
    assert settings["CSRF_COOKIE_SECURE"]
    assert settings["SECURE_SSL_REDIRECT"]
    assert settings["SECURE_HSTS_SECONDS"] > 0


def test_production_passes_djangos_deployment_checks():
    command = [
        sys.executable,
        "manage.py",
        "check",
        "--deploy",
        "--fail-level",
        "WARNING",
    ]
    subprocess.run(command, env={"PATH": os.environ["PATH"], **PRODUCTION}, check=True)


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="is about SQLite")
def test_sqlite_lets_many_write_at_once():
    with connection.cursor() as cursor:
        journal = cursor.execute("PRAGMA journal_mode").fetchone()
        milliseconds = cursor.execute("PRAGMA busy_timeout").fetchone()

    assert journal == ("wal",)
    assert milliseconds == (20_000,)
    assert connection.transaction_mode == "IMMEDIATE"
