"""Live bars in a cell while a command is at work; when it has ended, nothing of them is left.

A notebook is saved as if there had been none: quick work shows no bar at all, and when slow work
has ended, what the cell printed is printed anew in place of text and bars.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from imagelab.engine.progress import Progress
from imagelab.notebook.screen import Screen
from imagelab.views.progress import Live, html, text
from imagelab.widgets.kernel import someone_watches


class Bars(Live):
    """The bars of one cell, as long as its command runs."""

    def __init__(
        self, screen: Screen, language: str, clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin without any.

        Args:
            screen: the cell.
            language: of the bars' name.
            clock: tells seconds.
        """
        super().__init__(clock)
        self._screen = screen
        self._language = language
        self._display: Any = None

    def clear(self) -> None:
        """Take the bars away."""
        if self._display is not None:
            display, self._display = self._display, None
            if not self._screen.again():
                display.update({}, raw=True)

    def show(self, pieces: Sequence[Progress]) -> None:
        """Show the bars below what the cell has printed."""
        from IPython.display import display

        if not someone_watches():
            return  # nor can a console, or all that runs notebooks, take a display back
        bundle = {"text/html": str(html(pieces, self._language)), "text/plain": text(pieces)}
        if self._display is None:
            self._screen.flush()
            self._display = display(bundle, raw=True, display_id=True)  # type: ignore[no-untyped-call]
        else:
            self._display.update(bundle, raw=True)
