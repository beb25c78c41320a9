"""The lab as it was checked beside the goal: two layer maps without IDs, which cannot agree."""

from __future__ import annotations

from collections.abc import Callable

from imagelab.course.levels.play import Play
from imagelab.messages import text
from imagelab.views import words
from imagelab.views.html import EMPTY, Html, join, tag
from imagelab.views.map import Map
from imagelab.views.map.beside import beside
from imagelab.views.map.dot import dot
from imagelab.views.map.svg import labelled_svg
from imagelab.views.map.text import text as map_text
from imagelab.views.picture import image
from imagelab.widgets.drawing import in_text, zoom_buttons

#: Returns a map for a place called ``now`` or ``goal``, said in a sentence.
_Show = Callable[[str, Map, str], Html]


def live(play: Play, language: str, *, opened: bool) -> Html:
    """Return both to look at in a pane, zoom and drag.

    Args:
        play: the level, checked.
        language: of the texts.
        opened: whether they are seen at first.
    """
    if not play.level.picture:
        return EMPTY

    def show(name: str, drawing: Map, said: str) -> Html:
        svg = labelled_svg(drawing, language, said)
        if svg is None:
            return in_text(drawing, language, f"map-{name}")
        return tag("div", svg, id=f"map-{name}", data_zoom=True, tabindex="0", role="group",
                   aria_label=said)

    shown = _pair(play, language, show)
    if shown is None:
        return tag("p", text("level.same_maps", language), class_="il-muted")
    return tag(
        "details", tag("summary", text("level.maps", language)),
        tag("div", tag("span", text("level.no_ids", language), class_="il-muted"),
            zoom_buttons(language, "maps"), class_="il-row"),
        tag("div", shown, class_="il-level-maps"), id="maps", open=opened)


def still(play: Play, language: str) -> Html:
    """Return both for a page without a kernel and without our style sheets, folded away."""
    if not play.level.picture:
        return EMPTY

    def show(name: str, drawing: Map, said: str) -> Html:
        svg = labelled_svg(drawing, language, said)
        if svg is None:
            return join(tag("p", text("live.no_picture", language)),
                        tag("pre", map_text(drawing, language)))
        return image(svg, said)

    shown = _pair(play, language, show)
    if shown is None:
        return tag("div", text("level.same_maps", language), style="margin:.3em 0")
    return tag(
        "details", tag("summary", text("level.maps", language), style="cursor:pointer"),
        tag("div", text("level.no_ids", language), style="margin:.3em 0"),
        tag("div", shown, style="display:flex;flex-wrap:wrap;gap:1em;align-items:flex-start"))


def _pair(play: Play, language: str, show: _Show) -> Html | None:
    """Return both under their headings; None where they look the same."""
    assert play.verdict is not None, "it has been checked"
    held = play.measure
    now, goal = beside(held.start, play.verdict.state, held.solved)
    if dot(now, language, None) == dot(goal, language, None):
        return None
    return join(_section("now", now, language, show), _section("goal", goal, language, show))


def _section(name: str, drawing: Map, language: str, show: _Show) -> Html:
    heading, counts = text(f"level.{name}", language), words.title(drawing, language)
    shown = show(name, drawing, f"{heading}: {counts}") if drawing.nodes else tag(
        "p", text("level.not_there", language))
    return tag("section", tag("h4", heading, style="margin:.3em 0"), shown)
