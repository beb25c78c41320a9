"""Saving and restoring a whole lab with buttons, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import imagelab
from imagelab import Lab
from imagelab.course.progress import file
from imagelab.notebook.backup import NAME, place
from imagelab.widgets.backup import BackupPane
from tests.browser.stage import Stage


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    monkeypatch.setenv(file.VARIABLE, str(tmp_path / file.NAME))
    lab = imagelab.use(Lab(language="en"))
    lab.docker("pull busybox")
    lab.docker("tag busybox mine:1")
    yield lab
    imagelab.use(Lab())


def shown(stage: Stage, lab: Lab, folder: Path, **names: Any) -> dict[str, Any]:
    stage.mount(BackupPane(place(folder, names), lambda: lab.language), lab.daemon,
                language=lambda: lab.language)
    return names


def test_a_lab_is_saved_downloaded_and_brought_back(
    stage: Stage, lab: Lab, tmp_path: Path,
) -> None:
    names = shown(stage, lab, tmp_path, mine=lab, other=5)
    page = stage.page
    page.get_by_role("button", name="Save the lab").click()
    stage.settle()
    assert page.get_by_text(f"Saved in {NAME}").is_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name=f"Download {NAME}").click()
    assert Path(download.value.path()).read_bytes() == (tmp_path / NAME).read_bytes()
    lab.docker("rmi mine:1")
    page.get_by_role("button", name=f"Restore {NAME}").click()
    stage.settle()
    again = imagelab.current()
    assert again is not lab
    assert "mine" in again.docker("images").stdout
    assert stage.violations() == []
    assert names["mine"] is again
    assert names["lab"] is again
    assert names["other"] == 5


def test_a_file_of_the_learner_s_computer_is_brought_back(
    stage: Stage, lab: Lab, tmp_path: Path,
) -> None:
    # More than one piece, of bytes that cannot be compressed.
    lab.docker("import - big:1", stdin=_archive(tmp_path))
    saved = tmp_path / "elsewhere.imagelab"
    lab.save_to(saved)
    assert saved.stat().st_size > 1_500_000
    (tmp_path / "here").mkdir()
    shown(stage, lab, tmp_path / "here")
    imagelab.use(Lab())
    stage.page.get_by_label("A file from your computer").set_input_files(saved)
    stage.page.get_by_text("Restored from elsewhere.imagelab").wait_for()
    assert "big" in imagelab.current().docker("images").stdout


def _archive(folder: Path) -> bytes:
    import os
    import tarfile

    (folder / "noise").write_bytes(os.urandom(1_600_000))
    with tarfile.open(folder / "big.tar", "w") as archive:
        archive.add(folder / "noise", "noise")
    return (folder / "big.tar").read_bytes()


def test_what_is_no_lab_is_told_and_changes_nothing(
    stage: Stage, lab: Lab, tmp_path: Path,
) -> None:
    (tmp_path / "<b>bad.imagelab").write_bytes(b"no lab")
    shown(stage, lab, tmp_path)
    stage.page.get_by_role("button", name="Restore <b>bad.imagelab").click()
    stage.settle()
    assert stage.page.get_by_text("no lab that was saved").is_visible()
    assert imagelab.current() is lab


def test_what_no_page_sends_is_ignored(lab: Lab, tmp_path: Path) -> None:
    pane = BackupPane(place(tmp_path, {}), lambda: "en")
    for value in (None, 5, {}, {"name": 5, "size": 5, "at": 0, "data": ""},
                  {"name": "a", "size": 1 << 40, "at": 0, "data": ""},
                  {"name": "a", "size": 5, "at": 3, "data": "AAAA"},
                  {"name": "a", "size": 5, "at": 0, "data": "no base64!"},
                  {"name": "a", "size": -5, "at": 0, "data": ""}):
        pane.act("take", value)
    for name in ("../../etc/passwd", "/etc/passwd", 5):
        pane.act("restore", name)
    assert imagelab.current() is lab
    assert list(tmp_path.iterdir()) == []


def test_progress_goes_with_the_lab(lab: Lab, tmp_path: Path) -> None:
    level = imagelab.use(Lab.level("rmi-1", folder=tmp_path))
    assert level.play is not None
    from imagelab.course.progress import recorder
    from imagelab.notebook.progress import say

    recorder.record(level.play, tmp_path / file.NAME, say)
    level.play.check()
    pane = BackupPane(place(tmp_path, {}), lambda: "en")
    pane.act("save", None)
    (tmp_path / file.NAME).unlink()
    pane.act("restore", NAME)
    assert "Level rmi-1 goes on" in str(pane.draw()["head"])
    again = imagelab.current()
    assert again.play is not None
    assert file.read(tmp_path / file.NAME).levels["rmi-1"].attempts == 1
    again.play.check()
    assert file.read(tmp_path / file.NAME).levels["rmi-1"].attempts == 2
