"""A notebook's current lab, where a terminal's docker finds it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

import imagelab
from imagelab import lab as labs
from imagelab.client import door
from imagelab.lab import Lab
from imagelab.notebook import serving
from tests.ipython import ipython

pytest.importorskip("IPython", reason="install imagelab[lab]")
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs unix sockets")

PROGRAM = Path(__file__).parents[2] / "imagelab/client/bin/docker"


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where labs are served; nothing is as yet."""
    with TemporaryDirectory(prefix="imagelab-") as name:
        monkeypatch.setenv(door.FOLDER, name)
        monkeypatch.delenv("DOCKER_HOST", raising=False)
        monkeypatch.setattr(labs._Current, "lab", None)
        monkeypatch.setattr(labs._Current, "told", None)
        monkeypatch.setattr(serving._Served, "here", None)
        yield Path(name)
        here = serving._Served.here
        if here is not None and here._serving is not None:
            here._serving.stop()


@pytest.fixture
def shell(folder: Path) -> Iterator[Any]:
    with ipython() as found:
        yield found


def docker(line: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [PROGRAM, *line.split()], capture_output=True, text=True, check=False,
        stdin=subprocess.DEVNULL)


def test_a_terminal_finds_the_current_lab_whichever_it_is(shell: Any, folder: Path) -> None:
    assert docker("images").returncode == 1, "no cell has made a lab yet"
    shell.run_cell("%docker pull -q hello-world")
    assert docker("images --format {{.Repository}}").stdout == "hello-world\n"
    assert docker("tag hello-world mine:1").returncode == 0
    assert repr(imagelab.current().journal.current) == "step 3: docker tag hello-world mine:1"
    shell.run_cell("import imagelab\nimagelab.use(imagelab.Lab())")
    assert docker("images -q").stdout == ""
    assert len(list(folder.iterdir())) == 1
    shell.run_line_magic("reload_ext", "imagelab")
    assert docker("images -q").returncode == 0


def test_of_two_labs_it_is_the_one_whose_notebook_ran_a_cell_last(
    shell: Any, folder: Path,
) -> None:
    with Lab().serve(f"unix://{folder}/other.sock"):
        imagelab.use(Lab()).docker("pull -q hello-world")
        _used(folder / "other.sock", 5)
        assert docker("images -q").stdout == ""
        _used(folder / "other.sock", -1)
        for path in folder.glob(f"{os.getpid()}*"):
            _used(path, -2)
        assert docker("images -q").stdout == ""
        shell.run_cell("pass")
        assert docker("images -q").stdout


def _used(path: Path, seconds: int) -> None:
    """Have a lab been used so many seconds from now."""
    os.utime(path, (0, time.time() + seconds))


def test_what_a_killed_kernel_left_is_removed(shell: Any, folder: Path) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(folder / "1.sock"))
    imagelab.use(Lab())
    os.utime(folder / "1.sock", (2e9, 2e9))
    assert docker("images").returncode == 0
    assert not (folder / "1.sock").exists()


def test_a_folder_that_others_may_write_to_is_not_used(
    shell: Any, folder: Path, capsys: pytest.CaptureFixture[str],
) -> None:
    folder.chmod(0o777)
    shell.run_cell("%docker ps -q")
    assert "others may write there" in capsys.readouterr().err
    assert not list(folder.iterdir())


def test_without_a_folder_nothing_is_served(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.delenv(door.FOLDER)
    with ipython():
        assert labs._Current.told is None
        assert serving._Served.here is None
