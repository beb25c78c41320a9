"""A browser for the tests of this folder, and Jupyter in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.jupyter import LAB, NOTEBOOK, Server, serving
from tests.browser.looks import STRESS
from tests.browser.site import Site, build, served
from tests.requires import require

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync"]


@pytest.fixture(scope="package")
def browser(chromium: str) -> Iterator[Any]:
    """A headless Chromium for the tests of this folder.

    Not for the session: as long as Playwright is at work, its loop is the running one.
    """
    sync_api = pytest.importorskip("playwright.sync_api", reason="install imagelab[dev]")
    with sync_api.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def _stage(browser: Any) -> Iterator[Any]:
    """The one page of all stages: another would take as long as most tests."""
    pytest.importorskip("anywidget", reason="install imagelab[lab]")
    from tests.browser.stage import Stage

    page = browser.new_page()
    yield Stage(page)
    page.close()


@pytest.fixture
def stage(_stage: Any) -> Iterator[Any]:
    """A page that shows one pane: see :class:`tests.browser.stage.Stage`."""
    _stage.clear()
    yield _stage
    assert _stage.errors == []


@pytest.fixture(scope="package")
def page(browser: Any) -> Iterator[Any]:
    """The page that Jupyter is in: to load it takes much longer than to open a notebook there."""
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    yield page
    page.close()


@pytest.fixture(scope="session")
def jupyterlab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """JupyterLab, started as ``imagelab lab`` does."""
    pytest.importorskip("jupyterlab", reason="install imagelab[lab]")
    with serving(LAB, tmp_path_factory.mktemp("lab")) as server:
        yield server


@pytest.fixture(scope="session")
def notebook7(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Notebook 7."""
    pytest.importorskip("notebook", reason="install imagelab[dev]")
    with serving(NOTEBOOK, tmp_path_factory.mktemp("notebook")) as server:
        yield server


@pytest.fixture(scope="session", params=["jupyterlab", "notebook7"] if STRESS else ["jupyterlab"])
def jupyter(request: pytest.FixtureRequest) -> Server:
    """JupyterLab; with ``make stress`` Notebook 7 as well."""
    server: Server = request.getfixturevalue(request.param)
    return server


@pytest.fixture(scope="package")
def site(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The course as files, built as a teacher does and served."""
    require("npm")
    pytest.importorskip("jupyterlite_core", reason="install imagelab[site]")
    folder = tmp_path_factory.mktemp("site") / "course"
    build(folder)
    with served(folder) as site:
        yield site
