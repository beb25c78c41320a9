"""What a terminal makes of keys (termios(3)): lines with an echo, Ctrl-C, Ctrl-D, detaching.

A real client hands on every key as it is pressed; a container's process here gets lines.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from imagelab.shell.streams import EOT

_ERASE, _BACKSPACE, _KILL_LINE, _KILL_WORD = 0x7F, 0x08, 0x15, 0x17
_INTERRUPT, _ESCAPE, _TAB = 0x03, 0x1B, 0x09
#: Most bytes of one line; a terminal of Linux takes as many.
_MAX_LINE = 4096
_RUB = b"\b \b"


@dataclass(frozen=True)
class Typed:
    """What some keys came to.

    Attributes:
        echo: what the terminal shows of them.
        lines: lines that are whole now, each with its end; Ctrl-D ends one without.
        interrupted: whether Ctrl-C was among them; what was typed before it is forgotten.
        detached: whether the keys to detach with were.
    """

    echo: bytes = b""
    lines: tuple[bytes, ...] = ()
    interrupted: bool = False
    detached: bool = False


@dataclass
class Keyboard:
    """A terminal's input.

    Attributes:
        detach: keys that detach; empty for none.
    """

    detach: bytes = b""
    _line: bytearray = field(default_factory=bytearray)
    _held: bytes = b""
    _sequence: bytes = b""

    def press(self, keys: bytes) -> Typed:
        """Take keys; those after the keys to detach with are lost."""
        echo = bytearray()
        lines: list[bytes] = []
        interrupted = False
        for key in self._released(keys):
            if key is None:
                return Typed(bytes(echo), tuple(lines), interrupted, detached=True)
            if self._in_sequence(key):
                continue
            if key == _INTERRUPT:
                lines.clear()
                self._line.clear()
                echo += b"^C"
                interrupted = True
            elif key in (0x0A, 0x0D):
                lines.append(bytes(self._line) + b"\n")
                self._line.clear()
                echo += b"\r\n"
            elif key == EOT[0]:
                lines.append(bytes(self._line) + EOT)
                self._line.clear()
            else:
                echo += self._edit(key)
        return Typed(bytes(echo), tuple(lines), interrupted)

    def _released(self, keys: bytes) -> Iterator[int | None]:
        """Yield keys, those of a sequence to detach with only once another has broken it off.

        None stands for a sequence that is whole. As on the daemon, the key that breaks one off
        does not begin another.
        """
        for key in keys:
            held = self._held + bytes([key])
            if not self.detach.startswith(held):
                self._held = b""
                yield from held
            elif held == self.detach:
                self._held = b""
                yield None
            else:
                self._held = held

    def _in_sequence(self, key: int) -> bool:
        """Whether a key belongs to an escape sequence, which a line has no use for."""
        if key == _ESCAPE:
            self._sequence = b"\x1b"
            return True
        if not self._sequence:
            return False
        self._sequence += bytes([key])
        is_open = self._sequence in (b"\x1b[", b"\x1bO") or (
            self._sequence.startswith(b"\x1b[") and not 0x40 <= key <= 0x7E)
        if not is_open or len(self._sequence) > 16:
            self._sequence = b""
        return True

    def _edit(self, key: int) -> bytes:
        """Change the line by a key; return what shows it."""
        line = self._line
        if key in (_ERASE, _BACKSPACE):
            return self._erase()
        if key in (_KILL_LINE, _KILL_WORD):
            echo = b""
            while line and key == _KILL_WORD and line[-1:] == b" ":
                echo += self._erase()
            while line and (key == _KILL_LINE or line[-1:] != b" "):
                echo += self._erase()
            return echo
        if len(line) >= _MAX_LINE or (key < 0x20 and key != _TAB):
            return b""
        line.append(key)
        return bytes([key])

    def _erase(self) -> bytes:
        """Take the last character away."""
        line = self._line
        if not line:
            return b""
        while line and line[-1] & 0xC0 == 0x80:  # the rest of a character of several bytes
            line.pop()
        wide = bool(line) and line[-1] >= 0xE1
        if line:
            line.pop()
        return _RUB * (2 if wide else 1)
