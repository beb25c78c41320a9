"""Typing commands for a real Docker daemon, with and without a terminal."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.at_terminal import SECONDS, typed
from tests.dockerd import Dockerd
from tests.lessons.cells import Command
from tests.lessons.own_registry import OwnRegistry
from tests.lessons.transcript import Answer

#: Lists are in order of whole seconds: what is made in one has no order.
_MAKES = re.compile(r"docker (?:container |image )?(?:build|commit|create|run|tag)\b")
_KEEPS = re.compile(r"\s*(?:cd|export|\w+=)")


@dataclass(frozen=True)
class Real:
    """A real daemon, the folder in which commands for it are typed, and a registry beside it."""

    dockerd: Dockerd
    folder: Path
    registry: OwnRegistry = field(default_factory=OwnRegistry)

    @property
    def title(self) -> str:
        """Which client and which daemon this is."""
        form = "{{.Client.Version}} and a daemon {{.Server.Version}}"
        return f"docker {self.dockerd.docker('version', '--format', form).stdout.strip()}"

    def wipe(self) -> None:
        """Remove all containers and images."""
        self.dockerd.remove_all()

    def run(self, command: Command) -> Answer:
        """Type a command in a shell of its own.

        Raises:
            ValueError: it would change the shell for those that follow, which none does here.
            subprocess.TimeoutExpired: it does not end.
        """
        if _KEEPS.match(command.line):
            raise ValueError(f"not recorded: {command.line}: each command has a shell of its own")
        if _MAKES.search(command.line):
            time.sleep(1.1)
        answer = self._at_terminal(command) if command.wants_terminal else self._piped(command)
        return Answer(self._usual(answer.stdout), self._usual(answer.stderr), answer.exit_code)

    def _usual(self, text: str) -> str:
        """Return a text with the daemon's folder where it usually is."""
        folder = Path(self.dockerd.host.removeprefix("unix://")).parent / "data"
        return re.sub(rf"{folder}/image/\w+/", "/var/lib/docker/image/overlay2/", text)

    def _piped(self, command: Command) -> Answer:
        done = subprocess.run(
            ["bash", "-c", "\n".join(command.lines)], cwd=self.folder, env=self._environment(),
            stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS, check=False)
        return Answer(done.stdout.decode(), done.stderr.decode(), done.returncode)

    def _at_terminal(self, command: Command) -> Answer:
        """Run a command at a terminal, and type a line whenever a prompt stands there."""
        shown, code = typed(
            shlex.split(command.line), command.typed or "", cwd=self.folder,
            env=self._environment())
        return Answer(shown, "", code)

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items()
                if not name.startswith(("DOCKER_", "LC_"))}
        return {**kept, "DOCKER_HOST": self.dockerd.host, "DOCKER_CLI_HINTS": "false",
                "DOCKER_CONFIG": str(self.dockerd.client_config), "LC_ALL": "C.UTF-8",
                "TZ": "UTC", "TERM": "xterm"}
