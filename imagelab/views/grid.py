"""Drawings that are tables: one value, and its two faces as Graphviz source and as text."""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from imagelab.docker.table import columns, display_width, ellipsis
from imagelab.views.ink import BACKGROUND, FAINT, FONT, INK, LINE, escape, fit, text_width
from imagelab.views.picture import Picture
from imagelab.views.words import printable

#: Fills that tell cells apart besides their letters and borders; ink is readable on each.
TINTS = ("#DDEBF9", "#FFF6D5", "#E0F2E6", "#F6E3EF", "#F0EFEA", "#FBE6D9")
#: Widest cell text: points in the picture, columns in the text.
MAX_POINTS = 216.0
MAX_COLUMNS = 44
_NOTE_POINTS = 500.0
_NOTE_COLUMNS = 96
_LARGE, _SMALL = 10.5, 9.0
_PADDING = 6.0
_LEADING = 1.4
_SPACING = 3


class Look(enum.Enum):
    """How a cell is drawn; what matters is said by its text or its border too."""

    PLAIN = "plain"
    HEAD = "head"
    BOX = "box"
    DASHED = "dashed"
    THICK = "thick"


_BORDERS = {
    Look.PLAIN: f'BORDER="0" COLOR="{BACKGROUND}"',
    Look.HEAD: f'BORDER="0" COLOR="{BACKGROUND}"',
    Look.BOX: f'BORDER="1" COLOR="{LINE}"',
    Look.DASHED: f'BORDER="1" COLOR="{INK}" STYLE="dashed"',
    Look.THICK: f'BORDER="2" COLOR="{INK}"',
}


@dataclass(frozen=True)
class Cell:
    """A cell.

    Attributes:
        lines: its text; the first line is the larger one. May be untrusted.
        look: see there.
        tint: place in :data:`TINTS`, counted on in circles; -1 for none.
        even: all lines are as small as those after the first.
    """

    lines: tuple[str, ...] = ()
    look: Look = Look.PLAIN
    tint: int = -1
    even: bool = False


@dataclass(frozen=True)
class Grid:
    """A table with a title and notes.

    Attributes:
        title: what it is about.
        rows: all as long as the first; none are allowed.
        notes: sentences below it; with the title they say what the drawing is for.
    """

    title: str
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()


def cell(*lines: str, look: Look = Look.PLAIN, tint: int = -1, even: bool = False) -> Cell:
    """Return a cell of some lines, empty ones left out."""
    return Cell(tuple(filter(None, map(printable, lines))), look, tint, even)


def picture(grid: Grid, language: str = "en") -> Picture:
    """Return a table as a picture.

    Args:
        grid: the table.
        language: in which it says that nothing can draw it.
    """
    alternative = printable(" ".join((f"{grid.title}.", *grid.notes)))
    return Picture(dot(grid), text(grid), alternative, language)


# --- text ----------------------------------------------------------------------------------


def text(grid: Grid) -> str:
    """Return a table as text, its columns lined up."""
    lines = [_stacked(row) for row in grid.rows]
    flat = [line for row in lines for line in row]
    body = columns(flat)
    notes = [line for note in grid.notes
             for line in wrapped(printable(note), _NOTE_COLUMNS, display_width)]
    blocks = ([printable(grid.title)], body, notes)
    return "\n\n".join("\n".join(block) for block in blocks if block)


def _stacked(row: Sequence[Cell]) -> list[tuple[str, ...]]:
    """Return a row as lines of parts, one part for each column."""
    shown = [[ellipsis(line, MAX_COLUMNS) for line in each.lines] for each in row]
    return list(zip_longest(*shown, fillvalue=""))


def wrapped(data: str, room: float, measure: Callable[[str], float]) -> list[str]:
    """Break a text at its spaces into lines that fit, as far as its words do."""
    lines = [""]
    for word in data.split(" "):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if measure(longer) <= room or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


# --- DOT -----------------------------------------------------------------------------------


