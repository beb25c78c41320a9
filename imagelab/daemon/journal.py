"""The journal: every command with the states before and after it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from imagelab.daemon.given import AnyGiven
from imagelab.formats.printable import printable
from imagelab.model.outcome import Event
from imagelab.model.state import State
from imagelab.model.table import Table


@dataclass(frozen=True, repr=False)
class Step:
    """One command.

    Attributes:
        index: its number; 0 is the lab's beginning.
        parent: number of the step whose state it started from; -1 for the beginning.
        command: the command line.
        exit_code: how it ended.
        time: when it ended, nanoseconds since 1970.
        events: what happened.
        host_effects: what it did outside the lab, which undo does not take back.
        load_before: gives the state before; use :attr:`before`.
        load_after: gives the state after; use :attr:`after`.
        given: what it takes to do it again; None where that was not noted.
        complaint: of a failed one, what Docker said of it.
    """

    index: int
    parent: int
    command: str
    exit_code: int
    time: int
    events: tuple[Event, ...]
    host_effects: tuple[str, ...]
    load_before: Callable[[], State]
    load_after: Callable[[], State]
    given: AnyGiven | None = None
    complaint: str = ""

    def __repr__(self) -> str:
        """Return number, command and, of a failure, the exit code, on one line."""
        failed = f" (exit code {self.exit_code})" if self.exit_code else ""
        return f"step {self.index}: {printable(self.command) or 'the beginning'}{failed}"

    @property
    def before(self) -> State:
        """The state the command started from."""
        return self.load_before()

    @property
    def after(self) -> State:
        """The state it left."""
        return self.load_after()


@dataclass(frozen=True, repr=False)
class Journal:
    """All steps, and which of them the lab stands at.

    Steps form a tree: a command after an undo starts a branch, and the old one is kept.

    Attributes:
        rows: the steps by number, from 0, the beginning.
        head: number of the step that the lab stands at.
        ahead: number of the step that it stood at before it went back to this one; any other
            number means that it has not gone back.
    """

    rows: Table[int, Step]
    head: int = 0
    ahead: int = -1

    @classmethod
    def of(cls, steps: Iterable[Step], head: int = 0, ahead: int = -1) -> Journal:
        """Return a journal of steps in the order of their numbers."""
        return cls(Table(dict(enumerate(steps))), head, ahead)

    @property
    def steps(self) -> tuple[Step, ...]:
        """All steps by number, the beginning among them."""
        return tuple(self.rows.values())

    def __repr__(self) -> str:
        """Return a line for each step, with a mark at the one the lab stands at."""
        return "\n".join(
            f"{'>' if step.index == self.head else ' '} {step!r}" for step in self.steps)

    @property
    def current(self) -> Step:
        """The step that the lab stands at."""
        return self.rows[self.head]

    def __len__(self) -> int:
        """Return the number of steps, the beginning not counted."""
        return len(self.rows) - 1

    def __getitem__(self, index: int) -> Step:
        """Return a step by its number; negative numbers count from the last.

        Raises:
            IndexError: there is no such step.
        """
        number = index if index >= 0 else len(self.rows) + index
        if number not in self.rows:
            raise IndexError(f"there is no step {index}")
        return self.rows[number]

    def __iter__(self) -> Iterator[Step]:
        """Yield the commands, oldest first, the beginning left out."""
        return iter(self.steps[1:])

    def with_step(self, step: Step) -> Journal:
        """Return the journal with a step added, the lab standing there."""
        return Journal(self.rows.with_row(step.index, step), step.index, step.index)

    def at(self, index: int) -> Journal:
        """Return the journal with the lab standing at another step."""
        ahead = self.head if self._after(self.head, self.ahead) is None else self.ahead
        ahead = index if self._after(index, ahead) is None else ahead
        return Journal(self.rows, self.rows[index].index, ahead)

    def path(self, after: int = -1) -> tuple[Step, ...]:
        """Return the steps that led to where the lab stands, those later than a number."""
        found: list[Step] = []
        index = self.head
        while index > after:
            found.append(self.rows[index])
            index = self.rows[index].parent
        return tuple(reversed(found))

    def next_of_current(self) -> int | None:
        """Return the step that redo leads to: the one taken back, else the latest from here."""
        taken_back = self._after(self.head, self.ahead)
        if taken_back is not None:
            return taken_back
        return max((step.index for step in self.steps if step.parent == self.head), default=None)

    def _after(self, index: int, last: int) -> int | None:
        """Return the step after one on the way to a later one; None if it is not on that way."""
        while last > index and last in self.rows:
            step = self.rows[last]
            if step.parent == index:
                return last
            last = step.parent
        return None
