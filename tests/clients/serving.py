"""``imagelab serve`` in a process of its own, as users have it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = [sys.executable, "-m", "imagelab"]


@dataclass(frozen=True)
class Server:
    """A running server: its ``DOCKER_HOST`` and its process."""

    host: str
    pid: int

    @property
    def path(self) -> str:
        return self.host.removeprefix("unix://")


@contextmanager
def served() -> Iterator[Server]:
    """Serve a kept lab that is empty at first."""
    # pytest's own folders are too deep for the path of a socket.
    with TemporaryDirectory(prefix="imagelab-") as name:
        host = f"unix://{name}/docker.sock"
        with subprocess.Popen(
            [*PROGRAM, "serve", "--host", host, "--lab", f"{name}/lab"], cwd=ROOT,
            stdout=subprocess.PIPE, text=True,
        ) as process:
            try:
                assert process.stdout is not None
                assert f"DOCKER_HOST={host} " in process.stdout.readline()
                yield Server(host, process.pid)
            finally:
                process.terminate()
        assert process.returncode == 0


@pytest.fixture
def server() -> Iterator[Server]:
    with served() as found:
        yield found
