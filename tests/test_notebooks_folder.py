"""Where ``imagelab lab`` finds the lessons."""

from __future__ import annotations

from pathlib import Path

import pytest

import imagelab
from imagelab.cli import main
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


@pytest.mark.parametrize("folder", [None, Path("mine/of today")], ids=str)
def test_a_learners_work_is_never_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: Path | None,
) -> None:
    installed(tmp_path, monkeypatch)
    mine = notebooks.notebooks(folder) / "ko" / "01.ipynb"
    mine.write_text("mine")
    notebooks.notebooks(folder)
    assert mine.read_text() == "mine"


def test_a_checkout_copies_its_lessons_to_a_folder_that_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = notebooks.notebooks(Path("mine"))
    assert folder == tmp_path / "mine"
    root = Path(imagelab.__file__).parent.parent / "notebooks"
    for lesson in ("start.ipynb", "ko/01-commit.ipynb", "en/01-commit.ipynb"):
        assert (folder / lesson).read_bytes() == (root / lesson).read_bytes()


def test_what_jupyter_keeps_for_itself_is_no_lesson(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    installed(tmp_path, monkeypatch)
    kept = tmp_path / "site/imagelab/notebooks/ko/.ipynb_checkpoints/01-checkpoint.ipynb"
    kept.parent.mkdir()
    kept.write_text("{}")
    assert not list(notebooks.notebooks().rglob("*checkpoint*"))


def test_jupyterlab_opens_in_the_folder_with_the_options_that_follow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:
    labapp = pytest.importorskip("jupyterlab.labapp")
    opened: list[list[str]] = []
    monkeypatch.setattr(labapp, "main", opened.append)
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "")
    assert main(["lab", str(tmp_path / "mine"), "--port=1"]) == 0
    assert {f"--notebook-dir={tmp_path / 'mine'}", "--port=1"} <= set(opened[0])
    assert str(tmp_path / "mine") in capsys.readouterr().out


def test_a_folder_that_cannot_be_is_an_error_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str],
) -> None:
    pytest.importorskip("jupyterlab")
    (tmp_path / "file").write_text("")
    assert main(["lab", str(tmp_path / "file")]) == 1
    said = capsys.readouterr().err
    assert said.startswith("imagelab: ")
    assert said.count("\n") == 1
