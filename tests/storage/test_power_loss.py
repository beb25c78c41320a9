"""What is in the database refers to nothing that a loss of power could take away."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from imagelab.lab import Lab
from tests.storage import mortal

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


class Disk:
    """What of a folder a loss of power would leave, as far as this process has seen to it.

    Attributes:
        lost: what would have been missing at the end of a transaction.
        ends: how many transactions have ended.
    """

    def __init__(self, folder: Path) -> None:
        """Begin with a folder that may lose everything."""
        self._folder = folder
        self._sizes: dict[int, int] = {}
        self._names: dict[Path, set[str]] = {}
        self.lost: list[str] = []
        self.ends = 0

    def synced(self, handle: int) -> None:
        """Note what a file or folder has once it is written to the disk."""
        path = Path(os.readlink(f"/proc/self/fd/{handle}"))
        if path.is_dir():
            self._names[path] = set(os.listdir(path))
        else:
            self._sizes[os.stat(handle).st_ino] = os.stat(handle).st_size

    def ended(self) -> None:
        """See what would be missing now."""
        self.ends += 1
        for path in self._folder.rglob("*"):
            if path.parent.name == "incoming" or path.name.startswith("imagelab.db"):
                continue  # nobody refers to the one; SQLite sees to the other
            if path.name not in self._names.get(path.parent, ()) and path.name != "incoming":
                self.lost.append(f"{path} has no name")
            status = path.stat()
            if path.is_file() and self._sizes.get(status.st_ino) != status.st_size:
                self.lost.append(f"{path} has no bytes")
        if self._folder.name not in self._names.get(self._folder.parent, ()):
            self.lost.append("the folder has no name")


@contextmanager
def noted(disk: Disk, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    real: Callable[[int], None] = os.fsync

    def fsync(handle: int) -> None:
        real(handle)
        disk.synced(handle)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fsync)
        yield


@pytest.mark.parametrize("put_off", [False, True])
def test_at_the_end_of_each_transaction(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, put_off: bool,
) -> None:
    mortal.prepare(tmp_path)
    folder = tmp_path / "home" / "lab"
    disk = Disk(folder)

    def here(name: str) -> None:
        if name == "COMMIT":
            disk.ended()

    with noted(disk, monkeypatch):
        lab = Lab.open(folder)
        lab.daemon.write_behind(60 * put_off)
        mortal.at_statements(lab, here)
        for line in (
            "load -i 1.tar", "pull busybox",
            "run --name c1 busybox sh -c 'head -c 90000 /dev/zero > /f'",
            "commit c1 made", "build -t built context", "rmi made", "image prune -af",
        ):
            assert lab.docker(line, folder=tmp_path).exit_code == 0, line
        lab.daemon.write_behind(0)
    assert disk.ends >= (1 if put_off else 7)
    assert disk.lost == []
