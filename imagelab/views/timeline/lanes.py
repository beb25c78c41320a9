"""The journal as a drawing: its steps in rows, its branches in lanes, one beside the other.

A command typed after an undo begins a branch. The first step that starts from another one goes on
in its lane; those that come later get lanes of their own, so that nothing drawn ever moves because
of a new branch.
"""

from __future__ import annotations

import enum
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from imagelab.daemon.journal import Journal, Step

#: Rows that are drawn; of a longer journal, those around one step.
MAX_ROWS = 30
#: Lanes that are drawn; further ones share the last.
MAX_LANES = 8


class Piece(enum.Enum):
    """A bit of the line between two steps, as it runs through one row.

    ``THROUGH`` comes from above and goes on below; ``ABOVE`` ends at the row's step, ``BELOW``
    starts from it, and ``FORK`` starts from it into another lane.
    """

    THROUGH = "through"
    ABOVE = "above"
    BELOW = "below"
    FORK = "fork"


@dataclass(frozen=True)
class Track:
    """A piece of line in a row.

    Attributes:
        piece: how it runs.
        lane: where; of a fork, the lane that it leads to.
        on_path: whether it is on the way to where the lab stands.
    """

    piece: Piece
    lane: int
    on_path: bool


@dataclass(frozen=True)
class Row:
    """A step in the drawing.

    Attributes:
        step: the step.
        lane: the lane that it is in.
        tracks: the lines in its row.
        on_path: whether it is on the way to where the lab stands.
        is_head: whether the lab stands at it.
        branches: whether it begins a branch beside another that was there before.
    """

    step: Step
    lane: int
    tracks: tuple[Track, ...]
    on_path: bool
    is_head: bool
    branches: bool


@dataclass(frozen=True)
class Lanes:
    """What is drawn of a journal.

    Attributes:
        rows: steps, by their numbers.
        width: how many lanes there are.
        earlier: how many steps before the rows are left out.
        later: how many after them.
    """

    rows: tuple[Row, ...]
    width: int
    earlier: int
    later: int


def lanes(journal: Journal, first: int | None = None, size: int = MAX_ROWS) -> Lanes:
    """Lay out a journal.

    Args:
        journal: the journal.
        first: the step in the first row; if left out, the rows are those around the one that the
            lab stands at.
        size: the most rows there may be.
    """
    steps = journal.steps
    if first is None:
        first = max(0, min(journal.head - size // 2, len(steps) - size))
    last = min(len(steps), first + size)
    firsts = _first_children(steps)
    lane_of = _lanes(steps, firsts)
    on_path = {step.index for step in journal.path()}
    shown = range(first, last)
    tracks = _tracks(steps, lane_of, on_path, shown)
    used = {lane_of[at] for at in shown} | {each.lane for row in tracks.values() for each in row}
    narrow = {lane: min(at, MAX_LANES - 1) for at, lane in enumerate(sorted(used))}
    if len(used) > MAX_LANES:
        crowded = {lane for lane in used if narrow[lane] == MAX_LANES - 1}
        tracks = _tracks(steps, lane_of, on_path, shown, crowded)
    rows = tuple(
        Row(steps[at], narrow[lane_of[at]],
            tuple(Track(each.piece, narrow[each.lane], each.on_path) for each in tracks[at]),
            at in on_path, at == journal.head,
            steps[at].parent >= 0 and firsts[steps[at].parent] != at)
        for at in shown)
    return Lanes(rows, max(narrow.values()) + 1, first, len(steps) - last)


def scrolled(first: int, size: int, at: int, count: int) -> int:
    """Return the step in the first row once another one has come into view, with its neighbours.

    Args:
        first: the step in the first row now.
        size: how many rows there are.
        at: the step to be seen.
        count: how many steps there are.
    """
    first = max(min(first, at - 1), at + 2 - size)
    return max(0, min(first, count - size))


def _first_children(steps: Sequence[Step]) -> Mapping[int, int]:
    """Return for each step the first that started from it."""
    found: dict[int, int] = {}
    for step in steps:
        found.setdefault(step.parent, step.index)
    return found


def _lanes(steps: Sequence[Step], firsts: Mapping[int, int]) -> list[int]:
    """Return the lane of each step: the first one free from its fork to its branch's end."""
    ends: dict[int, int] = {}  # first step of each branch → its last
    begun: list[int] = []  # for each step, the first step of its branch
    for step in steps:
        goes_on = step.parent >= 0 and firsts[step.parent] == step.index
        begun.append(begun[step.parent] if goes_on else step.index)
        ends[begun[-1]] = step.index
    busy: list[int] = []  # for each lane, the last row that it is taken in
    lane_of: dict[int, int] = {}
    for begin, end in ends.items():
        fork = steps[begin].parent
        lane = next((at for at, until in enumerate(busy) if until < fork), len(busy))
        busy[lane:lane + 1] = [end]
        lane_of[begin] = lane
    return [lane_of[begin] for begin in begun]


def _tracks(
    steps: Sequence[Step], lane_of: Sequence[int], on_path: set[int], rows: range,
    crowded: Collection[int] = (),
) -> Mapping[int, list[Track]]:
    """Return the pieces of line in each row.

    Crowded lanes are drawn as one: no lines lead to them, or all their branches would look like
    one that goes on and on.
    """
    found: dict[int, list[Track]] = {at: [] for at in rows}
    for step in steps[1:]:
        lane, taken = lane_of[step.index], step.index in on_path
        leaves = Piece.BELOW if lane_of[step.parent] == lane else Piece.FORK
        if leaves is Piece.FORK and lane in crowded:
            continue
        for at in range(max(step.parent, rows.start), min(step.index + 1, rows.stop)):
            piece = (leaves if at == step.parent
                     else Piece.ABOVE if at == step.index else Piece.THROUGH)
            found[at].append(Track(piece, lane, taken))
    return found