def dot(grid: Grid) -> str:
    """Return a table as DOT source; every width is given, since renderers misjudge text."""
    widths = [min(max(map(_width, column)), MAX_POINTS) for column in zip(*grid.rows, strict=True)]
    rows = "".join(_row(row, widths) for row in grid.rows)
    total = sum(widths) + (2 * _PADDING + _SPACING) * len(widths) + _SPACING
    room = max(total, _NOTE_POINTS)
    # A table takes all the room there is and widens its columns, unless another cell has it.
    body = rows and (f'<TR><TD ALIGN="LEFT">{_table(rows, _SPACING)}</TD>'
                     f'<TD WIDTH="{room - total:.0f}"></TD></TR>')
    title = _lines(grid.title, room, _LARGE, True)
    notes = "".join(_lines(note, room, _SMALL, False) for note in grid.notes)
    whole = _table(title + body + notes, 0)
    return "\n".join((
        "digraph grid {",
        f'graph [bgcolor="{BACKGROUND}" pad=0.1];',
        f'grid [shape=plain class="grid" fontname="{FONT}" label=<{whole}>];',
        "}", ""))


def _lines(data: str, room: float, size: float, bold: bool) -> str:
    """Return a text as rows across the whole drawing."""
    lines = wrapped(printable(data), room, lambda line: text_width(line, size, bold))
    return "".join(_line(fit(line, room, size, bold), room, size, bold=bold, span=2)
                   for line in lines)


def _width(each: Cell) -> float:
    return max((text_width(line, size, bold) for line, size, bold in _styled(each)), default=8.0)


def _styled(each: Cell) -> list[tuple[str, float, bool]]:
    """Return the lines of a cell, each with its size and whether it is bold."""
    return [(line, _SMALL if at or each.even else _LARGE, each.look is Look.HEAD and not at)
            for at, line in enumerate(each.lines)]


def _row(row: Sequence[Cell], widths: Sequence[float]) -> str:
    height = max(map(_height, row), default=0.0)
    return "<TR>" + "".join(_cell(each, width, height)
                            for each, width in zip(row, widths, strict=True)) + "</TR>"


def _height(each: Cell) -> float:
    return sum(size * _LEADING for _, size, _ in _styled(each)) + 2 * _PADDING


def _cell(each: Cell, width: float, height: float) -> str:
    fill = TINTS[each.tint % len(TINTS)] if each.tint >= 0 else BACKGROUND
    said = "".join(
        _line(fit(line, width, size, bold), width, size, bold=bold,
              colour=FAINT if at and not each.even else INK)
        for at, (line, size, bold) in enumerate(_styled(each)))
    if said and (rest := height - _height(each)) >= 1:
        # Lines of a cell would move apart to fill it.
        said += f'<TR><TD HEIGHT="{rest:.0f}"></TD></TR>'
    return (f'<TD {_BORDERS[each.look]} BGCOLOR="{fill}" FIXEDSIZE="TRUE" '
            f'WIDTH="{width + 2 * _PADDING:.0f}" HEIGHT="{height:.0f}" CELLPADDING="3" '
            f'ALIGN="LEFT">{_table(said, 0) if said else ""}</TD>')


def _line(
    said: str, width: float, size: float, *, bold: bool = False, colour: str = INK, span: int = 1,
) -> str:
    """Return a line as a row of its own: renderers differ in what lies between lines."""
    shown = escape(said) or " "
    shown = f"<B>{shown}</B>" if bold else shown
    return (f'<TR><TD COLSPAN="{span}" WIDTH="{width:.0f}" HEIGHT="{size * _LEADING:.0f}" '
            f'ALIGN="LEFT" BALIGN="LEFT"><FONT POINT-SIZE="{size:g}" COLOR="{colour}">{shown}'
            '</FONT><BR ALIGN="LEFT"/></TD></TR>')


def _table(rows: str, spacing: int) -> str:
    return (f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="{spacing}" CELLPADDING="0">'
            f'{rows}</TABLE>')
