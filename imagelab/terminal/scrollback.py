"""What stands on a terminal: what was typed, and what came out, as plain text."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

#: Lines that are kept, and characters of one line that are.
MOST_LINES = 2_000
MOST_CHARACTERS = 4_096
#: Escape sequences of terminals (ECMA-48): titles and the like, colours and moves, others.
_ESCAPES = re.compile(
    r"\x1b(?:[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|\[[0-?]*[ -/]*[@-~]?|[ -/]*[0-~])"
    r"|\x9b[0-?]*[@-~]")
_TAB = 8


@dataclass
class Entry:
    """A line that was typed, with what came out until the next one.

    Attributes:
        number: its place, counted from the beginning.
        prompt: what stood in front of it.
        typed: the line; what is secret is left out.
        lines: whole lines of output, each with its stream (1 output, 2 errors).
    """

    number: int
    prompt: str
    typed: str
    lines: list[tuple[int, str]] = field(default_factory=list)

    @property
    def height(self) -> int:
        """How many lines it is."""
        return len(self.lines) + 1


class Scrollback:
    """The newest part of all that a terminal has shown.

    Attributes:
        entries: what is kept, the oldest first.
        dropped: how many lines were before that.
        rest: the line at the end that is not whole: a prompt, most often.
    """

    def __init__(self) -> None:
        """Begin empty."""
        self.entries: list[Entry] = []
        self.dropped = 0
        self.rest = ""
        self._decoders: dict[int, codecs.IncrementalDecoder] = {}
        self._count = 0

    def type(self, prompt: str, typed: str) -> None:
        """Note a line that was typed behind a prompt, which is ``rest`` or stands for nothing."""
        self.rest = ""
        self._decoders = {}
        self.entries.append(Entry(self._count, plain(prompt), plain(typed)))
        self._count += 1
        self._trim()

    def write(self, stream: int, data: bytes) -> None:
        """Take output."""
        decoder = self._decoders.setdefault(
            stream, codecs.getincrementaldecoder("utf-8")("replace"))
        text = self.rest + decoder.decode(data)
        whole, newline, self.rest = text.rpartition("\n")
        self.rest = self.rest[-MOST_CHARACTERS:]
        if newline:
            self._add(stream, whole.split("\n"))

    def settle(self) -> None:
        """Make a whole line of the rest: what comes next stands below it."""
        if self.rest:
            rest, self.rest = self.rest, ""
            self._add(1, [rest])

    def clear(self) -> None:
        """Forget all."""
        self.entries, self.dropped, self.rest = [], 0, ""

    def text(self) -> list[str]:
        """Return all lines that are kept."""
        return [line for entry in self.entries
                for line in (f"{entry.prompt}{entry.typed}", *(text for _, text in entry.lines))]

    def _add(self, stream: int, lines: Sequence[str]) -> None:
        if not self.entries:
            self.type("", "")
        over = max(0, len(lines) - MOST_LINES)  # is never seen
        self.dropped += over
        self.entries[-1].lines.extend((stream, plain(line)) for line in lines[over:])
        self._trim()

    def _trim(self) -> None:
        """Drop the oldest lines."""
        over = sum(entry.height for entry in self.entries) - MOST_LINES
        while over > 0 and len(self.entries) > 1 and self.entries[0].height <= over:
            over -= self.entries[0].height
            self.dropped += self.entries.pop(0).height
        if over > 0:
            del self.entries[0].lines[:over]
            self.dropped += over


def plain(line: str) -> str:
    r"""Return a line as a terminal without colours ends up showing it.

    Escape sequences are left out, text behind a carriage return stands over what was before, and
    other control or invisible characters become ``\ufffd``.
    """
    line = _ESCAPES.sub("", line[: 4 * MOST_CHARACTERS]).rstrip("\r")
    line = _rubbed_out(_overwritten(line))
    line = line.expandtabs(_TAB)[:MOST_CHARACTERS]
    return "".join(char if char.isprintable() else "\ufffd" for char in line if char != "\a")


def _rubbed_out(line: str) -> str:
    if "\b" not in line:
        return line
    shown: list[str] = []
    for char in line:
        if char != "\b":
            shown.append(char)
        elif shown:
            shown.pop()
    return "".join(shown)


def _overwritten(line: str) -> str:
    shown = ""
    for part in line.split("\r"):
        shown = part + shown[len(part):]
    return shown
