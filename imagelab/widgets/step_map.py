"""The map of a step, with marks on what it changed: it may come a moment after the step."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

from imagelab.daemon.journal import Step
from imagelab.model.state import State
from imagelab.views.html import Html, tag
from imagelab.views.timeline import named
from imagelab.widgets.map import MapPane, Scene

#: Steps whose maps are taken to be drawn already, as drawings are kept for a while.
MAX_KNOWN = 24


class StepMap:
    """A live map that shows one step after the other, and keeps what is selected and searched."""

    def __init__(self, language: Callable[[], str]) -> None:
        """Show nothing yet, in the language that a function tells each time."""
        self._language = language
        self._scene = Scene(State())
        self._pane = MapPane(lambda: self._scene, language)
        self._known: OrderedDict[tuple[int, str], None] = OrderedDict()
        self._drawn: Mapping[str, Html] = {}

    def is_known(self, step: Step) -> bool:
        """Whether the map of a step comes quickly."""
        return (step.index, self._language()) in self._known

    def show(self, step: Step) -> None:
        """Draw the map of a step."""
        caption = named(step, self._language())
        if self._scene.caption != caption:  # which has the step's number
            self._scene = Scene(step.after, step.before if step.index else None, caption)
        self._drawn = self._pane.draw()
        key = step.index, self._language()
        self._known[key] = None
        self._known.move_to_end(key)
        if len(self._known) > MAX_KNOWN:
            self._known.popitem(last=False)

    def picture(self, waits: bool) -> Html:
        """Return the map that was drawn last.

        Args:
            waits: whether that is not the map of the step that is looked at. Then it is faint,
                and the page asks again, with ``settle``, as soon as it has no more to tell.
        """
        return tag("div", self._drawn.get("head"), self._drawn.get("main"), id="maps", inert=waits,
                   class_="il-tl-waiting" if waits else None,
                   data_play="settle" if waits else None, data_every="180" if waits else None)

    def details(self) -> Html | None:
        """Return what there is to say about the box that is selected."""
        return self._drawn.get("side")

    def act(self, action: str, value: Any) -> None:
        """Select a box, search, filter."""
        self._pane.act(action, value)
