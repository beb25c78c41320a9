"""Columns of names on a terminal, as GNU ls and busybox's lay them out."""

from __future__ import annotations

from collections.abc import Callable

from imagelab.shell.programs.io import Io

_WIDTH = 80
_TAB = 8
#: GNU ls gives no column less than a letter and two spaces.
_LEAST = 3


def columns(
    io: Io, names: list[int], marks: list[int], shown: Callable[[int], str], *, tabs: bool,
) -> str:
    """Lay names out in columns, filled downwards, on a terminal of 80.

    Args:
        io: the program's.
        names: how long each is as it is seen.
        marks: how long the mark after each is; busybox has no room for them in its columns.
        shown: returns a name by number; asked for in the order of the output.
        tabs: fill up with tabs where they reach.
    """
    if not names:
        return ""
    lengths = [name + mark for name, mark in zip(names, marks, strict=True)]
    rows, widths = _gnu_layout(io, lengths) if io.gnu else _busybox_layout(names)
    lines = []
    for row in range(rows):
        numbers = range(row, len(lengths), rows)
        place, cells = 0, []
        for width, number in zip(widths, numbers[:-1], strict=False):
            gap = _gap(place + lengths[number], place + width, tabs=tabs)
            cells.append(shown(number) + gap)
            place += width
        lines.append("".join(cells) + shown(numbers[-1]) + "\n")
    return "".join(lines)


def _gap(start: int, end: int, *, tabs: bool) -> str:
    """Return what leads from one place of a line to another."""
    gap = ""
    while start < end:
        tab = tabs and end // _TAB > (start + 1) // _TAB
        gap += "\t" if tab else " "
        start += _TAB - start % _TAB if tab else 1
    return gap


def _gnu_layout(io: Io, lengths: list[int]) -> tuple[int, list[int]]:
    """Return the number of rows and the columns' widths: as many columns as fit."""
    for count in range(min(_WIDTH // _LEAST, len(lengths)), 0, -1):
        io.step(len(lengths) // 256)
        rows = -(-len(lengths) // count)
        widths = [_LEAST] * count
        for at in range(0, len(lengths), rows):
            column = at // rows
            space = 2 if column < count - 1 else 0
            widths[column] = max(_LEAST, max(lengths[at : at + rows]) + space)
        if sum(widths) < _WIDTH:
            break
    return rows, widths


def _busybox_layout(lengths: list[int]) -> tuple[int, list[int]]:
    """Return the number of rows and the columns' widths; the last place of a line stays free."""
    widest = max(lengths) + 2
    count = max(1, (_WIDTH - 1) // widest)
    return -(-len(lengths) // count), [widest] * count
