import os
import signal
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import override_settings

from faces.pool import pool
from quiz.page import pages
from tests.services import postgres_server, redis_server
from texts.counting import shown_lines

# A busy machine is no reason to fail.
hypothesis.settings.register_profile("at any speed", deadline=None)
hypothesis.settings.load_profile("at any speed")


def pytest_configure() -> None:
    # Like Ctrl-C: every fixture still cleans up.
    signal.signal(signal.SIGTERM, signal.default_int_handler)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory: Any) -> None:
    """Keep SQLite in a file, as the site does: threads cannot share one in memory."""
    if connection.vendor == "sqlite":
        folder = tmp_path_factory.mktemp("database")
        connection.settings_dict["TEST"]["NAME"] = str(folder / "test.sqlite3")


@pytest.fixture(scope="session", autouse=True)
def settings_for_tests(tmp_path_factory: Any) -> Iterator[None]:
    var = tmp_path_factory.mktemp("var")
    (var / "static").mkdir()
    memory = "django.core.cache.backends.locmem.LocMemCache"
    static_files = "django.contrib.staticfiles.storage.StaticFilesStorage"
    with override_settings(
        CACHES={"default": {"BACKEND": memory}},
        CONTENT_CACHE_SECONDS=0,
        POOL_CACHE_SECONDS=0,
        MEDIA_ROOT=var / "media",
        REVOCATIONS_FILE=var / "revocations.jsonl",
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        STATIC_ROOT=var / "static",
        STORAGES=settings.STORAGES | {"staticfiles": {"BACKEND": static_files}},
        VAR_DIR=var,
    ):
        yield


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    settings.REVOCATIONS_FILE.unlink(missing_ok=True)
    cache.clear()
    pool.clear()
    pages.clear()
    shown_lines.clear()


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    with redis_server() as url:
        yield url


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The server that the tests run on, or else a fresh one."""
    if connection.vendor == "postgresql":
        yield os.environ["DATABASE_URL"]
    else:
        with postgres_server() as url:
            yield url


def pytest_collection_modifyitems(config: pytest.Config, items: list[Any]) -> None:
    """PostgreSQL is for what uses a database: the rest showed the same on SQLite."""
    if connection.vendor != "postgresql":
        return
    left_out = [item for item in items if not uses_database(item)]
    items[:] = [item for item in items if uses_database(item)]
    config.hook.pytest_deselected(items=left_out)


def uses_database(item: pytest.Item) -> bool:
    names = {"db", "transactional_db", "live_server"}.intersection(item.fixturenames)  # type: ignore[attr-defined]
    return bool(names or item.get_closest_marker("django_db"))
