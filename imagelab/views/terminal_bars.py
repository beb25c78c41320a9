"""Live bars at the end of a terminal while a command is at work; nothing of them is left."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType

from imagelab.engine.progress import Progress
from imagelab.views.progress import Board, text


class TerminalBars:
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
        self._write = write
        self._columns = columns
        self._clock = clock
        self._board = Board()
        self._lines = 0

    def __enter__(self) -> TerminalBars:
        """Begin."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Take the bars away, however the command ended."""
        self.end()

    def tell(self, told: Progress) -> None:
        """Take a message, and show the bars if it is time to."""
        if self._board.is_time_for(told, self._clock()):
            width = max(1, self._columns() - 1)  # a full line would break
            lines = text(list(self._board.pieces.values())).splitlines()
            self._write(self._gone() + "".join(f"{line[:width]}\r\n" for line in lines))
            self._lines = len(lines)

    def end(self) -> None:
        """Take the bars away."""
        self._board.end()
        if gone := self._gone():
            self._write(gone)
            self._lines = 0

    def _gone(self) -> str:
        """Return what goes back to where the bars begin, and clears all from there."""
        return f"\x1b[{self._lines}A\r\x1b[J" if self._lines else ""
