"""The registry that lessons run in a container; beside a real daemon, a process of this machine."""

from __future__ import annotations

import re
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.registry.process import serving

#: Where lessons have theirs. A daemon speaks to one on loopback without TLS.
PORT = 5000
_BEGINS = re.compile(rf"docker run -d -p {PORT}:{PORT} --name registry registry:2$")
_ENDS = re.compile(r"docker rm -f registry$")


class OwnRegistry:
    """Debian's docker-registry, run and removed as commands run and remove the lessons'."""

    def __init__(self) -> None:
        """Run none yet."""
        self._running = ExitStack()

    def follow(self, line: str) -> None:
        """Run a new, empty registry or end the one that runs, if that is what a command does."""
        if _BEGINS.match(line):
            folder = self._running.enter_context(tempfile.TemporaryDirectory())
            self._running.enter_context(serving(Path(folder), port=PORT))
        elif _ENDS.match(line):
            self.close()

    def close(self) -> None:
        """End what runs."""
        self._running.close()
