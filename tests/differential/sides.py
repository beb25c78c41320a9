"""The two daemons of a comparison, seen alike."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from imagelab.daemon import Daemon
from imagelab.docker.io import Io
from imagelab.docker.main import execute
from imagelab.formats.gotime import parse_time
from imagelab.lab import Lab
from imagelab.storage.blobs import BlobStore
from tests.dockerd import BASE, Dockerd

#: Commands that make images, and such that write files.
_IMAGING = {"commit", "build", "import"}
_WRITING = {"run", "start", "restart", "exec", "cp"}
#: Seconds that a command may take.
_TIMEOUT = 60


@dataclass(frozen=True)
class Answer:
    """How a command line ended."""

    code: int
    stdout: str
    stderr: str


class Side(Protocol):
    """A daemon: runs command lines, and shows what it holds as the Engine API does."""

    folder: Path

    def docker(self, *words: str) -> Answer: ...

    def images(self) -> list[dict[str, Any]]: ...

    def new_images(self, known: Collection[str]) -> list[dict[str, Any]]:
        """Describe the images that are not known yet, in the order in which they were made."""
        ...

    def containers(self) -> list[dict[str, Any]]: ...


class Here:
    """A lab."""

    def __init__(self, lab: Lab, folder: Path) -> None:
        self.lab = lab
        self.folder = folder

    def docker(self, *words: str) -> Answer:
        out, err = bytearray(), bytearray()
        io = Io(out.extend, err.extend, folder=self.folder,
                environment={"DOCKER_BUILDKIT": "0"})  # as the real client is told
        code = execute(self.lab.daemon, words, io)
        return Answer(code, out.decode("utf-8", "replace"), err.decode("utf-8", "replace"))

    def images(self) -> list[dict[str, Any]]:
        return self.lab.daemon.images(every=True)

    def new_images(self, known: Collection[str]) -> list[dict[str, Any]]:
        found = [self.lab.daemon.inspect_image(each) for each in self.lab.state.images
                 if each not in known]
        return sorted(found, key=_created)

    def containers(self) -> list[dict[str, Any]]:
        return self.lab.daemon.containers(every=True)


def labs_with_base() -> Callable[[], Lab]:
    """Return what makes labs that hold the base image, and nothing else."""
    blobs = BlobStore()
    daemon = Daemon(blobs=blobs)
    with BASE.open("rb") as file:
        daemon.load(file)
    start = daemon.state
    return lambda: Lab(daemon=Daemon(state=start, blobs=blobs))


class There:
    """A real daemon, wiped but for the base image."""

    def __init__(self, dockerd: Dockerd, folder: Path) -> None:
        self.dockerd = dockerd
        self.folder = folder
        #: Where this daemon keeps what others keep in /var/lib/docker.
        self._data = dockerd.host.removeprefix("unix://").replace("/sock", "/data")
        #: The seconds in which images were made last, and files written or images made.
        self._imaged = self._busy = 0
        dockerd.reset()

    def docker(self, *words: str) -> Answer:
        """Run a command line; images are made in a second of their own.

        A daemon lists images of the same second in any order; and a file that an image got in a
        second counts as unchanged when it is written again in that second.
        """
        imaging, writing = words[0] in _IMAGING, words[0] in _WRITING
        taken = self._busy if imaging else self._imaged if writing else None
        while int(time.time()) == taken:
            time.sleep(0.02)
        done = self.dockerd.docker(*words, check=False, folder=self.folder, timeout=_TIMEOUT)
        if imaging or writing:
            self._busy = int(time.time())
        if imaging:
            self._imaged = self._busy
        return Answer(done.returncode, *(
            text.replace(self._data, "/var/lib/docker") for text in (done.stdout, done.stderr)))

    def images(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._get("images/json?all=1")
        return found

    def new_images(self, known: Collection[str]) -> list[dict[str, Any]]:
        found = [self._get(f"images/{each}/json")
                 for each in {each["Id"] for each in self.images()}.difference(known)]
        return sorted(found, key=_created)

    def containers(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._get("containers/json?all=1")
        return found

    def _get(self, path: str) -> Any:
        connection = self.dockerd.connection()
        connection.request("GET", f"/v1.41/{path}")
        found = json.load(connection.getresponse())
        connection.close()
        return found


def _created(image: dict[str, Any]) -> int:
    return parse_time(image["Created"])
