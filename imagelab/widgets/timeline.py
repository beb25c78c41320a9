"""The time line alive: step, drag and play through what was done, and go on from anywhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from imagelab.daemon import Daemon
from imagelab.daemon.journal import Journal
from imagelab.model.outcome import EngineError
from imagelab.views.html import Html, join
from imagelab.views.timeline.branches import branch, path_to
from imagelab.views.timeline.changes import Teller
from imagelab.views.timeline.lanes import scrolled
from imagelab.widgets.pane import Pane
from imagelab.widgets.step_map import StepMap
from imagelab.widgets.timeline_parts import ROWS, Seen, head, listed

_LOOKS = frozenset({"first", "back", "forward", "last", "newest", "go", "at", "branch"})


class TimelinePane(Pane):
    """Shows one step; the lab stays where it is until somebody asks to continue from there."""

    def __init__(self, daemon: Daemon, language: Callable[[], str]) -> None:
        """Look at the step that the lab stands at.

        Args:
            daemon: the lab.
            language: of the lab's texts.
        """
        self._daemon = daemon
        self._language = language
        journal = daemon.journal
        self._chosen = self._through = journal.head
        self._follows = True
        self._known = len(journal)
        self._first = 0
        self._playing = False
        self._map_waits = False
        self._moves = 0
        self._refusal = ""
        self._told = Teller()
        self._map = StepMap(language)

    def draw(self) -> Mapping[str, Html]:
        """Return the controls, the map of the step, and the list of commands."""
        journal, language = self._daemon.journal, self._language()
        self._follow(journal)
        step = journal[self._chosen]
        waits = self._map_waits and not self._map.is_known(step)
        if not waits:
            self._map.show(step)
        self._first = scrolled(self._first, ROWS, self._chosen, len(journal.rows))
        way = branch(journal, self._through)
        seen = Seen(
            journal, language, self._chosen, way, self._playing, len(journal) - self._known,
            self._moves, self._refusal)
        return {
            "head": head(seen, self._told), "main": self._map.picture(waits),
            "side": listed(seen, self._first, self._told), "foot": join(self._map.details())}

    def act(self, action: str, value: Any) -> None:
        """Look at another step, or move the lab; the map of a step may take longer than a click."""
        before, self._map_waits = self._chosen, action == "at"
        journal = self._daemon.journal
        self._do(journal, action, value)
        if not self._map_waits and self._chosen != before:
            self._map_waits = not self._map.is_known(journal[self._chosen])
            if self._map_waits:
                self.push()
            self._map_waits = False

    def _do(self, journal: Journal, action: str, value: Any) -> None:
        self._refusal = ""
        if action == "tick":
            self._tick(journal)
        elif action == "play":
            self._play(journal)
        elif action in ("undo", "redo", "continue"):
            self._move(action)
        elif action in _LOOKS:
            self._look_at(journal, action, value)
        elif action != "settle":
            self._map.act(action, value)

    # --- what is looked at -----------------------------------------------------------------

    def _follow(self, journal: Journal) -> None:
        """Go along with the lab if it is the lab that was looked at."""
        if self._follows and self._chosen != journal.head:
            self._choose(journal, journal.head)
            self._through = journal.head
        self._follows = self._chosen == journal.head
        if self._follows:
            self._known = len(journal)

    def _choose(self, journal: Journal, index: int, *, by_slider: bool = False) -> None:
        # What led to a step never changes, what follows it may: the way goes through the step.
        if index not in path_to(journal, self._through):
            self._through = index
        self._chosen = index
        self._follows = index == journal.head
        self._moves += not by_slider

    def _look_at(self, journal: Journal, action: str, value: Any) -> None:
        way = branch(journal, self._through)
        at = way.index(self._chosen)
        targets = {
            "first": way[0], "back": way[max(at - 1, 0)],
            "forward": way[min(at + 1, len(way) - 1)], "last": way[-1], "newest": journal.head,
        }
        target = targets.get(action)
        if action == "at" and (place := _number(value, len(way))) is not None:
            self._playing = False
            self._choose(journal, way[place], by_slider=True)
            return
        if action in ("go", "branch"):
            target = _number(value, len(journal.rows))
        if target is None:
            return
        self._playing = False
        if action in ("branch", "newest"):
            self._through = target
        self._choose(journal, target)

    def _play(self, journal: Journal) -> None:
        """Begin or stop; at the end of the branch, begin with its beginning."""
        self._playing = not self._playing
        if self._playing and self._chosen == branch(journal, self._through)[-1]:
            self._choose(journal, 0)

    def _tick(self, journal: Journal) -> None:
        way = branch(journal, self._through)
        at = way.index(self._chosen)
        if self._playing and at + 1 < len(way):
            self._choose(journal, way[at + 1])
        self._playing = self._playing and at + 2 < len(way)

    # --- the lab ---------------------------------------------------------------------------

    def _move(self, action: str) -> None:
        self._playing = False
        try:
            if action == "undo":
                self._daemon.undo()
            elif action == "redo":
                self._daemon.redo()
            else:
                self._daemon.go_to(self._chosen)
        except EngineError as refused:
            self._refusal = refused.message
            return
        self._follows = True


def _number(value: Any, limit: int) -> int | None:
    """Return a number that a browser sent, if it is one and less than a limit."""
    if not isinstance(value, str) or not value.isascii() or not value.isdigit():
        return None
    return int(value) if len(value) < 9 and int(value) < limit else None
