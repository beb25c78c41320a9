"""A kept lab that cannot be written can be looked at; what would change it is refused."""

from __future__ import annotations

import logging
import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from imagelab.course.why.explained import explain
from imagelab.lab import Lab
from imagelab.messages import text
from imagelab.storage.doctor import examine
from imagelab.storage.errors import ReadOnly
from tests.storage import mortal
from tests.storage.whole import check_whole

NOBODY = 65534
LOOKS = ("images -a", "ps -a --format {{.Names}}", "inspect app:0", "history app:0", "logs c1",
         "diff c1", "save -o {out} app:0", "cp c1:/f {out}", "info", "inspect nosuch")
CHANGES = ("tag app:0 two", "run busybox true", "run -d busybox sleep 9", "pull alpine:3.20",
           "load -i 1.tar", "rmi -f app:0", "commit c1 made", "build -t built context",
           "image prune -af", "rm c1", "volume create v1")

pytestmark = pytest.mark.skipif(
    "forkserver" not in multiprocessing.get_all_start_methods(), reason="no processes of POSIX")


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that other users may enter, with the commands' files."""
    with TemporaryDirectory(prefix="imagelab-") as name:
        folder = Path(name)
        mortal.prepare(folder)
        lab = Lab.open(folder / "lab")
        for line in ("load -i 0.tar", "run --name c1 busybox sh -c 'echo 1 > /f; echo out'"):
            assert lab.docker(line, folder=folder).exit_code == 0
        let_write(folder)
        yield folder
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o700)


def let_write(lab: Path, *but: str) -> None:
    """Let everybody write a folder and all in it, but for some."""
    for path in (lab, *lab.rglob("*")):
        path.chmod(0o777 if path.is_dir() else 0o666)
    for name in but:
        path = lab / name
        path.chmod(0o555 if path.is_dir() else 0o444)


@contextmanager
def mounted(lab: Path) -> Iterator[Path]:
    """Have a lab on a read-only drive."""
    target = lab.parent / "mounted"
    target.mkdir()
    if sys.platform != "linux" or subprocess.run(
            ["mount", "--bind", lab, target], capture_output=True).returncode:
        target.rmdir()
        pytest.skip("a read-only drive needs Linux and a user who may mount")
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", target], check=True)
        yield target
    finally:
        subprocess.run(["umount", target], check=True)
        target.rmdir()


def as_nobody(run: Callable[..., object], *arguments: object) -> Any:
    """Run a function in a process of a user who has no rights; return what it returns."""
    context = multiprocessing.get_context("forkserver")
    mine, its = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(its, run, arguments))
    process.start()
    its.close()
    told = mine.recv() if mine.poll(60) else "nothing"
    process.join(60)
    if isinstance(told, BaseException):
        raise told
    return told


def _run(tell: Connection, run: Callable[..., object], arguments: tuple[object, ...]) -> None:
    try:
        with TemporaryDirectory() as folder:  # what is imported may lie where only root can read
            tried(Lab.open(folder), Path(folder))
        if os.geteuid() == 0:
            os.setgroups([])
            os.setuid(NOBODY)
        tell.send(run(*arguments))
    except BaseException as error:
        tell.send(error)


def look(folder: Path, files: Path) -> dict[str, tuple[int, str, str, str]]:
    """Run all lines on a lab; return how each ended, and how ``%why`` explains it in Korean."""
    lab = Lab.open(folder)
    found = tried(lab, files)
    for move in (lab.undo, lambda: lab.daemon.go_to(0)):
        with pytest.raises(ReadOnly, match="read-only"):
            move()
    assert len(lab.journal) == 2
    assert lab.state is lab.journal.current.after
    return found


def tried(lab: Lab, files: Path) -> dict[str, tuple[int, str, str, str]]:
    found = {}
    with TemporaryDirectory() as out:
        for line in (*LOOKS, *CHANGES):
            done = lab.docker(line.replace("{out}", f"{out}/out"), folder=files)
            shown = explain(lab.daemon.typed, None, "ko")
            found[line] = (done.exit_code, done.stdout, done.stderr,
                           " ".join(part.text for part in shown.parts))
    assert lab.daemon._store is not None
    assert examine(lab.daemon._store).is_clean
    return found


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def check(found: dict[str, tuple[int, str, str, str]], folder: Path) -> None:
    for line in LOOKS:
        assert found[line][0] == (line == "inspect nosuch"), (line, found[line])
    assert found["ps -a --format {{.Names}}"][1] == "c1\n"
    assert found["logs c1"][1] == "out\n"
    assert text("why.lab_read_only", "ko") not in found["inspect nosuch"][3] != ""
    for line in CHANGES:
        code, _, said, why = found[line]
        assert code == (125 if line.startswith("run") else 1), (line, found[line])
        assert f"Error response from daemon: the lab in {folder} is read-only\n" in said, line
        assert why == text("why.lab_read_only", "ko"), line


@pytest.mark.parametrize("parts", [
    (".", "imagelab.db", "blobs", "blobs/sha256", "incoming"), ("imagelab.db",), ("blobs/sha256",),
])
def test_without_the_permission(place: Path, parts: tuple[str, ...]) -> None:
    lab = place / "lab"
    let_write(lab, *parts)
    before = bytes_of(lab)

    check(as_nobody(look, lab, place), lab)

    assert bytes_of(lab) == before
    let_write(lab)
    assert as_nobody(works, lab, place)
    check_whole(lab)


def test_on_a_drive_that_cannot_be_written(place: Path) -> None:
    let_write(place / "lab")
    before = bytes_of(place / "lab")
    with mounted(place / "lab") as lab:
        check(as_nobody(look, lab, place), lab)
    assert bytes_of(place / "lab") == before
    assert works(place / "lab", place)


def works(folder: Path, files: Path) -> bool:
    lab = Lab.open(folder)
    return not any(lab.docker(line, folder=files).exit_code for line in CHANGES[:5])


def test_a_folder_for_a_new_lab(place: Path) -> None:
    new = place / "new"
    new.mkdir()
    new.chmod(0o555)
    with pytest.raises(Exception, match=r"imagelab\.db: permission denied"):
        as_nobody(works, new, place)


@pytest.fixture
def read_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lab:
    lab = Lab.open(tmp_path / "lab")
    assert lab.docker("run -d --name c1 busybox sh -c 'while sleep 0.01; do echo 1; done'"
                      ).exit_code == 0
    monkeypatch.setattr("imagelab.storage.store._is_read_only", lambda _: True)
    return Lab.open(tmp_path / "lab")


def test_a_server_has_nothing_to_warn_of(
    read_only: Lab, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A container's time would have come: it stands still."""
    monkeypatch.setattr("imagelab.api.pulse._PAUSE", 0.01)
    with caplog.at_level(logging.WARNING):
        serving = read_only.serve()
        time.sleep(0.2)
        serving.stop()
    assert caplog.messages == []
    assert len(read_only.journal) == 1
