"""A pane in a notebook's page: an anywidget that shows its regions and hands on what is done."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import anywidget
import traitlets

from imagelab.daemon import Daemon
from imagelab.daemon.journal import Step
from imagelab.widgets.assets import script, style
from imagelab.widgets.pane import REGIONS, Pane


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
        self._pane = pane
        self._daemon = daemon
        self._language = language
        self._pages: set[str] = set()
        self._end: Callable[[], None] | None = None
        self._loop = _running_loop()
        self._due = False
        super().__init__(gone=gone, language=language(), **self._regions())
        pane.push = self.redraw
        self.on_msg(self._receive)

    def redraw(self) -> None:
        """Draw the pane and send what has changed."""
        self._due = False
        regions = self._regions()
        with self.hold_sync():
            self.language = self._language()
            for name, html in regions.items():
                setattr(self, name, html)

    def close(self) -> None:
        """End the widget, and what it listens to."""
        self._forget()
        super().close()

    def _regions(self) -> dict[str, str]:
        drawn = self._pane.draw()
        return {name: str(drawn.get(name, "")) for name in REGIONS}

    # --- the page --------------------------------------------------------------------------

    def _receive(self, _: object, content: Any, buffers: object) -> None:
        """Take a message of the front end; all in it is as a browser sent it."""
        if not isinstance(content, dict):
            return
        page, shown = content.get("page"), content.get("shown")
        if isinstance(page, str) and isinstance(shown, bool):
            self._page(page, shown)
        action, number = content.get("action"), content.get("number")
        if not isinstance(action, str) or not isinstance(number, int):
            return
        try:
            self._pane.act(action, content.get("value"))
            self.redraw()
        finally:
            self.done = number

    def _page(self, page: str, shown: bool) -> None:
        if shown:
            self._pages.add(page)
            self._end = self._end or self._daemon.subscribe(self._changed)
            self.redraw()
            return
        self._pages.discard(page)
        if not self._pages:
            self._forget()

    def _forget(self) -> None:
        if self._end is not None:
            self._end()
            self._end = None

    # --- the lab ---------------------------------------------------------------------------

    def _changed(self, _: Step) -> None:
        """Draw anew once the kernel has time: many steps of one cell make one drawing.

        A step may come out of another thread.
        """
        if self._due:
            return
        if self._loop is None:
            self.redraw()
            return
        self._due = True
        self._loop.call_soon_threadsafe(self._redraw_if_due)

    def _redraw_if_due(self) -> None:
        if self._due:
            self.redraw()


def _running_loop() -> asyncio.AbstractEventLoop | None:
    """Return the kernel's loop; None in a plain interpreter."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
