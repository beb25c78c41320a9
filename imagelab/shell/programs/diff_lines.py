"""Which lines differ: the shortest edit by Myers' greedy algorithm, and its hunks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from imagelab.shell.budget import Budget

#: Moves of the algorithm that count as one step of the budget.
_MOVES = 16


class Change(NamedTuple):
    """Lines ``start`` to ``end`` of the one file stand for such lines of the other, from 0."""

    start: int
    end: int
    other_start: int
    other_end: int


def changes(one: Sequence[bytes], other: Sequence[bytes], budget: Budget) -> list[Change]:
    """Return what changes the one into the other, in order.

    Raises:
        ExhaustedError: the files are too large and differ too much.
    """
    budget.take("steps", (len(one) + len(other)) // 100)
    shortest = min(len(one), len(other))
    front = next((i for i in range(shortest) if one[i] != other[i]), shortest)
    back = next((i for i in range(shortest - front) if one[-1 - i] != other[-1 - i]),
                shortest - front)
    removed = [False] * len(one)
    added = [False] * len(other)
    left = range(front, len(one) - back)
    right = range(front, len(other) - back)
    here, there = {one[i] for i in left}, {other[i] for i in right}
    # Lines that the other file has nowhere are changed in any case; the rest is compared.
    kept = [i for i in left if one[i] in there]
    other_kept = [i for i in right if other[i] in here]
    for i in left:
        removed[i] = True
    for i in right:
        added[i] = True
    for a, b in _common([one[i] for i in kept], [other[i] for i in other_kept], budget):
        removed[kept[a]] = added[other_kept[b]] = False
    _slide(one, removed, added)
    _slide(other, added, removed)
    return _runs(removed, added)


def _common(
    one: Sequence[bytes], other: Sequence[bytes], budget: Budget
) -> list[tuple[int, int]]:
    """Return positions of a longest common subsequence."""
    reach = {1: 0}
    trace: list[dict[int, int]] = []
    for distance in range(len(one) + len(other) + 1):
        budget.take("steps", 1 + distance // _MOVES)
        budget.take("words", 16 * distance)
        trace.append(dict(reach) if distance < 2 else
                     {k: reach[k] for k in range(-distance - 1, distance + 2) if k in reach})
        for diagonal in range(-distance, distance + 1, 2):
            down = diagonal == -distance or (
                diagonal != distance and reach[diagonal - 1] < reach[diagonal + 1])
            x = reach[diagonal + 1] if down else reach[diagonal - 1] + 1
            y = x - diagonal
            while x < len(one) and y < len(other) and one[x] == other[y]:
                x, y = x + 1, y + 1
            reach[diagonal] = x
            if x >= len(one) and y >= len(other):
                return _back(trace, len(one), len(other))
    raise AssertionError("an edit of that length does it always")


def _back(trace: list[dict[int, int]], x: int, y: int) -> list[tuple[int, int]]:
    """Go the way back and collect the diagonals."""
    found: list[tuple[int, int]] = []
    for distance in range(len(trace) - 1, -1, -1):
        reach, diagonal = trace[distance], x - y
        down = diagonal == -distance or (
            diagonal != distance and reach[diagonal - 1] < reach[diagonal + 1])
        before = diagonal + 1 if down else diagonal - 1
        start = reach[before] if distance else 0
        start_y = start - before if distance else 0
        low = start + (not down) if distance else 0
        while x > low and y > (start_y + down if distance else 0):
            x, y = x - 1, y - 1
            found.append((x, y))
        x, y = start, start_y
    return found[::-1]


def _slide(lines: Sequence[bytes], changed: list[bool], other: list[bool]) -> None:
    """Move each run of changed lines as far down as it goes, as GNU diff does.

    Where it could stand beside a change of the other file it goes there instead.
    """
    at = beside = 0
    while at < len(lines):
        if not changed[at]:
            at += 1
            beside = _next_kept(other, beside) + 1
            continue
        start = at
        while at < len(lines) and changed[at]:
            at += 1
        meets: tuple[int, int] | None = (start, at) if _touches(other, beside) else None
        place = beside
        while at < len(lines) and lines[start] == lines[at]:
            changed[start], changed[at] = False, True
            start, at = start + 1, at + 1
            place = _next_kept(other, place) + 1
            while at < len(lines) and changed[at]:
                at += 1
            if _touches(other, place):
                meets = (start, at)
        if meets and meets != (start, at) and meets[1] - meets[0] == at - start:
            for i in range(start, at):
                changed[i] = False
            for i in range(*meets):
                changed[i] = True
        beside = place


def _next_kept(changed: list[bool], at: int) -> int:
    while at < len(changed) and changed[at]:
        at += 1
    return at


def _touches(changed: list[bool], at: int) -> bool:
    return at < len(changed) and changed[at]


def _runs(removed: list[bool], added: list[bool]) -> list[Change]:
    found: list[Change] = []
    a = b = 0
    while a < len(removed) or b < len(added):
        start, other_start = a, b
        a, b = _next_kept(removed, a), _next_kept(added, b)
        if a > start or b > other_start:
            found.append(Change(start, a, other_start, b))
        a, b = a + 1, b + 1
    return found


def hunks(found: Sequence[Change], context: int) -> list[list[Change]]:
    """Return changes in groups whose context overlaps or touches."""
    groups: list[list[Change]] = []
    for change in found:
        if groups and change.start - groups[-1][-1].end <= 2 * context:
            groups[-1].append(change)
        else:
            groups.append([change])
    return groups
