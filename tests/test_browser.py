"""JupyterLab in a real browser: the start page, and lesson 01 run from the top."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from socket import socket
from typing import Any
from urllib.parse import quote

import pytest

ROOT = Path(__file__).parent.parent
TOKEN = "lesson"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync"]


def free_port() -> int:
    with closing(socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def jupyter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a JupyterLab on a copy of the notebooks, opened as ``imagelab lab`` does."""
    pytest.importorskip("jupyterlab", reason="install imagelab[lab]")
    folder = tmp_path_factory.mktemp("jupyter")
    shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    for path in folder.glob("notebooks/*/*.ipynb"):
        clear(path)
    shutil.copytree(ROOT / "imagelab", folder / "imagelab")
    port = free_port()
    environment = {
        **os.environ, "HOME": str(folder), "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_DATA_DIR": str(folder / "data"), "JUPYTER_TOKEN": TOKEN,
        "JUPYTER_PORT": str(port), "BROWSER": "true", "PYTHONPATH": str(folder),
        "JUPYTER_ALLOW_ROOT": "1",
    }
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "imagelab", "lab", "--no-browser"],
            cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{address}/api?token={TOKEN}", folder / "log")
        yield address
    finally:
        server.terminate()
        server.wait(20)


def clear(path: Path) -> None:
    """Take the outputs away, so that what is seen has been run."""
    notebook = json.loads(path.read_text("utf-8"))
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = []
    path.write_text(json.dumps(notebook), "utf-8")


def wait_for(url: str, log: Path) -> None:
    for _ in range(120):
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.5)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text('utf-8')}")


@pytest.fixture(scope="module")
def page(jupyter: str, chromium: str) -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api", reason="install imagelab[dev]")
    with sync_api.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=FLAGS)
        found = browser.new_page(viewport={"width": 1400, "height": 1000})
        yield found
        browser.close()


def keep(page: Any, name: str) -> None:
    """Keep a screenshot where one is asked for."""
    if folder := os.environ.get("IMAGELAB_SCREENSHOTS"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"))


def test_start_page_leads_to_the_lessons(page: Any, jupyter: str) -> None:
    page.goto(f"{jupyter}/lab/tree/start.ipynb?token={TOKEN}&reset")
    link = page.get_by_role("link", name="커밋: 컨테이너에서 이미지로")
    link.wait_for(timeout=60_000)
    keep(page, "start")
    link.click()
    page.get_by_role("heading", name="1. 커밋: 컨테이너에서 이미지로").wait_for(timeout=30_000)


@pytest.mark.parametrize(("language", "words"), [
    ("ko", "디스크 사용량은 564MB가 아니라 188MB입니다"),
    ("en", "On disk 188MB, not 564MB"),
])
def test_lesson_runs_from_the_top(page: Any, jupyter: str, language: str, words: str) -> None:
    page.goto(f"{jupyter}/lab/tree/{language}/01-commit.ipynb?token={TOKEN}&reset")
    page.locator(".jp-Notebook").wait_for(timeout=60_000)
    page.get_by_text("Kernel", exact=True).first.wait_for(timeout=60_000)
    page.locator("[data-status='idle']").first.wait_for(timeout=60_000)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    wait_until_idle(page)
    picture = find_picture(page, words)
    keep(page, f"lesson-{language}")
    box = picture.bounding_box()
    assert box is not None
    assert box["width"] > 500
    assert box["height"] > 300
    assert page.locator("[data-mime-type*='stderr']").count() == 0
    assert page.get_by_text("Jupyter news").count() == 0


def wait_until_idle(page: Any) -> None:
    """Wait until the kernel has been idle for two seconds: all cells have run."""
    idle = 0
    for _ in range(240):
        page.wait_for_timeout(250)
        idle = idle + 1 if page.locator("[data-status='idle']").count() else 0
        if idle == 8:
            return
    keep(page, "busy")
    pytest.fail("the kernel is still busy")


def find_picture(page: Any, words: str) -> Any:
    """Scroll through the notebook until a picture with these words comes by.

    JupyterLab draws only the cells in sight, and shows an SVG as an image of its source.
    """
    pane = page.locator(".jp-WindowedPanel-outer").last
    encoded = quote(words, safe="!~*'()")
    for _ in range(3):
        for position in range(0, 16_000, 500):
            pane.evaluate("(element, y) => element.scrollTo(0, y)", position)
            page.wait_for_timeout(80)
            found = page.locator(f".jp-RenderedSVG img[src*={json.dumps(encoded)}]")
            if found.count():
                found.first.scroll_into_view_if_needed()
                page.wait_for_timeout(300)
                return found.first
    pytest.fail(f"no picture says {words!r}")
