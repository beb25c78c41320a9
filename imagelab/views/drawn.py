"""Pictures that the lab draws itself, as SVG: a few shapes, and texts cut to the room they have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from xml.etree import ElementTree

from imagelab.views.html import Child, Html, tag
from imagelab.views.ink import BACKGROUND, FAINT, FONT, INK, LINE, fit
from imagelab.views.picture import Picture

#: Lines between hatches, in pixels.
_STEP = 7.0
#: Ways to hatch a box, told apart by :func:`hatched`.
HATCHES = 5


class Drawn(Picture):
    """A picture that is SVG from the start, so that it needs no program to draw it."""

    def __init__(self, svg: str, text: str) -> None:
        """Hold the two faces; the alternative text is the drawing's own."""
        super().__init__("", text, ElementTree.fromstring(svg).get("aria-label", ""))
        self.svg = svg


def drawing(width: float, height: float, alternative: str, *shapes: Child) -> Html:
    """Return an ``svg`` element on a ground of its own.

    Args:
        width: in pixels.
        height: the same.
        alternative: the drawing in a sentence, for screen readers.
        shapes: what is drawn.
    """
    return tag(
        "svg", rect(0, 0, width, height, fill=BACKGROUND, stroke="none"), *shapes,
        xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {width:g} {height:g}",
        width=f"{width:g}", height=f"{height:g}", font_family=FONT, role="img",
        aria_label=alternative)


def rect(
    x: float, y: float, width: float, height: float, *, fill: str, stroke: str = LINE,
) -> Html:
    """Return a box."""
    return tag("rect", x=f"{x:.1f}", y=f"{y:.1f}", width=f"{width:.1f}", height=f"{height:.1f}",
               fill=fill, stroke=stroke)


def label(
    x: float, y: float, data: str, room: float, *, size: float = 13, bold: bool = False,
    colour: str = INK, anchor: str = "start",
) -> Html:
    """Return a line of text, cut to its room.

    Args:
        x: where it starts, ends (``anchor="end"``) or has its middle (``"middle"``).
        y: of its base line.
        data: the text.
        room: in pixels.
        size: of the font, in pixels.
        bold: see there.
        colour: see there.
        anchor: see ``x``.
    """
    return tag("text", fit(data, room, size, bold), x=f"{x:.1f}", y=f"{y:.1f}",
               font_size=f"{size:g}", font_weight="bold" if bold else None, fill=colour,
               text_anchor=None if anchor == "start" else anchor)


def hatched(x: float, y: float, width: float, height: float, kind: int) -> Html:
    """Return lines inside a box that tell it from boxes of another kind without colour."""
    draw = (_slanted, _upright, _level, _falling, _crossed)[kind % HATCHES]
    moves = "".join(f"M{a:.1f} {b:.1f}L{c:.1f} {d:.1f}"
                    for a, b, c, d in draw(x, y, width, height))
    return tag("path", d=moves, stroke=FAINT, stroke_width="0.7", fill="none")


_Line = tuple[float, float, float, float]


def _upright(x: float, y: float, width: float, height: float) -> Iterator[_Line]:
    for at in _steps(width):
        yield x + at, y, x + at, y + height


def _level(x: float, y: float, width: float, height: float) -> Iterator[_Line]:
    for at in _steps(height):
        yield x, y + at, x + width, y + at


def _crossed(x: float, y: float, width: float, height: float) -> Iterator[_Line]:
    yield from _upright(x, y, width, height)
    yield from _level(x, y, width, height)


def _slanted(x: float, y: float, width: float, height: float) -> Iterator[_Line]:
    """Yield lines that rise to the right, cut off at the box's edges."""
    for at in _steps(width + height):
        low, high = max(0.0, at - height), min(width, at)
        yield x + low, y + at - low, x + high, y + at - high


def _falling(x: float, y: float, width: float, height: float) -> Iterator[_Line]:
    for left, top, right, bottom in _slanted(x, y, width, height):
        yield left, 2 * y + height - top, right, 2 * y + height - bottom


def _steps(length: float) -> Iterable[float]:
    return (_STEP * at for at in range(1, int(length / _STEP) + 1) if _STEP * at < length)
