"""Typing commands for a real Docker daemon, with and without a terminal."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import shlex
import struct
import subprocess
import termios
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.dockerd import Dockerd
from tests.lessons.cells import Command
from tests.lessons.transcript import Answer

#: Longest time for one command.
SECONDS = 60
#: Lists are in order of whole seconds: what is made in one has no order.
_MAKES = re.compile(r"docker (?:container |image )?(?:commit|create|run|tag)\b")
_PROMPT = re.compile(rb"[#$] (?:\x1b\[[\d;?]*[a-zA-Z])*$")
_KEEPS = re.compile(r"\s*(?:cd|export|\w+=)")
_END_OF_INPUT = b"\x04"
_SIZE = struct.pack("HHHH", 24, 80, 0, 0)


@dataclass(frozen=True)
class Real:
    """A real daemon, and the folder in which commands for it are typed."""

    dockerd: Dockerd
    folder: Path

    @property
    def title(self) -> str:
        """Which client and which daemon this is."""
        form = "{{.Client.Version}} and a daemon {{.Server.Version}}"
        return f"docker {self.dockerd.docker('version', '--format', form).stdout.strip()}"

    def wipe(self) -> None:
        """Remove all containers and images."""
        if containers := self.dockerd.docker("ps", "-aq").stdout.split():
            self.dockerd.docker("rm", "-f", *containers)
        while images := self.dockerd.docker("images", "-aq").stdout.split():
            self.dockerd.docker("rmi", "-f", *dict.fromkeys(images), check=False)

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
            stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", timeout=SECONDS,
            check=False)
        return Answer(done.stdout, done.stderr, done.returncode)

    def _at_terminal(self, command: Command) -> Answer:
        """Run a command at a terminal, and type a line whenever a prompt stands there."""
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, _SIZE)
        process = subprocess.Popen(
            shlex.split(command.line), cwd=self.folder, env=self._environment(),
            stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True)
        os.close(theirs)
        lines = (command.typed or "").encode().splitlines(keepends=True)
        try:
            output = _converse(ours, [*lines, _END_OF_INPUT])
            code = process.wait(SECONDS)
        finally:
            process.kill()
            process.wait()
            os.close(ours)
        return Answer(output.decode(), "", code)

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items()
                if not name.startswith(("DOCKER_", "LC_"))}
        return {**kept, "DOCKER_HOST": self.dockerd.host, "DOCKER_CLI_HINTS": "false",
                "DOCKER_CONFIG": str(self.dockerd.client_config), "LC_ALL": "C.UTF-8",
                "TZ": "UTC", "TERM": "xterm"}


def _converse(terminal: int, lines: list[bytes]) -> bytes:
    """Return all that is shown at a terminal until nobody is left there."""
    shown, answered = b"", 0
    deadline = time.monotonic() + SECONDS
    with suppress(OSError):  # how the end is told
        while select.select([terminal], [], [], max(0, deadline - time.monotonic()))[0]:
            shown += os.read(terminal, 65536)
            if lines and _PROMPT.search(shown, answered):
                answered = len(shown)
                os.write(terminal, lines.pop(0))
    return shown
