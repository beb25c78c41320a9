"""A terminal as a picture: the end of what stands there."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from imagelab.docker.table import display_width, ellipsis
from imagelab.formats.printable import printable
from imagelab.messages import text as message
from imagelab.views.html import Html, tag
from imagelab.views.picture import Picture

#: Lines of the picture and of its text twin, and columns of the picture.
MOST_DRAWN = 30
MOST_LINES = 400
COLUMNS = 100
_SIZE, _LEADING, _ADVANCE, _MARGIN = 13, 18, 7.9, 12
_INK, _PAPER, _LINE = "#1b2733", "#f7f8fa", "#8794a1"


def card(lines: Sequence[str], language: str) -> Picture:
    """Return the picture of a terminal.

    Args:
        lines: all that stands there, without control characters.
        language: of the title and of what is said where nothing was typed yet.
    """
    shown = list(lines) or [message("terminal.empty", language)]
    return _Card(message("terminal.title", language), shown[-MOST_LINES:])


class _Card(Picture):
    """A picture that no other program has to draw."""

    def __init__(self, title: str, lines: Sequence[str]) -> None:
        super().__init__("", "\n".join((title, "", *lines)), title)
        self._title, self._lines = title, lines[-MOST_DRAWN:]

    @cached_property
    def svg(self) -> str:
        """The drawing as an ``svg`` element."""
        return drawn(self._title, self._lines)


def drawn(title: str, lines: Sequence[str]) -> Html:
    """Return lines as an ``svg`` element, each cut to what fits."""
    cut = [ellipsis(line, COLUMNS) for line in lines]
    columns = max(40, *map(display_width, cut), display_width(title))
    width = round(columns * _ADVANCE + 2 * _MARGIN)
    height = (len(cut) + 2) * _LEADING + _MARGIN
    rows = (
        # Spaces of other kinds are not run together, whatever shows the picture.
        tag("text", line.replace(" ", "\u00a0"), x=_MARGIN, y=(number + 2) * _LEADING + _MARGIN,
            fill=_INK, font_family="monospace", font_size=_SIZE)
        for number, line in enumerate(cut) if line)
    return tag(
        "svg",
        tag("title", title),
        tag("rect", x="0.5", y="0.5", width=width - 1, height=height - 1, rx=6, fill=_PAPER,
            stroke=_LINE),
        tag("text", title, x=_MARGIN, y=_LEADING, fill=_INK, font_family="sans-serif",
            font_size=_SIZE, font_weight="bold"),
        rows,
        xmlns="http://www.w3.org/2000/svg", width=width, height=height,
        viewBox=f"0 0 {width} {height}", role="img", aria_label=printable(" ".join(lines)[-400:]))

