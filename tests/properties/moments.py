"""Undo and redo, going to a step and back, closing and opening again: all is as it was."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

from imagelab.daemon.journal import Journal, Step
from imagelab.lab import Lab
from imagelab.model.content import Blob, Bytes, Content, Pattern, Zeros
from imagelab.model.layer import Layer
from imagelab.model.node import Node
from imagelab.model.state import State

_PLAIN = {bool, int, float, str, bytes}
#: Contents that say all that is in them.
_WHOLE = (Bytes, Pattern, Zeros)


class Moments:
    """Remembers each state as it was when its command had ended, and compares."""

    def __init__(self) -> None:
        self._states: dict[int, Any] = {}
        self._nodes: dict[int, tuple[Node, Any]] = {}

    def check(self, lab: Lab, other_step: int) -> None:
        """Compare all that has happened with what it was, move through time and come back.

        Args:
            lab: the lab; it stands in the end where it stood.
            other_step: any number; it says to which step to go besides.
        """
        steps = lab.journal.steps
        for step in steps:
            if step.index not in self._states:
                self._states[step.index] = self.taken_apart(step.after)
        here = lab.journal.head
        self._check_stands_at(lab, here)
        if lab.journal.current.parent >= 0:
            undone = lab.undo()
            assert undone.index == here
            self._check_stands_at(lab, undone.parent)
            redone = lab.redo()
            assert redone.index == here
            self._check_stands_at(lab, here)
        place = other_step % len(steps)
        lab.daemon.go_to(place)
        self._check_stands_at(lab, place)
        lab.daemon.go_to(here)
        self._check_stands_at(lab, here)
        assert _told(lab.journal) == _told(Journal.of(steps, here))

    def check_opened_again(self, lab: Lab, again: Lab, other_step: int) -> None:
        """Check that a lab that was opened again is the same, now and at any other step."""
        assert _told(again.journal) == _told(lab.journal)
        self._check_stands_at(again, lab.journal.head)
        place = other_step % len(again.journal.rows)
        self._check_state(again.journal[place].after, place)

    def check_past(self, lab: Lab) -> None:
        """Check the states of all steps."""
        for step in lab.journal.steps:
            self._check_state(step.after, step.index)

    def _check_stands_at(self, lab: Lab, index: int) -> None:
        step = lab.journal[index]
        assert lab.journal.head == index
        for state in {id(each): each for each in (lab.state, step.after)}.values():
            self._check_state(state, index)
        if step.parent >= 0:
            self._check_state(step.before, step.parent)

    def _check_state(self, state: State, index: int) -> None:
        found, wanted = self.taken_apart(state), self._states[index]
        assert found == wanted, f"step {index}: {difference(wanted, found)}"

    def taken_apart(self, value: Any) -> Any:
        """Return a value in nothing but texts, numbers and tuples, order included."""
        if value is None or type(value) in _PLAIN:
            return value
        if type(value) is Node:
            known = self._nodes.get(id(value))
            if known is None:  # nodes never change; they are held, so that no other gets an ID
                known = self._nodes[id(value)] = value, self._fields(value)
            return known[1]
        if hasattr(value, "items"):
            return ("Mapping", *[
                (key if type(key) is str else self.taken_apart(key), self.taken_apart(each))
                for key, each in value.items()])
        match value:
            case tuple() | list():
                return (type(value).__name__, *map(self.taken_apart, value))
            case Layer():
                below = value.parent and value.parent.chain_id
                return ("Layer", value.diff_id, value.chain_id, below, value.size, value.depth,
                        self.taken_apart(value.changes), self.taken_apart(value.blob))
            case Blob():
                return ("Blob", value.digest, value.size)
            case Content() if not isinstance(value, _WHOLE):
                return ("Content", value.size, value.digest)
        return self._fields(value) if is_dataclass(value) else value

    def _fields(self, value: Any) -> Any:
        return (type(value).__name__, *((each.name, self.taken_apart(getattr(value, each.name)))
                                        for each in fields(value) if each.compare))


def _told(journal: Journal) -> Any:
    """Return what a journal says, without the states."""
    def told(step: Step) -> Any:
        return (step.index, step.parent, step.command, step.exit_code, step.time, step.events,
                step.host_effects, step.complaint)

    return [told(step) for step in journal.steps], journal.head


def difference(wanted: Any, found: Any) -> str:
    """Return where two values that were taken apart differ first."""
    if not (isinstance(wanted, tuple) and isinstance(found, tuple)):
        return f"{wanted!r} became {found!r}"
    for one, other in zip(wanted, found, strict=False):
        if one != other:
            name = f"{one[0]}: " if isinstance(one, tuple) and isinstance(one[0], str) else ""
            return name + difference(one, other)
    return f"{wanted[:1]!r} of {len(wanted)} parts became one of {len(found)}"
