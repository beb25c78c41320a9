"""A person at a terminal: the real client on a served lab shows what it does on a real daemon."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from tests.api.conftest import Served, lab
from tests.dockerd import BASE, Dockerd

__all__ = ["lab"]

SECONDS = 20
#: What a shell with line editing asks the terminal, and how it clears the line.
_EDITING = re.compile(rb"\x1b\[(?:6n|J)|\r(?=/ # \r\n)")
_RUN = ("run", "--network", "none")
PROMPT = b"/ # "
#: Command lines, and keys with what must stand at the end of the screen before the next ones.
SESSIONS: tuple[tuple[tuple[str, ...], tuple[tuple[bytes, bytes], ...]], ...] = (
    ((*_RUN, "-it", "--name", "c1", "ubuntu:14.04", "sh"), (
        (b"", PROMPT), (b"ls\r", PROMPT), (b"echo 'hi'\r", PROMPT), (b"sleep 100\r", b"100\r\n"),
        (b"\x03", PROMPT), (b"cat\r", b"cat\r\n"), (b"abc\r", b"abc\r\nabc\r\n"),
        (b"\x04", PROMPT), (b"exit 3\r", b""))),
    ((*_RUN, "-it", "--name", "c2", "ubuntu:14.04", "cat"), (
        (b"ls\r", b"ls\r\nls\r\n"), (b"x\x7fy\r", b"y\r\ny\r\n"), (b"\x04", b""))),
    ((*_RUN, "-it", "--name", "c3", "ubuntu:14.04", "sh"), (
        (b"", PROMPT), (b"ls /srv\r", PROMPT), (b"\x10\x11", b""))),
    (("attach", "c3"), (
        (b"\r", PROMPT), (b"echo $((1+1))\r", b"2\r\n/ # "), (b"exit\r", b""))),
    ((*_RUN, "-t", "--name", "c4", "ubuntu:14.04", "sh", "-c", "echo hi; ls /nosuch"), ()),
    ((*_RUN, "-it", "--name", "c5", "ubuntu:14.04", "sleep", "2"), ((b"\x03", b"^C"), (b"", b""))),
    (("ps", "-a", "--format", "{{.Names}} {{.Status}}"), ()),
)


@contextmanager
def client(host: str, *words: str) -> Iterator[tuple[int, int]]:
    """Start the client in a terminal; give the process and our end of it."""
    process, terminal = pty.fork()
    if process == 0:
        os.execvpe("docker", ["docker", "-H", host, *words], os.environ)
    try:
        yield process, terminal
    finally:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
        os.close(terminal)


def await_start(host: str, words: tuple[str, ...]) -> None:
    """Wait until the container of a ``docker run`` has begun, and its program with it."""
    deadline = time.monotonic() + SECONDS
    while "--name" in words and time.monotonic() < deadline:
        name = words[words.index("--name") + 1]
        asked = subprocess.run(
            ("docker", "-H", host, "inspect", "-f", "{{.State.StartedAt}}", name),
            capture_output=True, check=False)
        if asked.returncode == 0 and not asked.stdout.startswith(b"0001"):
            break
    time.sleep(0.4)  # a daemon does not tell when a program is ready for keys


def session(host: str, words: tuple[str, ...], keys: tuple[tuple[bytes, bytes], ...]) -> bytes:
    """Return what is shown while keys are typed, and how the client ends."""
    shown = b""
    with client(host, *words) as (process, terminal):
        for typed, wanted in (*keys, (b"", b"")):
            before = len(_plain(shown))
            if not shown.endswith(PROMPT):
                await_start(host, words)
            os.write(terminal, typed)
            deadline = time.monotonic() + SECONDS
            is_over = False
            while not is_over and not (wanted and _plain(shown)[before:].endswith(wanted)):
                assert select.select([terminal], [], [], deadline - time.monotonic())[0], shown
                try:
                    data = os.read(terminal, 65536)
                except OSError:  # the end, as Linux tells it
                    data = b""
                shown += data
                is_over = not data
            if is_over:
                break
        status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    return _plain(shown) + b"[%d]" % status


def _plain(shown: bytes) -> bytes:
    return _EDITING.sub(b"", shown)


@pytest.mark.requires("docker", "dockerd")
def test_a_terminal_shows_the_same(lab: Served, dockerd: Dockerd) -> None:
    dockerd.remove_all()
    dockerd.docker("load", "-q", "-i", BASE)
    for words, keys in SESSIONS:
        there, here = (re.sub(rb"(Up|Exited \(\d+\)) .*", rb"\1", session(host, words, keys))
                       for host in (dockerd.host, lab.host))
        assert here == there, words
