"""Typing at a real program in a terminal of its own."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

#: Longest time for one program.
SECONDS = 60
_PROMPT = re.compile(rb"[#$>] (?:\x1b\[[\d;?]*[a-zA-Z])*$")
_END_OF_INPUT = b"\x04"
_SIZE = struct.pack("HHHH", 24, 80, 0, 0)


def typed(
    argv: Sequence[str], lines: str, *, cwd: Path, env: Mapping[str, str],
) -> tuple[str, int]:
    """Run a program and type a line whenever a prompt stands there; at last, the end of input.

    Returns:
        All that was shown, with CR LF at the ends of lines, and the exit status.
    """
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, _SIZE)
    process = subprocess.Popen(
        argv, cwd=cwd, env=env, stdin=theirs, stdout=theirs, stderr=theirs,
        start_new_session=True)
    os.close(theirs)
    try:
        output = _converse(ours, [*lines.encode().splitlines(keepends=True), _END_OF_INPUT])
        code = process.wait(SECONDS)
    finally:
        process.kill()
        process.wait()
        os.close(ours)
    return output.decode(), code


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
