"""A pane in a notebook's page: an anywidget that shows its regions and hands on what is done."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import anywidget
import traitlets

from imagelab.daemon import Daemon
from imagelab.widgets.assets import script, style
from imagelab.widgets.pane import Pane
from imagelab.widgets.shown import Shown


class Live(anywidget.AnyWidget):
    """The model that a page and the kernel share.

    It draws only as long as some page shows it, so that views of cells that were run again cost
    nothing.

    Attributes:
        head: HTML of that region, as are the next three.
        main: see there.
        side: see there.
        foot: see there.
        language: of the HTML.
        gone: what is said where the kernel is no longer there.
        done: number of the last event that has been answered.
    """

    _esm = script()
    _css = style()
    head = traitlets.Unicode().tag(sync=True)
    main = traitlets.Unicode().tag(sync=True)
    side = traitlets.Unicode().tag(sync=True)
    foot = traitlets.Unicode().tag(sync=True)
    language = traitlets.Unicode("en").tag(sync=True)
    gone = traitlets.Unicode().tag(sync=True)
    done = traitlets.Int().tag(sync=True)

    def __init__(
        self, pane: Pane, daemon: Daemon, language: Callable[[], str], gone: str = "",
    ) -> None:
        """Show a pane; from the first time that a page has it, draw it anew after every step.

        Args:
            pane: the view.
            daemon: whose steps may change it.
            language: see the attribute.
            gone: see the attribute.
        """
        self._loop = _running_loop()
        self._shown = Shown(pane, daemon, language, tell=self._tell, answer=self._answer,
                            later=self._when_there_is_time)
        super().__init__(gone=gone, **self._shown.texts())
        self.on_msg(self._receive)

    def redraw(self) -> None:
        """Draw the pane and send what has changed."""
        self._shown.redraw()

    def close(self) -> None:
        """End the widget, and what it listens to."""
        self._shown.forget()
        super().close()

    def _receive(self, _: object, content: Any, buffers: object) -> None:
        """Take a message of the front end."""
        self._shown.receive(content)

    def _tell(self, texts: Mapping[str, str]) -> None:
        with self.hold_sync():
            for name, value in texts.items():
                setattr(self, name, value)

    def _answer(self, number: int) -> None:
        self.done = number

    def _when_there_is_time(self, draw: Callable[[], None]) -> None:
        """Have something drawn once the kernel has time; at once where no loop runs."""
        if self._loop is None:
            draw()
        else:
            self._loop.call_soon_threadsafe(draw)


def _running_loop() -> asyncio.AbstractEventLoop | None:
    """Return the kernel's loop; None in a plain interpreter."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
