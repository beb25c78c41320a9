"""JupyterLab in a real browser: the start page, and every lesson run from the top."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
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
#: Bytes of a PNG that shows something; one of this size with nothing on it has under 10,000.
PAINTED = 30_000


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
    """Take outputs and numbers away, so that what is seen has been run."""
    notebook = json.loads(path.read_text("utf-8"))
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = []
            cell["execution_count"] = None
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


#: Words of a picture that each lesson shows.
PICTURES = {
    ("ko", "01-commit"): "Docker 엔진(이 실습실, 왼쪽)과 Docker Hub(오른쪽)",
    ("en", "01-commit"): "Docker Engine (this lab, left) and Docker Hub (right)",
    ("ko", "02-inspect"): "디스크 사용량은 564MB가 아니라 188MB입니다",
    ("en", "02-inspect"): "On disk 188MB, not 564MB",
    ("ko", "03-history"): "removed:1의 레이어",
    ("en", "03-history"): "Layers of removed:1",
    ("ko", "04-rmi"): "이름 삭제 (Untagged)",
    ("en", "04-rmi"): "Untagged",
}


@pytest.mark.parametrize(("language", "lesson"), PICTURES)
def test_lesson_runs_from_the_top(page: Any, jupyter: str, language: str, lesson: str) -> None:
    open_notebook(page, f"{jupyter}/lab/tree/{language}/{lesson}.ipynb?token={TOKEN}&reset")
    run_all(page)
    picture = find_picture(page, PICTURES[language, lesson])
    keep(page, f"{lesson}-{language}")
    box = picture.bounding_box()
    assert box is not None
    assert box["width"] > 400
    assert box["height"] > 150
    assert page.get_by_text("Jupyter news").count() == 0
    assert page.get_by_text("Traceback (most recent call last)").count() == 0


def open_notebook(page: Any, address: str) -> None:
    """Open a notebook and wait until its own kernel answers."""
    page.goto(address)
    page.locator(".jp-Notebook-ExecutionIndicator[data-status='idle']").wait_for(timeout=120_000)


def run_all(page: Any) -> None:
    """Run all cells, and wait until the last one has its number.

    An idle kernel says little: it is idle, too, before the first cell reaches it. And while
    JupyterLab still lays out a notebook it drops the click, so what did not start is asked again.
    """
    for _ in range(5):
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        if becomes(page, lambda: any(prompts(page)), seconds=10):
            break
    if not becomes(page, lambda: prompts(page)[-1].isdigit(), seconds=120):
        keep(page, "busy")
        pytest.fail(f"the last cell has not run: {prompts(page)}")


def prompts(page: Any) -> list[str]:
    """What stands in the brackets before each code cell: nothing, a star or its number."""
    return [text.strip(" []:") for text in
            page.locator(".jp-Notebook .jp-CodeCell .jp-InputPrompt").all_text_contents()]


def becomes(page: Any, true: Callable[[], bool], seconds: int) -> bool:
    for _ in range(seconds * 4):
        if true():
            return True
        page.wait_for_timeout(250)
    return False


def find_picture(page: Any, words: str) -> Any:
    """The first picture with these words, in sight. JupyterLab shows an SVG as an image."""
    encoded = quote(words, safe="!~*'()")
    found = page.locator(f".jp-RenderedSVG img[src*={json.dumps(encoded)}]").first
    found.wait_for(state="attached", timeout=30_000)
    found.scroll_into_view_if_needed()
    found.wait_for(state="visible", timeout=30_000)
    # A cell out of sight is laid out, not painted: that takes the frames after it came in sight.
    if not becomes(page, lambda: len(found.screenshot()) > PAINTED, seconds=10):
        keep(page, "blank")
        pytest.fail(f"the picture with {words!r} is blank")
    return found
