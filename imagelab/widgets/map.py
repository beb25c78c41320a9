"""The layer map alive: boxes to click on, details at the side, search and filters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from imagelab.messages import text as message
from imagelab.model.state import State
from imagelab.views.html import EMPTY, Html, join, tag
from imagelab.views.map import FoldNode, Map, layer_map
from imagelab.views.map.detail import detail
from imagelab.views.map.detail.parts import buttons
from imagelab.views.map.dot import dot
from imagelab.views.map.fold import MAX_NODES, folded
from imagelab.views.map.search import FILTERS, MAX_LETTERS, find
from imagelab.views.map.svg import interactive_svg, map_heading, node_buttons
from imagelab.views.map.text import text
from imagelab.views.picture import Picture
from imagelab.views.words import printable, title
from imagelab.widgets.drawing import zoom_buttons
from imagelab.widgets.pane import Pane


@dataclass(frozen=True)
class Scene:
    """What a map is of.

    Attributes:
        after: the state.
        before: the state that it is compared with; None for none.
        caption: what the map is about; empty for the lab as it is.
    """

    after: State
    before: State | None = None
    caption: str = ""


class MapPane(Pane):
    """The map, its controls, and the details of the node that is selected."""

    def __init__(self, scene: Callable[[], Scene], language: Callable[[], str]) -> None:
        """Show what a function tells each time.

        Args:
            scene: see there.
            language: of the texts.
        """
        self._scene = scene
        self._language = language
        self._selected = ""
        self._wanted: tuple[str, ...] = ()  # nodes that a learner asked to have drawn
        self._query = ""
        self._filters: frozenset[str] = frozenset()
        self._clears = 0
        self._reveal = ""  # a selector of what is to be scrolled to
        self._reveals = 0
        self._whole: tuple[Scene, Map] | None = None
        self._found: tuple[tuple[object, ...], tuple[str, ...]] | None = None
        self._drawn: tuple[Map, tuple[str, ...], Map] | None = None

    # --- what was done ---------------------------------------------------------------------

    def act(self, action: str, value: Any) -> None:
        """Select a node, search, filter, open and close folds."""
        if action in ("select", "search", "filter"):
            self._reveals += 1
            self._reveal = '[aria-pressed="true"]' if action == "select" else ".il-found"
        match action, value:
            case "select", str(key):
                self._select(key)
            case "open", str(key):
                fold = self._drawing().by_key.get(key)
                if isinstance(fold, FoldNode):
                    self._want(fold.members)
                    self._selected = ""
            case "fold", _:
                self._wanted = ()
            case "search", str(query):
                self._query = query[:MAX_LETTERS]
            case "filter", [str(name), bool(chosen)] if name in FILTERS:
                self._filters = self._filters | {name} if chosen else self._filters - {name}
            case "clear", _:
                self._query, self._filters = "", frozenset()
                self._clears += 1

    def _select(self, key: str) -> None:
        drawing = self._drawing()
        if key not in drawing.by_key and key not in self._map().by_key:
            return
        if key not in drawing.by_key:
            self._want((key,))
        self._selected = "" if key == self._selected else key

    def _want(self, keys: Iterable[str]) -> None:
        self._wanted = tuple(dict.fromkeys((*keys, *self._wanted)))[:4 * MAX_NODES]

    # --- what is shown ---------------------------------------------------------------------

    def draw(self) -> Mapping[str, Html]:
        """Return the map, what one can do with it above, and the details beside it."""
        language = self._language()
        drawing = self._drawing()
        heading = join(map_heading(drawing, language, self._scene().caption))
        if not drawing.nodes:
            return {"head": heading, "main": tag("p", message("map.empty_next", language))}
        return {
            "head": join(heading, self._controls(language)),
            "main": self._picture(drawing, language),
            "side": self._details(drawing, language),
        }

    def _map(self) -> Map:
        scene = self._scene()
        if self._whole is None or not _same(self._whole[0], scene):
            self._whole = scene, layer_map(scene.after, scene.before)
        return self._whole[1]

    def _drawing(self) -> Map:
        """Return the map that is drawn; it is the same object as long as it need not change."""
        whole = self._map()
        focus = (*self._wanted[:1], *self._matches(), *self._wanted[1:])
        if self._drawn is None or self._drawn[0] is not whole or self._drawn[1] != focus:
            self._drawn = whole, focus, folded(whole, focus)
        return self._drawn[2]

    @property
    def _searching(self) -> bool:
        return bool(self._query.strip() or self._filters)

    def _matches(self) -> tuple[str, ...]:
        if not self._searching:
            return ()
        asked = (self._map(), self._query, self._filters)
        if self._found is None or any(
                one is not other for one, other in zip(self._found[0], asked, strict=True)):
            layers = self._scene().after.layers
            self._found = asked, find(self._map(), self._query, self._filters, layers)
        return self._found[1]

    def _picture(self, drawing: Map, language: str) -> Html:
        caption = self._scene().caption
        found = self._marked(drawing)
        svg = interactive_svg(drawing, language, caption, self._selected, found)
        if svg is not None:
            token = f"{self._reveals} {caption}" if self._reveals else caption
            return tag("div", svg, id="map-canvas", data_zoom=True, tabindex="0", role="region",
                       data_reveal=token or None, data_reveal_at=self._reveal or None,
                       aria_label=message("map.canvas", language))
        return join(
            tag("p", message("live.no_picture", language), class_="il-note"),
            tag("pre", text(drawing, language, caption), id="map-text", tabindex="0"),
            tag("h4", message("map.boxes", language)),
            node_buttons(drawing, language, self._selected, found))

    def _marked(self, drawing: Map) -> frozenset[str] | None:
        """Return what was found, as far as it is drawn, and folds that hold some of it."""
        if not self._searching:
            return None
        found = frozenset(self._matches())
        folds = (node for node in drawing.nodes if isinstance(node, FoldNode))
        return found.union(each.key for each in folds if not found.isdisjoint(each.members))

    def _details(self, drawing: Map, language: str) -> Html:
        whole, scene = self._map(), self._scene()
        node = drawing.by_key.get(self._selected) or whole.by_key.get(self._selected)
        if node is None and self._matches():
            return _list(whole, self._matches(), language)
        if node is None:
            return tag("p", message("detail.nothing", language), class_="il-muted")
        said = detail(node, whole, scene.after, scene.before, language)
        return tag("section", said, class_="il-panel il-detail", id="map-detail",
                   aria_label=message("detail.title", language))

    # --- controls --------------------------------------------------------------------------

    def _controls(self, language: str) -> Html:
        return tag(
            "div", self._search(language), self._choices(language),
            zoom_buttons(language, "map"),
            tag("p", self._said(language), role="status", id="map-found", class_="il-map-found"),
            class_="il-row il-map-controls")

    def _search(self, language: str) -> Html:
        return tag(
            "label", message("map.search", language), " ",
            tag("input", type="search", id="map-search", class_="il-input", value=self._query,
                placeholder=message("map.search_hint", language), data_input="search",
                data_reset=self._clears, autocomplete="off", spellcheck="false"))

    def _choices(self, language: str) -> Html:
        names = [name for name in FILTERS
                 if name != "changed" or self._scene().before is not None]
        boxes = [tag("label", tag("input", type="checkbox", id=f"map-filter-{name}",
                                  data_input="filter", data_value=name,
                                  checked=name in self._filters),
                     " ", message(f"map.filter_{name}", language)) for name in names]
        return tag("fieldset", tag("legend", message("map.filters", language)), boxes,
                   class_="il-map-filters")

    def _said(self, language: str) -> Html:
        """Say how much was found, and offer to end the search, and what was opened."""
        parts = []
        if self._searching:
            found = self._matches()
            drawn = sum(key in self._drawing().by_key for key in found)
            key = "map.matches" if drawn == len(found) else "map.matches_drawn"
            said = message(key, language, count=len(found), drawn=drawn)
            parts.append(tag("span", said if found else message("map.no_match", language)))
            parts.append(_button("map-clear", "clear", message("map.clear", language)))
        if self._wanted:
            parts.append(_button("map-fold", "fold", message("map.fold_all", language)))
        return join(parts) if parts else EMPTY


def still(scene: Scene, language: str) -> Picture:
    """Return the picture of a scene with its text twin."""
    drawing = folded(layer_map(scene.after, scene.before))
    alternative = ". ".join(filter(None, (printable(scene.caption), title(drawing, language))))
    return Picture(dot(drawing, language, scene.caption), text(drawing, language, scene.caption),
                   alternative, language)


def _list(whole: Map, found: tuple[str, ...], language: str) -> Html:
    """Return what was found as buttons: the map may be too large to see all of it at once."""
    return tag("section", tag("h3", message("map.matches", language, count=len(found))),
               buttons(whole, found, language), class_="il-panel il-detail", id="map-matches")


def _same(one: Scene, other: Scene) -> bool:
    """Whether two scenes are of the same states, which are large: looked at, not compared."""
    return one.after is other.after and one.before is other.before


def _button(identifier: str, action: str, label: str) -> Html:
    return tag("button", label, type="button", class_="il-button", id=identifier,
               data_click=action)
