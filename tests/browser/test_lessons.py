"""The lessons in a real browser: the start page, and each of them run from the top."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.browser.jupyter import ROOT, Notebook, Server, keep
from tests.browser.looks import STRESS

#: Bytes of a PNG that shows something; one of this size with nothing on it has under 10,000.
PAINTED = 30_000


def test_start_page_leads_to_the_lessons(page: Any, jupyterlab: Server) -> None:
    page.goto(jupyterlab.url("start.ipynb"))
    link = page.get_by_role("link", name="커밋: 컨테이너에서 이미지로")
    link.wait_for(timeout=60_000)
    keep(page, "start")
    link.click()
    page.get_by_role("heading", name="1. 커밋: 컨테이너에서 이미지로").wait_for(timeout=30_000)


#: Words of a picture that each lesson shows.
PICTURES = {
    ("ko", "01-commit"): "Docker 엔진(이 실습실, 왼쪽)과 Docker Hub(오른쪽)",
    ("en", "01-commit"): "Docker Engine (this lab, left) and Docker Hub (right)",
    ("ko", "02-inspect"): "SIZE 열을 더한 값",
    ("en", "02-inspect"): "SIZE column, summed",
    ("ko", "03-history"): "removed:1의 레이어",
    ("en", "03-history"): "Layers of removed:1",
    ("ko", "04-rmi"): "이름 삭제 (Untagged)",
    ("en", "04-rmi"): "Untagged",
}


#: A lesson in each language, and all of them with ``make stress``: all run in both for ``--nbval``.
RUN = list(PICTURES) if STRESS else [("ko", "01-commit"), ("en", "04-rmi")]


@pytest.mark.parametrize(("language", "lesson"), RUN)
def test_lesson_runs_from_the_top(
    page: Any, jupyter: Server, language: str, lesson: str,
) -> None:
    path = f"{language}/{lesson}.ipynb"
    clear(jupyter.notebooks / path)
    notebook = Notebook(page, jupyter, path)
    notebook.run_all()
    picture = find_picture(notebook, PICTURES[language, lesson])
    keep(page, f"{jupyter.front.name}-{lesson}-{language}")
    box = picture.bounding_box()
    assert box is not None
    assert box["width"] > 400
    assert box["height"] > 150
    assert page.get_by_text("Jupyter news").count() == 0
    assert page.get_by_text("Traceback (most recent call last)").count() == 0


def test_a_lesson_that_has_not_been_run_shows_its_pictures(page: Any, jupyter: Server) -> None:
    """Although nobody here has signed it: it came with the package."""
    shutil.copyfile(ROOT / "notebooks/ko/04-rmi.ipynb", jupyter.notebooks / "ko/stored.ipynb")
    Notebook(page, jupyter, "ko/stored.ipynb")
    picture = page.locator(".imagelab-still img").first
    picture.scroll_into_view_if_needed()
    assert picture.evaluate("image => image.complete && image.naturalWidth") > 300
    assert picture.get_attribute("alt")
    keep(page, f"{jupyter.front.name}-stored")
    assert not page.get_by_text("Cannot display").count()


def clear(path: Path) -> None:
    """Take outputs and numbers away, so that what is seen has been run."""
    notebook = json.loads(path.read_text("utf-8"))
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = []
            cell["execution_count"] = None
    path.write_text(json.dumps(notebook), "utf-8")


def find_picture(notebook: Notebook, words: str) -> Any:
    """The first picture with these words, in sight: an image of Jupyter's, or a live view."""
    encoded = json.dumps(quote(words, safe="!~*'()"))
    image = notebook.page.locator(f".jp-RenderedSVG img[src*={encoded}]")
    alive = notebook.page.locator(".imagelab").filter(has_text=words)
    found = image.or_(alive).filter(visible=True).first
    found.wait_for(timeout=30_000)
    found.scroll_into_view_if_needed()
    # A cell out of sight is laid out, not painted: that takes the frames after it came in sight.
    if not notebook.becomes(lambda: len(found.screenshot()) > PAINTED, seconds=10):
        keep(notebook.page, "blank")
        pytest.fail(f"the picture with {words!r} is blank")
    return found
