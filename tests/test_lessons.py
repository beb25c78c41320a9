"""The lessons: one set of code cells in both languages, the same outputs on every Python."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from imagelab.course.lessons import LESSONS as STARTS

ROOT = Path(__file__).parent.parent
NOTEBOOKS = ROOT / "notebooks"
LESSONS = sorted(path.name for path in (NOTEBOOKS / "ko").glob("*.ipynb"))
MINORS = ("3.11", "3.12", "3.13", "3.14")


def cells(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))["cells"]
    return [cell for cell in found if cell["cell_type"] == "code"]


def code(cell: dict[str, Any]) -> str:
    """A cell's source without comments."""
    lines = "".join(cell["source"]).split("\n")
    return "\n".join(line for line in lines if not line.lstrip().startswith("#"))


def stored(cell: dict[str, Any]) -> dict[str, str]:
    """What a cell of the notebook shows, as far as it is text."""
    shown = {"stdout": "", "stderr": "", "value": ""}
    for output in cell["outputs"]:
        if output["output_type"] == "stream":
            shown[output["name"]] += "".join(output["text"])
        elif output["output_type"] == "execute_result":
            shown["value"] = "".join(output["data"]["text/plain"])
        else:
            assert output["output_type"] == "display_data", output  # a hint
    return shown


@cache
def pythons() -> dict[str, str]:
    """Every Python there is of the versions we support, by version."""
    found = {f"{sys.version_info.major}.{sys.version_info.minor}": sys.executable}
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    for minor in MINORS:
        others = [shutil.which(f"python{minor}"),
                  *map(str, sorted(pyenv.glob(f"{minor}.*/bin/python3")))]
        for path in others:
            if path and subprocess.run([path, "-c", "import json"], check=False).returncode == 0:
                found.setdefault(minor, path)
    return found


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*/*.ipynb")), ids=str)
def test_stored_lessons_hold_pictures_and_no_widgets(path: Path) -> None:
    notebook = json.loads(path.read_text("utf-8"))
    assert "widgets" not in notebook["metadata"]
    kinds = {kind for cell in notebook["cells"] for output in cell.get("outputs", [])
             for kind in output.get("data", {})}
    assert "image/svg+xml" in kinds
    assert not any("widget" in kind for kind in kinds)


def test_there_are_lessons_in_both_languages() -> None:
    assert sorted(path.name for path in (NOTEBOOKS / "en").glob("*.ipynb")) == LESSONS
    assert [lesson.removesuffix(".ipynb") for lesson in LESSONS] == list(STARTS)


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*/*.ipynb")), ids=str)
def test_cells_for_answers_do_nothing_before_something_is_typed(path: Path) -> None:
    found = cells(path)
    answers = [after for before, after in pairwise(found) if code(before).startswith("%level ")]
    assert [cell["outputs"] for cell in answers] == [[]] * len(answers)


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_has_all_its_parts(lesson: str, language: str) -> None:
    found = json.loads((NOTEBOOKS / language / lesson).read_text("utf-8"))["cells"]
    text = "\n".join("".join(cell["source"]) for cell in found if cell["cell_type"] == "markdown")
    said = {"ko": ("이 레슨을 마치면", r"약 (\d+)분", "> **예상해 보세요.**"),
            "en": ("After this lesson you can", r"about (\d+) minutes", "> **Predict.**")}
    goals, minutes, predict = said[language]
    assert goals in text
    match = re.search(minutes, text)
    assert match, "how long it takes"
    assert 20 <= int(match[1]) <= 40
    assert text.count(predict) >= 2
    assert "|---|---|" in text
    exercises = [cell for cell in cells(NOTEBOOKS / language / lesson)
                 if re.fullmatch(r"%level [a-z]+-\d+", code(cell))]
    assert 3 <= len(exercises) <= 6


@pytest.mark.parametrize("lesson", LESSONS)
def test_both_languages_have_the_same_code(lesson: str) -> None:
    korean, english = (cells(NOTEBOOKS / language / lesson) for language in ("ko", "en"))
    assert [code(cell) for cell in korean] == [code(cell) for cell in english]


@pytest.mark.parametrize("lesson", LESSONS)
def test_docker_prints_the_same_in_both_languages(lesson: str) -> None:
    korean, english = (cells(NOTEBOOKS / language / lesson) for language in ("ko", "en"))
    for left, right in zip(korean, english, strict=True):
        if code(left).startswith(("%docker", "%%docker", "%%lab")):
            assert stored(left) == stored(right)


#: Each lesson on every Python, in one of its languages by turns; with ``make stress`` in both.
RUNS = [(minor, lesson, language) for row, minor in enumerate(MINORS)
        for column, lesson in enumerate(LESSONS) for place, language in enumerate(("ko", "en"))
        if os.environ.get("IMAGELAB_STRESS") or (row + column + place) % 2]


@pytest.mark.parametrize(("minor", "lesson", "language"), RUNS)
def test_every_python_writes_what_the_notebook_shows(
    minor: str, lesson: str, language: str, tmp_path: Path,
) -> None:
    python = pythons().get(minor)
    if python is None:
        pytest.skip(f"no Python {minor} here: install python{minor} to compare with it")
    path = NOTEBOOKS / language / lesson
    folder = tmp_path / language  # lessons write files, and learn their language from its name
    folder.mkdir()
    done = subprocess.run(
        [python, str(Path(__file__).parent / "lesson_runner.py"), str(path)],
        cwd=folder, capture_output=True, text=True, check=False, timeout=120,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"})
    assert done.returncode == 0, done.stderr
    ran = json.loads(done.stdout)
    for cell, shown in zip(cells(path), ran, strict=True):
        if shown is not None:
            assert shown == stored(cell), "".join(cell["source"])
