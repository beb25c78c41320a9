"""A pane and the pages that show it, whatever carries the messages between them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from imagelab.daemon import Daemon
from imagelab.daemon.journal import Step
from imagelab.widgets.pane import REGIONS, Pane

#: Takes the texts of a model that a page is to have: regions as HTML, and the language.
Tell = Callable[[Mapping[str, str]], object]


class Shown:
    """A pane that is drawn for pages, as long as some page shows it."""

    def __init__(
        self, pane: Pane, daemon: Daemon, language: Callable[[], str], *, tell: Tell,
        answer: Callable[[int], object], later: Callable[[Callable[[], None]], object],
    ) -> None:
        """Take a pane on; nothing is drawn or told yet.

        Args:
            pane: the view.
            daemon: whose steps may change it.
            language: of its HTML.
            tell: is told what the pages are to show, also if that is what they show already.
            answer: is told the number of an event that has been dealt with.
            later: calls a function when there is time; steps may come out of another thread.
        """
        self._pane = pane
        self._daemon = daemon
        self._language = language
        self._tell, self._answer, self._later = tell, answer, later
        self._pages: set[str] = set()
        self._end: Callable[[], None] | None = None
        self._due = False
        pane.push = self.redraw

    def texts(self) -> dict[str, str]:
        """Draw the pane: return its language and its regions."""
        drawn = self._pane.draw()
        return {"language": self._language(),
                **{name: str(drawn.get(name, "")) for name in REGIONS}}

    def redraw(self) -> None:
        """Draw the pane and tell the pages."""
        self._due = False
        self._tell(self.texts())

    def receive(self, content: Any) -> None:
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
            self._answer(number)

    def forget(self) -> None:
        """Listen to the lab no more."""
        if self._end is not None:
            self._end()
            self._end = None

    def _page(self, page: str, shown: bool) -> None:
        if shown:
            self._pages.add(page)
            self._end = self._end or self._daemon.subscribe(self._changed)
            self.redraw()
            return
        self._pages.discard(page)
        if not self._pages:
            self.forget()

    def _changed(self, _: Step) -> None:
        """Draw anew when there is time: many steps of one command line make one drawing."""
        if not self._due:
            self._due = True
            self._later(self._redraw_if_due)

    def _redraw_if_due(self) -> None:
        if self._due:
            self.redraw()
