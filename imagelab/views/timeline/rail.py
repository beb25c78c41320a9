"""The lines and dots of the time line, row by row, as SVG.

Colours are given as attributes, for pictures that stand alone, and by class, for style sheets.
"""

from __future__ import annotations

from imagelab.views.html import Html, tag
from imagelab.views.ink import BACKGROUND, LINE
from imagelab.views.timeline.lanes import Piece, Row, Track

#: Pixels from one lane to the next, and from the edge to the first.
LANE, MARGIN = 18.0, 14.0
PATH = "#005F99"
_FAILED = "#A63D00"
_DOT, _RING, _CROSS = 6.0, 10.5, 4.0


def width(lanes: int) -> float:
    """Return the width of some lanes in pixels."""
    return 2 * MARGIN + LANE * (lanes - 1)


def rail(row: Row, height: float, middle: float) -> Html:
    """Return an SVG group of the lines and the dot of one row.

    Args:
        row: the row.
        height: of the row in pixels.
        middle: how far below the row's top the dot is.
    """
    tracks = sorted(row.tracks, key=lambda track: track.on_path)
    return tag("g", *(_line(track, row.lane, height, middle) for track in tracks),
               _dot(row, middle), fill="none")


def _x(lane: int) -> str:
    return f"{MARGIN + LANE * lane:g}"


def _line(track: Track, lane: int, height: float, middle: float) -> Html:
    here, there = _x(lane), _x(track.lane)
    drawn = {
        Piece.THROUGH: f"M{there} 0V{height:g}",
        Piece.ABOVE: f"M{there} 0V{middle:g}",
        Piece.BELOW: f"M{there} {middle:g}V{height:g}",
        Piece.FORK: f"M{here} {middle:g}C{here} {height:g} {there} {middle:g} {there} {height:g}",
    }[track.piece]
    if track.on_path:
        return tag("path", d=drawn, class_="il-tl-path", stroke=PATH, stroke_width="3")
    return tag("path", d=drawn, class_="il-tl-kept", stroke=LINE, stroke_width="1.5",
               stroke_dasharray="3 3")


def _dot(row: Row, middle: float) -> Html:
    x, y = _x(row.lane), f"{middle:g}"
    colour, kind = (PATH, "path") if row.on_path else (LINE, "kept")
    fill = colour if row.on_path and not row.step.exit_code else BACKGROUND
    ring = tag("circle", cx=x, cy=y, r=_RING, class_="il-tl-path", stroke=PATH,
               stroke_width="2") if row.is_head else None
    dot = tag("circle", cx=x, cy=y, r=_DOT, fill=fill, stroke=colour, stroke_width="2",
              class_=f"il-tl-dot il-tl-{kind}{' il-tl-failed' if row.step.exit_code else ''}")
    return tag("g", ring, dot, _cross(x, middle) if row.step.exit_code else None)


def _cross(x: str, middle: float) -> Html:
    left, right = float(x) - _CROSS, float(x) + _CROSS
    top, bottom = middle - _CROSS, middle + _CROSS
    return tag("path", d=f"M{left:g} {top:g}L{right:g} {bottom:g}M{right:g} {top:g}L{left:g} "
               f"{bottom:g}", class_="il-tl-cross", stroke=_FAILED, stroke_width="2.2")
