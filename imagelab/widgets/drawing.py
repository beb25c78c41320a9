"""A layer map in a pane: drawn once as long as nothing in it changes, to be zoomed and dragged."""

from __future__ import annotations

from functools import lru_cache

from imagelab.messages import text as message
from imagelab.views.dot import dot
from imagelab.views.html import Html, join, raw, tag
from imagelab.views.map import Map
from imagelab.views.render import render
from imagelab.views.text import text


def zoomable(drawing: Map, language: str, heading: str, alternative: str, note: str = "") -> Html:
    """Return a map with its heading; as text where no program is there to draw it.

    Args:
        drawing: the map.
        language: of its texts.
        heading: what it shows.
        alternative: the same in a sentence or two, for those who cannot see it.
        note: what there is to add under the heading.
    """
    svg = _drawn(dot(drawing, language), alternative)
    shown = raw(svg) if svg else tag("pre", text(drawing, language))
    return join(tag("div", tag("h4", heading), _buttons(language), class_="il-row"),
                tag("p", note, class_="il-muted") if note else None,
                tag("div", shown, id="picture", data_zoom=True, tabindex="0", role="group",
                    aria_label=heading))


def _buttons(language: str) -> list[Html]:
    kinds = (("out", "−", {"data_zoom_out": True}), ("in", "+", {"data_zoom_in": True}),
             ("fit", "⤢", {"data_zoom_fit": True}))
    return [tag("button", symbol, type="button", id=f"zoom-{kind}", class_="il-button",
                aria_label=message(f"plan.zoom_{kind}", language),
                title=message(f"plan.zoom_{kind}", language), **does)
            for kind, symbol, does in kinds]


@lru_cache(maxsize=8)
def _drawn(source: str, alternative: str) -> str | None:
    return render(source, alternative)
