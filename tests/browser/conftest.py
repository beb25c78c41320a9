"""A browser for the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync"]


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Any]:
    """A headless Chromium, one for the session."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="install imagelab[dev]")
    with sync_api.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def stage(browser: Any) -> Iterator[Any]:
    """A page that shows one pane: see :class:`tests.browser.stage.Stage`."""
    pytest.importorskip("anywidget", reason="install imagelab[lab]")
    from tests.browser.stage import Stage

    page = browser.new_page(viewport={"width": 1280, "height": 900})
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield Stage(page)
    page.close()
    assert errors == []
