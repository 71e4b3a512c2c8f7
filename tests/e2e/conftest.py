"""A phone in a real Chromium, which must not complain nor ask any other host."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

CHROMIUM_NAMES = ["chromium", "chromium-browser", "google-chrome"]
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
}
QUIET = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests in this folder, and run them last: see `browser`."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker("browser")
    items.sort(key=lambda item: "browser" in item.keywords)


def find_chromium() -> str | None:
    names = [os.environ.get("CHROMIUM"), *CHROMIUM_NAMES]
    return next((path for name in names if name and (path := shutil.which(name))), None)


@pytest.fixture(scope="session")
def browser(django_db_setup: None) -> Iterator[Browser]:
    path = find_chromium()
    if path is None:
        missing = "Chromium is missing: apt-get install chromium, or set CHROMIUM."
        pytest.fail(missing) if os.environ.get("CI") == "true" else pytest.skip(missing)
    with pytest.MonkeyPatch.context() as monkeypatch, sync_playwright() as playwright:
        # Django takes Playwright's event loop, which runs until the end, for a test
        # that is async, and would refuse it the database.
        monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def problems() -> Iterator[list[str]]:
    """What a browser complained about. A test takes out what it expects."""
    found: list[str] = []
    yield found
    assert not found, "\n".join(found)


@pytest.fixture
def open_page(
    browser: Browser, live_server: Any, problems: list[str]
) -> Iterator[Callable[..., Page]]:
    """Opens the site on one more phone; options are those of a Playwright context."""
    host = urlsplit(live_server.url).netloc
    contexts = []

    def open_page(**options: Any) -> Page:
        context = browser.new_context(base_url=live_server.url, **(PHONE | options))
        contexts.append(context)
        context.on("console", note_error)
        context.on("weberror", lambda error: problems.append(f"Script: {error.error}"))
        context.on("request", note_other_host)
        return context.new_page()

    def note_error(message: ConsoleMessage) -> None:
        if message.type == "error":  # what the content security policy stops, too
            problems.append(f"Console: {message.text}")

    def note_other_host(request: Request) -> None:
        address = urlsplit(request.url)
        if address.netloc not in ("", host):  # data: and blob: have none
            problems.append(f"Another host: {request.url}")

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    return open_page()


@pytest.fixture
def page_without_js(open_page: Callable[..., Page]) -> Page:
    return open_page(java_script_enabled=False)


@pytest.fixture
def still_page(open_page: Callable[..., Page]) -> Page:
    """For a visitor who asked for less motion."""
    return open_page(reduced_motion="reduce")
