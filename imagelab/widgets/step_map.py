"""The map of a step, with marks on what it changed: it may come a moment after the step."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

from imagelab.daemon.journal import Step
from imagelab.model.state import State
from imagelab.views.html import Html, tag
from imagelab.views.timeline.picture import named
from imagelab.widgets.map import MapPane, Scene

#: Maps that are kept for those who step to and fro.
MAX_KNOWN = 24


class StepMap:
    """A live map that shows one step after the other, and keeps what is selected and searched."""

    def __init__(self, language: Callable[[], str]) -> None:
        """Show nothing yet, in the language that a function tells each time."""
        self._language = language
        self._scene = Scene(State())
        self._step: Step | None = None
        self._pane = MapPane(self._scene_of_step, language)
        self._known: OrderedDict[_Key, Mapping[str, Html]] = OrderedDict()
        self._drawn: Mapping[str, Html] = {}

    def is_known(self, step: Step) -> bool:
        """Whether the map of a step has been drawn and kept."""
        return self._key(step) in self._known

    def show(self, step: Step) -> None:
        """Show the map of a step, drawn now or before."""
        self._step, key = step, self._key(step)
        self._drawn = self._known.get(key) or self._pane.draw()
        self._known[key] = self._drawn
        self._known.move_to_end(key)
        if len(self._known) > MAX_KNOWN:
            self._known.popitem(last=False)

    def _key(self, step: Step) -> _Key:
        """Return what tells the map of a step from others: steps stay as they are."""
        return step.index, self._language()

    def _scene_of_step(self) -> Scene:
        if self._step is None:
            return self._scene
        caption = named(self._step, self._language())
        if self._scene.caption != caption:  # which has the step's number
            before = self._step.before if self._step.index else None
            self._scene = Scene(self._step.after, before, caption)
        return self._scene

    def picture(self, waits: bool) -> Html:
        """Return the map that was drawn last.

        Args:
            waits: whether that is not the map of the step that is looked at. Then it is faint,
                and the page asks again, with ``settle``, as soon as it has no more to tell.
        """
        return tag("div", self._drawn.get("head"), self._drawn.get("main"), id="maps", inert=waits,
                   class_=f"il-tl-map{' il-tl-waiting' if waits else ''}",
                   data_play="settle" if waits else None, data_every="180" if waits else None)

    def details(self) -> Html | None:
        """Return what there is to say about the box that is selected."""
        return self._drawn.get("side")

    def act(self, action: str, value: Any) -> None:
        """Select a box, search, filter: that shows on the maps of all steps."""
        self._known.clear()
        self._pane.act(action, value)


_Key = tuple[int, str]
