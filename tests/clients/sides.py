"""A served lab that the real docker client takes for a daemon, and a real one beside it."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.api.conftest import Answered, Served, serving, with_base
from tests.dockerd import Dockerd, UnixConnection, client_environment

#: What differs from one daemon to the next, and from one run to the next.
_CHANCE = (
    (re.compile(r"\b[0-9a-f]{64}\b"), "<id>"),
    (re.compile(r"\b(?=[0-9a-f]*[a-f])[0-9a-f]{12}\b"), "<id>"),
    (re.compile(r"\b[0-9a-f]{12}\b"), "<id>"),
    (re.compile(r"\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)"), "<time>"),
)
SECONDS = 120


def without_chance(text: str) -> str:
    """Return a text without IDs and times."""
    for pattern, name in _CHANCE:
        text = pattern.sub(name, text)
    return text


@dataclass
class Client:
    """The real docker client, speaking to one daemon.

    Attributes:
        host: the daemon's address.
        folder: where its commands run; its settings are there too.
    """

    host: str
    folder: Path

    def run(self, line: str) -> tuple[int, str, str]:
        """Run a command line; ``<`` gives it a file as standard input."""
        words = shlex.split(line)
        stdin: bytes | None = None
        if "<" in words:
            at = words.index("<")
            stdin = (self.folder / words[at + 1]).read_bytes()
            del words[at:at + 2]
        done = subprocess.run(
            ["docker", *words], input=stdin, stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True, cwd=self.folder, check=False, timeout=SECONDS,
            env=client_environment(self.host, self.folder / ".client"))
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def said(self, line: str) -> tuple[str, int, str, str]:
        """Return what a command says, without what comes by chance."""
        code, out, err = self.run(line)
        return line, code, without_chance(out), without_chance(err)

    def ask(self, method: str, path: str, body: bytes | None = None,
            headers: dict[str, str] | None = None) -> Answered:
        """Send a request of one's own to the same daemon."""
        connection = UnixConnection(self.host.removeprefix("unix://"))
        try:
            connection.request(method, f"/v1.41{path}", body, headers or {})
            response = connection.getresponse()
            return Answered(response.status, dict(response.headers), response.read())
        finally:
            connection.close()


@contextmanager
def lab_client(folder: Path) -> Iterator[tuple[Client, Served]]:
    """Serve a lab and give a client of it."""
    with serving(with_base()) as served:
        yield Client(served.host, folder), served


@contextmanager
def both(folder: Path, dockerd: Dockerd) -> Iterator[tuple[Client, Client]]:
    """Give clients of a lab and of a real daemon, each with a folder and the base image."""
    dockerd.reset()
    for name in ("lab", "real"):
        (folder / name).mkdir()
    with lab_client(folder / "lab") as (mine, _):
        yield mine, Client(dockerd.host, folder / "real")
    dockerd.reset()
