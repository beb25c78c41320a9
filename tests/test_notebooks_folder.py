"""Where ``imagelab lab`` finds the lessons."""

from __future__ import annotations

from pathlib import Path

import pytest

import imagelab
from imagelab.course import notebooks


def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in for an installed package with one lesson, and work in an empty folder."""
    package = tmp_path / "site" / "imagelab"
    (package / "course").mkdir(parents=True)
    lesson = package / "notebooks" / "ko" / "01.ipynb"
    lesson.parent.mkdir(parents=True)
    lesson.write_text("{}")
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    monkeypatch.setattr(notebooks, "__file__", str(package / "course" / "notebooks.py"))
    return work


def test_a_checkout_uses_its_own_notebooks() -> None:
    root = Path(imagelab.__file__).parent.parent
    assert notebooks.notebooks() == root / "notebooks"


def test_an_installed_package_gives_the_learner_a_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    work = installed(tmp_path, monkeypatch)
    folder = notebooks.notebooks()
    assert folder == work / "imagelab-notebooks"
    assert (folder / "ko" / "01.ipynb").read_text() == "{}"


def test_a_learners_work_is_never_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    installed(tmp_path, monkeypatch)
    mine = notebooks.notebooks() / "ko" / "01.ipynb"
    mine.write_text("mine")
    notebooks.notebooks()
    assert mine.read_text() == "mine"
