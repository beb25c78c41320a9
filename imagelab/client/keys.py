"""Standard input; where that is a terminal, as it is while a line is typed."""

from __future__ import annotations

import os
import termios
from typing import Any

from imagelab.client import wire

#: Ctrl-Q, the second of the keys that leave a container alone: it ends a line, too.
_DETACH_END = b"\x11"
_INPUT, _LOCAL, _CHARACTERS = 0, 3, 6


class Keys:
    """Standard input."""

    def __init__(self, fd: int) -> None:
        """Read from a file descriptor."""
        self._fd = fd
        self._before: list[Any] | None = None
        self._is_secret = False

    def prepare(self, kind: bytes) -> None:
        """Prepare for input of a kind, of which :mod:`imagelab.client.wire` has the names."""
        if kind == wire.SOME or not os.isatty(self._fd):
            return
        if self._before is None:
            self._before = termios.tcgetattr(self._fd)
        now = [*self._before]
        now[_INPUT] &= ~termios.IXON  # else it takes Ctrl-Q for itself
        now[_CHARACTERS] = [*now[_CHARACTERS]]
        now[_CHARACTERS][termios.VEOL] = _DETACH_END
        self._is_secret = kind == wire.SECRET
        if self._is_secret:
            now[_LOCAL] &= ~termios.ECHO
        termios.tcsetattr(self._fd, termios.TCSADRAIN, now)

    def read(self, most: int) -> bytes:
        """Return input that is there; of a terminal, a line. Nothing is its end."""
        try:
            return os.read(self._fd, most)
        except OSError:  # it is closed, or its terminal has gone
            return b""
        finally:
            if self._is_secret:
                self.restore()

    def restore(self) -> None:
        """Leave the terminal as it was found."""
        if self._before is not None:
            termios.tcsetattr(self._fd, termios.TCSADRAIN, self._before)
            self._before = None
