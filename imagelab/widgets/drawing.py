"""A layer map to look at in a pane, zoom and drag; drawn once as long as nothing in it changes."""

from __future__ import annotations

from collections.abc import Callable

from imagelab.messages import text as message
from imagelab.views.html import EMPTY, Html, join, tag
from imagelab.views.map import Map
from imagelab.views.map.boxes import heading as map_heading
from imagelab.views.map.svg import labelled_svg
from imagelab.views.map.text import text


class Kept:
    """The last picture of a pane: it stays until it is of another plan or in another language."""

    def __init__(self) -> None:
        """Keep nothing yet."""
        self._of: tuple[object, str] | None = None
        self._picture = EMPTY

    def __call__(self, of: object, language: str, draw: Callable[[], Html]) -> Html:
        """Return the picture of something, drawn if it is not the last one.

        Args:
            of: the very object that it is of.
            language: of its texts.
            draw: draws it.
        """
        if self._of is None or self._of[0] is not of or self._of[1] != language:
            self._of, self._picture = (of, language), draw()
        return self._picture


def zoomable(drawing: Map, language: str, heading: str, alternative: str) -> Html:
    """Return a map with its heading; as text where nothing can draw it.

    Args:
        drawing: the map, folded.
        language: of its texts.
        heading: what it shows.
        alternative: the same in a sentence or two, for those who cannot see it.
    """
    if not drawing.nodes:
        return join(tag("h4", heading), tag("p", message("map.empty", language)))
    svg = labelled_svg(drawing, language, alternative)
    if svg is None:
        return join(tag("h4", heading), in_text(drawing, language, "picture"))
    lines = [tag("p", line.left, class_="il-map-line")
             for line in map_heading(drawing, language, "")]
    return join(
        tag("div", tag("h4", heading), zoom_buttons(language, "picture"), class_="il-row"), lines,
        tag("div", svg, id="picture", data_zoom=True, tabindex="0", role="group",
            aria_label=heading))


def in_text(drawing: Map, language: str, identifier: str) -> Html:
    """Return a map as text, and why.

    Args:
        drawing: the map, folded.
        language: of its texts.
        identifier: of the element that can be scrolled.
    """
    return join(tag("p", message("live.no_picture", language), class_="il-note"),
                tag("pre", text(drawing, language), id=identifier, tabindex="0"))


def zoom_buttons(language: str, owner: str) -> Html:
    """Return the buttons that zoom the picture of a pane.

    Args:
        language: of their names.
        owner: what their IDs begin with.
    """
    signs = {"in": "+", "out": "−", "fit": message("map.zoom_fit", language)}
    return tag("span", [
        tag("button", sign, type="button", class_="il-button", id=f"{owner}-zoom-{way}",
            aria_label=message(f"map.zoom_{way}", language), **{f"data_zoom_{way}": True})
        for way, sign in signs.items()], class_="il-row")
