import os
import subprocess
import sys

import psycopg
from django.core.cache import cache

USE_THE_SITE = """
import django
django.setup()
from django.core.cache import cache
from django.db import connection
connection.ensure_connection()
cache.set("greeting", "hello")
print(connection.vendor, type(cache._connections["default"]).__name__, cache.get("greeting"))
"""


def run_site(**environ):
    """Say what a site started with this environment uses."""
    environ = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "config.settings",
        **environ,
    }
    command = [sys.executable, "-c", USE_THE_SITE]
    return subprocess.run(
        command, env=environ, check=True, capture_output=True, text=True
    ).stdout


def test_cache_answers_from_redis(settings, redis_url):
    backend = "django.core.cache.backends.redis.RedisCache"
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": redis_url}}

    cache.set("greeting", "hello")

    assert cache.get("greeting") == "hello"


def test_postgresql_answers(postgres_url):
    with psycopg.connect(postgres_url) as database:
        row = database.execute("SELECT upper('é')").fetchone()

    assert row == ("É",)


def test_site_needs_no_services(tmp_path):
    assert run_site(VAR_DIR=str(tmp_path)) == "sqlite LocMemCache hello\n"


def test_environment_names_the_services(postgres_url, redis_url):
    used = run_site(DATABASE_URL=postgres_url, REDIS_URL=redis_url)

    assert used == "postgresql RedisCache hello\n"
