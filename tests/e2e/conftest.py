"""Browser tests: a phone in a real Chromium, which must not complain nor ask any other host."""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
QUIET = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the browser tests and run them last: Playwright's event loop stays until it stops."""
    here = os.path.dirname(__file__)
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker("browser")
    items.sort(key=lambda item: "browser" in item.keywords)


def chromium_path() -> str | None:
    names = [os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome"]
    return next((path for name in names if name and (path := shutil.which(name))), None)


@pytest.fixture(scope="session")
def browser(django_db_setup: None) -> Iterator[Browser]:
    path = chromium_path()
    if path is None:
        missing = "Chromium is not installed: apt-get install chromium, or set CHROMIUM."
        pytest.fail(missing) if os.environ.get("CI") == "true" else pytest.skip(missing)
    args = [*QUIET, "--no-sandbox"] if os.geteuid() == 0 else QUIET
    with pytest.MonkeyPatch.context() as monkeypatch, sync_playwright() as playwright:
        # Django takes Playwright's event loop for an async test and would refuse its ORM.
        monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=path, args=args)
        yield browser
        browser.close()


@pytest.fixture
def problems() -> Iterator[list[str]]:
    """What browsers complained about. A test takes out what it expects; the rest fails it."""
    found: list[str] = []
    yield found
    assert not found, "\n".join(found)


@pytest.fixture
def open_page(browser: Browser, live_server: Any, problems: list[str]) -> Iterator[Callable[..., Page]]:
    """Opens a phone of its own, with Playwright's context options on top; paths are the site's."""
    contexts = []

    def open_page(**options: Any) -> Page:
        context = browser.new_context(base_url=live_server.url, **(PHONE | options))
        contexts.append(context)
        context.on("console", note_error)
        context.on("weberror", lambda error: problems.append(f"Script error: {error.error}"))
        context.on("request", note_foreign_host)
        return context.new_page()

    def note_error(message: ConsoleMessage) -> None:
        if message.type == "error":  # violations of the content security policy among them
            problems.append(f"Console: {message.text}")

    def note_foreign_host(request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in ("http", "https", "ws", "wss") and address.netloc != urlsplit(live_server.url).netloc:
            problems.append(f"Request to another host: {request.url}")

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
