"""Files on the drive of a page without a server have a bound; others, and without a page, none."""

from __future__ import annotations

import errno
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import BinaryIO

import pytest

from imagelab import Lab
from imagelab.docker import host_files
from imagelab.docker.host_paths import open_file
from imagelab.storage.aside import written_aside

MOST = 1_000_000


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> SimpleNamespace:
    """What JavaScript would have registered."""
    found = SimpleNamespace(
        drive=str(tmp_path / "drive"), largest=MOST, kept=str(tmp_path / "kept"))
    monkeypatch.setattr("imagelab.model.page._page", found)
    return found


@pytest.fixture
def drive(page: SimpleNamespace) -> Path:
    """The drive of a page."""
    folder = Path(page.drive)
    folder.mkdir()
    return folder


def test_a_file_may_have_just_so_many_bytes(drive: Path) -> None:
    with written_aside(drive) as (path, file):
        file.write(b"a" * (MOST - 1))
        file.write(b"b")
        file.close()
        assert path.read_bytes() == b"a" * (MOST - 1) + b"b"
    with written_aside(drive) as (path, file):
        file.write(b"a" * MOST)
        with pytest.raises(OSError, match="file too large") as caught:
            file.write(b"c")
        assert caught.value.errno == errno.EFBIG
        file.close()
        assert not path.exists()
    assert list(drive.iterdir()) == []


def test_elsewhere_there_is_no_bound(drive: Path, tmp_path: Path) -> None:
    with written_aside(tmp_path) as (path, file):
        file.write(b"a" * (MOST + 1))
        file.close()
        assert path.stat().st_size == MOST + 1


def test_docker_says_so_and_leaves_nothing(drive: Path) -> None:
    lab = Lab()
    lab.docker("pull busybox")
    said = lab.docker("save -o big.tar busybox", folder=drive)
    assert said.exit_code == 1
    assert "file too large: this page keeps files of at most 1 million bytes" in said.stderr
    assert list(drive.iterdir()) == []


def test_a_lab_is_saved_within_the_bound(drive: Path) -> None:
    lab = Lab()
    lab.docker("pull busybox")
    lab.save_to(drive / "mine.imagelab")
    assert zipfile.is_zipfile(drive / "mine.imagelab")
    assert "busybox" in Lab.from_file(drive / "mine.imagelab").docker("images").stdout


def test_a_kept_lab_is_where_the_page_keeps_labs(drive: Path, tmp_path: Path) -> None:
    Lab.open("mine").docker("pull busybox")
    assert (tmp_path / "kept" / "mine" / "imagelab.db").is_file()
    assert "busybox" in Lab.open("mine").docker("images").stdout


def test_a_file_is_fetched_once_however_often_it_is_read(
    drive: Path, page: SimpleNamespace, monkeypatch: pytest.MonkeyPatch,
) -> None:
    fetched: list[str] = []

    def fetch(path: str) -> BinaryIO:
        fetched.append(path)
        return open_file(path)

    monkeypatch.setattr(host_files, "open_file", fetch)
    monkeypatch.chdir(drive)
    lab = Lab()
    lab.docker("pull busybox")
    lab.docker("run --name box busybox sh -c 'echo one > /a'")
    page.largest = 1 << 30
    assert lab.docker("export -o box.tar box").exit_code == 0
    said = bytearray()
    typed = "tar tf box.tar | grep -c bin/; tar xOf box.tar a"
    lab.shell.run(typed, lambda _, data: said.extend(data))
    assert said.decode().endswith("\none\n")
    assert len(fetched) == 1
    (drive / "box.tar").write_text("other")
    said.clear()
    lab.shell.run("cat box.tar", lambda _, data: said.extend(data))
    assert said == b"other"


def test_a_page_without_folders_goes_by_the_browser_s_language(
    drive: Path, page: SimpleNamespace, monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("IMAGELAB_LANG", raising=False)
    monkeypatch.chdir(drive)
    for language, wanted in (("ko", "ko"), ("fr", "en")):
        page.language = language
        assert Lab().language == wanted
    (drive / "en").mkdir()
    monkeypatch.chdir(drive / "en")
    page.language = "ko"
    assert Lab().language == "en"
