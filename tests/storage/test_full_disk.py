"""A full disk is a clear error, whichever write it meets; nothing is lost, and the lab works on."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from imagelab.course.why.explained import explain
from imagelab.lab import Lab
from imagelab.storage.credentials import Credentials
from imagelab.storage.doctor import examine
from imagelab.storage.errors import DiskFull, StorageError
from tests.storage import mortal
from tests.storage.whole import check_whole

PAGE = 4096
#: How much room more there is each time, in pages, up to where it is enough.
STEP = 1 if os.environ.get("IMAGELAB_STRESS") else 5
LINES = (
    "load -i 1.tar", "pull busybox", "commit c1 made", "tag app:0 two", "rmi app:0",
    "run --name c2 busybox sh -c 'head -c 70000 /dev/zero > /f; yes | head -c 90000'",
    "build -t built context", "save -o {lab}/out.tar app:0", "images",
)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("files")
    mortal.prepare(folder)
    lab = Lab.open(folder / "lab")
    for line in ("load -i 0.tar", "run --name c1 busybox touch /f"):
        assert lab.docker(line, folder=folder).exit_code == 0
    return folder


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A small disk."""
    folder = tmp_path_factory.mktemp("disk")
    if sys.platform != "linux" or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", folder],
            capture_output=True).returncode:
        pytest.skip("a small disk needs Linux and a user who may mount")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def fill(disk: Path, left: int) -> None:
    """Leave so many pages."""
    room = os.statvfs(disk)
    with (disk / "filler").open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, (room.f_bavail - left) * PAGE)


@contextmanager
def full(disk: Path, files: Path, left: int) -> Iterator[Lab]:
    """Give a lab on a disk with so many pages left; nothing of it stays."""
    folder = disk / "lab"
    shutil.copytree(files / "lab", folder)
    lab = Lab.open(folder)
    assert lab.docker("tag app:0 first").exit_code == 0
    fill(disk, left)
    try:
        yield lab
    finally:
        close(lab)  # or what is removed would come free some time later
        shutil.rmtree(folder)
        (disk / "filler").unlink(missing_ok=True)


def close(lab: Lab) -> None:
    assert lab.daemon._store is not None
    lab.daemon._store.close()


def commands(lab: Lab) -> list[str]:
    return [each.command for each in lab.journal]


@pytest.mark.parametrize("line", LINES)
def test_a_command(disk: Path, files: Path, line: str) -> None:
    line = line.format(lab=disk / "lab")
    failures = 0
    for left in range(0, 2000, STEP):
        with full(disk, files, left) as lab:
            before, stood = commands(lab), lab.state
            done = lab.docker(line, folder=files)
            if done.exit_code:
                failures += 1
                assert "no space left on device\n" in done.stderr, done
                assert done.exit_code == (125 if line.startswith("run") else 1)
                assert explain(lab.daemon.typed, None, "ko").parts != ()
                assert commands(lab)[:len(before)] == before
                assert line.startswith("build") or lab.state.images == stood.images
                assert list((disk / "lab" / "incoming").iterdir()) == []
            (disk / "filler").unlink()
            goes_on(lab, disk / "lab")
            if not done.exit_code:
                break
            assert lab.docker(line, folder=files).exit_code == 0
    assert 0 < failures < 400


def goes_on(lab: Lab, folder: Path) -> None:
    """See that a lab works on, now that there is room, and that all of it is kept."""
    known = commands(lab)
    assert lab.docker("tag first after").exit_code == 0
    again = Lab.open(folder)
    try:
        assert commands(again) == [*known, "docker tag first after"]
        check_whole(folder)
        assert again.daemon._store is not None
        assert examine(again.daemon._store).is_clean
    finally:
        close(again)


def test_a_password(disk: Path, files: Path) -> None:
    """A secret that is there stays whole."""
    with full(disk, files, 1):
        folder = disk / "lab"
        credentials = Credentials(folder / "credentials.json")
        credentials.keep("localhost:5000", "one", "secret")
        (disk / "filler").unlink()
        fill(disk, 0)
        with pytest.raises(DiskFull, match="no space left on device"):
            credentials.keep("localhost:5001", "two", "x" * 2 * PAGE)
        assert credentials.secret("localhost:5000", "one") == "secret"
        assert [each.name for each in folder.iterdir() if each.name.startswith(".")] == []
        (disk / "filler").unlink()
        credentials.keep("localhost:5001", "two", "x")
        assert credentials.secret("localhost:5001", "two") == "x"


@pytest.mark.parametrize("left", [0, 3, 6, 12])
def test_what_was_put_off(disk: Path, files: Path, left: int) -> None:
    """Only the steps of that moment are lost, and that is known."""
    with full(disk, files, left) as lab:
        before = commands(lab)
        lab.daemon.write_behind(60)
        failed = [lab.docker("tag first second").exit_code for _ in range(40)]
        with suppress(DiskFull):
            lab.daemon.write_behind(0)
        assert any(failed) or left or commands(lab) == before
        (disk / "filler").unlink()
        lab.daemon.write_behind(0)
        assert commands(lab)[:len(before)] == before
        goes_on(lab, disk / "lab")


def test_a_server_warns_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object) -> None:
        raise StorageError("no space left on device")

    lab = Lab.open(tmp_path)
    lab.docker("run -d busybox sh -c 'while sleep 0.01; do echo 1; done'")
    monkeypatch.setattr("imagelab.api.pulse._PAUSE", 0.01)
    monkeypatch.setattr(lab.daemon, "catch_up", fail)
    with caplog.at_level(logging.WARNING):
        serving = lab.serve()
        time.sleep(0.3)
        serving.stop()
    assert caplog.messages == [
        "the lab cannot be brought up to date: imagelab: no space left on device"]
