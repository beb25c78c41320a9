"""A layer map to look at in a pane, zoom and drag; drawn once as long as nothing in it changes."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from imagelab.messages import text as message
from imagelab.views.html import EMPTY, Html, join, raw, tag
from imagelab.views.map import Map
from imagelab.views.map.boxes import heading as map_heading
from imagelab.views.map.dot import dot
from imagelab.views.map.text import text
from imagelab.views.render import render


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
    """Return a map with its heading; as text where no program is there to draw it.

    Args:
        drawing: the map, folded.
        language: of its texts.
        heading: what it shows.
        alternative: the same in a sentence or two, for those who cannot see it.
    """
    svg = _drawn(dot(drawing, language, None), alternative)
    if svg is None:
        return join(tag("h4", heading),
                    tag("pre", text(drawing, language), id="picture", tabindex="0"))
    lines = [tag("p", line.left, class_="il-map-line")
             for line in map_heading(drawing, language, "")]
    return join(
        tag("div", tag("h4", heading), _zoom_buttons(language), class_="il-row"), lines,
        tag("div", raw(svg), id="picture", data_zoom=True, tabindex="0", role="group",
            aria_label=heading))


def _zoom_buttons(language: str) -> list[Html]:
    signs = {"out": "−", "in": "+", "fit": message("map.zoom_fit", language)}
    return [tag("button", sign, type="button", class_="il-button", id=f"picture-zoom-{way}",
                aria_label=message(f"map.zoom_{way}", language), **{f"data_zoom_{way}": True})
            for way, sign in signs.items()]


@lru_cache(maxsize=8)
def _drawn(source: str, alternative: str) -> str | None:
    svg = render(source, alternative)
    # The class brings the colours of the theme.
    return svg and svg.replace("<svg ", '<svg class="il-map" ', 1)
