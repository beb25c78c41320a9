"""A daemon, real or not, over HTTP, as a client with one open connection asks it."""

from __future__ import annotations

import json
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

_VERSION = "/v1.41"


class OverHttp:
    """The calls that the docker client makes for the commands that are compared."""

    def __init__(self, connection: HTTPConnection) -> None:
        self._connection = connection

    def ask(self, method: str, path: str, body: bytes | None = None, type: str = "") -> bytes:
        """Send a request and return the whole answer.

        Raises:
            AssertionError: the daemon answered with an error.
        """
        headers = {"Content-Type": type or "application/json"}
        self._connection.request(method, _VERSION + path, body, headers)
        response = self._connection.getresponse()
        data = response.read()
        assert response.status < 400, f"{method} {path}: {response.status} {data[:200]!r}"
        return data

    def load(self, archive: Path) -> None:
        """Load an archive."""
        self.ask("POST", "/images/load?quiet=1", archive.read_bytes(), "application/x-tar")

    def create(self, image: str, *command: str) -> str:
        """Make a container and return its ID."""
        config = {"Image": image, "Cmd": command, "HostConfig": {"NetworkMode": "none"}}
        answer: dict[str, Any] = json.loads(
            self.ask("POST", "/containers/create", json.dumps(config).encode()))
        return str(answer["Id"])

    def run(self, image: str, *command: str) -> str:
        """Run a container to its end and return its ID."""
        identifier = self.create(image, *command)
        self.ask("POST", f"/containers/{identifier}/start")
        self.ask("POST", f"/containers/{identifier}/wait")
        return identifier

    def commit(self, container: str, repository: str, comment: str = "") -> None:
        """Commit a container under a repository's tag ``1``."""
        query = urlencode({"container": container, "repo": repository, "tag": "1",
                           "comment": comment})
        self.ask("POST", f"/commit?{query}", b"{}")

    def tag(self, source: str, repository: str) -> None:
        """Give an image the name ``repository:1``."""
        self.ask("POST", f"/images/{source}/tag?{urlencode({'repo': repository, 'tag': '1'})}")

    def remove(self, image: str) -> None:
        """Remove an image's name, and the image with its last one."""
        self.ask("DELETE", f"/images/{image}")

    def prune(self) -> None:
        """Delete dangling images."""
        self.ask("POST", "/images/prune")

    def build(self, context: bytes, tag: str) -> None:
        """Build a context with the classic builder."""
        self.ask("POST", f"/build?{urlencode({'t': tag, 'rm': '1'})}", context,
                 "application/x-tar")

    def inspect(self, image: str) -> None:
        """Ask for all that is known of an image."""
        json.loads(self.ask("GET", f"/images/{quote(image)}/json"))

    def history(self, image: str) -> None:
        """Ask for the steps of an image."""
        json.loads(self.ask("GET", f"/images/{quote(image)}/history"))

    def images(self) -> None:
        """Ask for the list of images."""
        json.loads(self.ask("GET", "/images/json"))
