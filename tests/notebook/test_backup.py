"""Saving the lab and bringing it back, whatever becomes of the files beside it."""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

import imagelab
from imagelab import Lab
from imagelab.course.progress import file
from imagelab.course.progress.record import LevelProgress, Progress
from imagelab.notebook.backup import place


@pytest.fixture
def saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """A lab in which a level with files is played."""
    monkeypatch.delenv(file.VARIABLE, raising=False)
    here = tmp_path / "here"
    here.mkdir()
    lab = imagelab.use(Lab.level("build-1", language="en", folder=here))
    lab.docker("pull alpine")
    assert place(here, {}).save() == here / "my-lab.imagelab"
    return (here / "my-lab.imagelab").read_bytes()


def restored(folder: Path, data: bytes) -> Lab:
    imagelab.use(Lab(language="en"))
    names: dict[str, Any] = {"lab": imagelab.current()}
    assert place(folder, names).restore(BytesIO(data)) == "build-1"
    assert names["lab"] is imagelab.current()
    assert imagelab.current().state.references
    return imagelab.current()


def test_on_another_machine_the_level_s_files_are_there_again(
    saved: bytes, tmp_path: Path,
) -> None:
    own = tmp_path / "there" / "build-1" / "Dockerfile"
    own.parent.mkdir(parents=True)
    restored(tmp_path / "there", saved)
    assert own.read_text("utf-8")
    own.write_text("FROM busybox\n")
    restored(tmp_path / "there", saved)
    assert own.read_text("utf-8") == "FROM busybox\n"


def test_a_lab_comes_back_where_its_files_and_progress_cannot_be_written(
    saved: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str],
) -> None:
    there = tmp_path / "there"
    (there / file.NAME).mkdir(parents=True)
    (there / "build-1").touch()
    lab = restored(there, saved)
    assert "could not be saved" in capsys.readouterr().err
    assert lab.play is not None
    lab.play.check()


def test_a_lab_is_saved_where_progress_cannot_be_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(file.VARIABLE, raising=False)
    (tmp_path / file.NAME).mkdir()
    imagelab.use(Lab(language="en"))
    assert place(tmp_path, {}).save().is_file()
    assert "cannot be read" in capsys.readouterr().err


def test_progress_of_both_machines_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(file.VARIABLE, raising=False)
    imagelab.use(Lab(language="en"))
    for folder, level in (("here", "start-1"), ("there", "start-2")):
        (tmp_path / folder).mkdir()
        file.write(tmp_path / folder / file.NAME, Progress(len(level), {level: LevelProgress(3)}))
    data = place(tmp_path / "here", {}).save().read_bytes()
    assert place(tmp_path / "there", {}).restore(BytesIO(data)) == ""
    found = file.read(tmp_path / "there" / file.NAME)
    assert found.levels == {"start-1": LevelProgress(3), "start-2": LevelProgress(3)}


def test_the_newest_file_is_offered_first(tmp_path: Path) -> None:
    for time, name in enumerate(("b", "c", "a")):
        (tmp_path / f"{name}.imagelab").touch()
        os.utime(tmp_path / f"{name}.imagelab", (time, time))
    (tmp_path / "folder.imagelab").mkdir()
    (tmp_path / "other.zip").touch()
    assert [path.stem for path in place(tmp_path, {}).saved()] == ["a", "c", "b"]
