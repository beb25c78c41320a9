"""Runs docker command lines on a lab in Pyodide for a process outside, a line of JSON for each.

What a command prints goes back as it comes, and what it reads is asked for when it wants it.
"""

from __future__ import annotations

import json
import sys
from base64 import b64decode, b64encode
from io import BufferedReader, RawIOBase
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from imagelab.daemon import Daemon
from imagelab.docker.io import Io
from imagelab.docker.main import execute
from imagelab.storage.blobs import BlobStore
from tests.pyodide.digests import of_daemon


def _say(kind: str, value: object) -> None:
    print(json.dumps([kind, value]), flush=True)


class _Asked(RawIOBase):
    """Standard input of the command."""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        _say("read", len(buffer))
        data = b64decode(sys.stdin.readline())
        buffer[: len(data)] = data
        return len(data)


def main(base: str) -> None:
    """Begin with an archive's images, and again whenever that is asked for."""
    blobs = BlobStore()
    daemon = Daemon(blobs=blobs)
    with open(base, "rb") as file:
        daemon.load(file)
    start = daemon.state
    for line in sys.stdin:
        wish = json.loads(line)
        if wish == "reset":
            daemon = Daemon(state=start, blobs=blobs)
        elif wish == "digests":
            with TemporaryDirectory() as folder:
                _say("digests", dict(of_daemon(daemon, Path(folder))))
        else:
            io = Io(lambda data: _say("out", b64encode(data).decode()),
                    lambda data: _say("err", b64encode(data).decode()),
                    BufferedReader(_Asked()), folder=Path(wish["folder"]),
                    environment=wish["environment"])
            _say("code", execute(daemon, wish["words"], io))


if __name__ == "__main__":
    main(sys.argv[1])
