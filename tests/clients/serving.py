"""``imagelab serve`` in a process of its own, as users have it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = [sys.executable, "-m", "imagelab"]


@contextmanager
def served() -> Iterator[str]:
    """Serve a kept lab that is empty at first; give its ``DOCKER_HOST``."""
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
                yield host
            finally:
                process.terminate()
        assert process.returncode == 0
