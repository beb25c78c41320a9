"""Live bars at the end of a terminal while a command is at work; nothing of them is left."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from imagelab.engine.progress import Progress
from imagelab.views.progress import Live, text


class TerminalBars(Live):
    """The bars of one command. Whatever else is printed has to :meth:`end` them first."""

    def __init__(
        self, write: Callable[[str], object], columns: Callable[[], int],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin without any.

        Args:
            write: prints at once.
            columns: tells how wide the terminal is.
            clock: tells seconds.
        """
        super().__init__(clock)
        self._write = write
        self._columns = columns
        self._lines = 0

    def show(self, pieces: Sequence[Progress]) -> None:
        """Draw the bars over those that are there."""
        width = max(1, self._columns() - 1)  # a full line would break
        lines = text(pieces).splitlines()
        self._write(self._gone() + "".join(f"{line[:width]}\r\n" for line in lines))
        self._lines = len(lines)

    def clear(self) -> None:
        """Go back to where the bars begin, and clear all from there."""
        if gone := self._gone():
            self._write(gone)
            self._lines = 0

    def _gone(self) -> str:
        """Return what goes back to where the bars begin, and clears all from there."""
        return f"\x1b[{self._lines}A\r\x1b[J" if self._lines else ""
