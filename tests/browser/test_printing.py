"""A lesson for paper: ``jupyter nbconvert --to html --template imagelab``."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.remote import ROOT

#: Between the margins of a page of A4, at 96 dots per inch.
WIDTH = round((210 - 2 * 14) / 25.4 * 96)


def test_all_pictures_of_a_lesson_fit_a_page_and_no_other_host_is_asked(
    browser: Any, tmp_path: Path,
) -> None:
    shutil.copytree(ROOT / "printing", tmp_path / "nbconvert/templates/imagelab")
    subprocess.run(
        [sys.executable, "-m", "nbconvert", "--to", "html", "--template", "imagelab",
         "--output-dir", str(tmp_path), str(ROOT / "notebooks/ko/04-rmi.ipynb")],
        env={**os.environ, "JUPYTER_PATH": str(tmp_path)}, capture_output=True, check=True)
    page = browser.new_page(viewport={"width": WIDTH, "height": 1000})
    try:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.emulate_media(media="print")
        page.goto((tmp_path / "04-rmi.html").as_uri())
        assert not [url for url in asked if not url.startswith(("file:", "data:"))]
        ends = page.locator(".jp-RenderedSVG img").evaluate_all(
            "pictures => pictures.map(each => each.getBoundingClientRect().right)")
        assert len(ends) > 3
        assert max(ends) <= WIDTH
    finally:
        page.close()
