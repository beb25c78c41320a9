"""The layers of an image, alive: their stack, their files, one file, and what is wasted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from imagelab.daemon import Daemon
from imagelab.engine.lookup import find_image
from imagelab.messages import text as message
from imagelab.model.image import Image
from imagelab.model.layer import Layer
from imagelab.model.outcome import EngineError
from imagelab.model.tree import name_of
from imagelab.views.html import Html, join, tag
from imagelab.views.layers import overlay
from imagelab.views.layers.file_html import file
from imagelab.views.layers.file_tree import MAX_ROWS, Mode, Selection, names, place
from imagelab.views.layers.path_key import path_of
from imagelab.views.layers.stack import stack
from imagelab.views.layers.tree_html import Look, tree
from imagelab.views.layers.waste_html import wasted
from imagelab.views.sharing import commands, tagged
from imagelab.views.words import printable
from imagelab.widgets.pane import Pane

#: Images to choose from, and entries of a layer small enough to be shown all at once.
MAX_IMAGES = 300
_SMALL = 40
#: Letters that name an image: no reference has as many.
_MAX_REF = 1000


@dataclass
class _Shown:
    """What a learner looks at; the image's own changes leave it as far as they can."""

    image: str = ""
    depth: int = 0
    mode: Mode = Mode.LAYER
    chosen: str = ""
    only_changes: bool = False
    open: set[str] = field(default_factory=set)
    starts: dict[str, int] = field(default_factory=dict)


class LayersPane(Pane):
    """The view of one image, and of another one that is chosen there."""

    def __init__(self, daemon: Daemon, language: Callable[[], str], ref: str) -> None:
        """Show an image.

        Args:
            daemon: whose lab it is in.
            language: of the texts.
            ref: the image, as one types it.
        """
        self._daemon = daemon
        self._language = language
        self._ref = ref
        self._shown = _Shown()

    def draw(self) -> Mapping[str, Html]:
        """Return the view; nothing but a word and other images if the image is gone."""
        language = self._language()
        image = self._image()
        if image is None:
            gone = message("layers.gone", language, name=printable(self._ref))
            other = message("layers.gone_other", language)
            return {"head": join(self._chooser(), tag("p", gone, " ", other, class_="il-note",
                                                      role="status"))}
        top = self._daemon.state.layer_of(image)
        if top is None:
            return {"head": self._chooser(),
                    "main": tag("p", message("layers.none", language))}
        self._follow(image, top)
        made = dict(commands(image))
        selection = self._selection(top)
        shown = self._shown
        look = Look(shown.open, shown.starts, shown.chosen, shown.only_changes)
        is_layer = shown.mode is not Mode.IMAGE
        return {
            "head": join(self._chooser(), self._controls()),
            "main": tag("div", stack(top, selection.top, made, is_layer, language),
                        tree(selection, look, language), class_="il-layers il-wide"),
            "side": file(selection, top, shown.chosen, made, language),
            "foot": wasted(top, language),
        }

    # --- what is looked at -----------------------------------------------------------------

    def _image(self) -> Image | None:
        try:
            return find_image(self._daemon.state, self._ref)
        except EngineError:
            return None

    def _follow(self, image: Image, top: Layer) -> None:
        """Start at the topmost layer of an image that was not shown before."""
        if image.id != self._shown.image:
            self._shown = _Shown(image.id, only_changes=self._shown.only_changes)
            self._choose_layer(top, top.depth)

    def _selection(self, top: Layer) -> Selection:
        if self._shown.mode is Mode.IMAGE:
            return Selection(top, Mode.IMAGE)
        return Selection(top.stack[self._shown.depth - 1], self._shown.mode)

    def _choose_layer(self, top: Layer, depth: int) -> None:
        """Look at a layer; a small one with all folders open."""
        self._shown.depth = depth
        layer = top.stack[depth - 1]
        folders = overlay.index(layer).names
        if max(len(layer.changes), len(folders)) <= _SMALL:
            self._shown.open.update(folders)

    # --- drawing ---------------------------------------------------------------------------

    def _chooser(self) -> Html:
        language = self._language()
        known = [name for name, _ in tagged(self._daemon.state)][:MAX_IMAGES]
        if self._ref not in known:
            known.insert(0, self._ref)
        options = (tag("option", printable(name), value=name, selected=name == self._ref)
                   for name in known)
        title = message("layers.title", language, name=printable(self._ref))
        return join(
            tag("h3", title),
            tag("div", tag("label", message("layers.image", language), for_="image"),
                tag("select", options, id="image", class_="il-input", data_input="image"),
                class_="il-row"))

    def _controls(self) -> Html:
        language = self._language()
        modes = (tag("button", message(f"layers.mode_{mode.value}", language), type="button",
                     id=f"mode-{mode.value}", class_="il-button", data_click="mode",
                     data_value=mode.value,
                     aria_pressed="true" if mode is self._shown.mode else "false")
                 for mode in Mode)
        only = tag("label", tag(
            "input", type="checkbox", id="only-changes", data_input="only_changes",
            checked=self._shown.only_changes), " ", message("layers.only_changes", language))
        return tag("div", tag("div", modes, role="group", class_="il-row",
                              aria_label=message("layers.modes", language)), only,
                   class_="il-row il-layers-controls")

    # --- acting ----------------------------------------------------------------------------

    def act(self, action: str, value: Any) -> None:
        """Take note of what was clicked or typed."""
        if action == "image" and isinstance(value, str):
            self._ref = value[:_MAX_REF]
            return
        image = self._image()
        top = self._daemon.state.layer_of(image) if image else None
        if image is None or top is None:
            return
        self._follow(image, top)
        if action == "only_changes":
            self._shown.only_changes = value is True
        elif action == "folder" and isinstance(value, list) and len(value) == 2:
            self._toggle(value[0], value[1] is True)
        elif isinstance(value, str):
            self._click(action, value, top)

    def _toggle(self, folder: Any, is_open: bool) -> None:
        if isinstance(folder, str):
            change = self._shown.open.add if is_open else self._shown.open.discard
            change(path_of(folder))

    def _click(self, action: str, value: str, top: Layer) -> None:
        number, _, rest = value.partition(" ")
        if action == "file":
            self._shown.chosen = path_of(value)
        elif action == "mode" and value in {mode.value for mode in Mode}:
            self._shown.mode = Mode(value)
        elif action == "rows" and (start := _natural(number)) is not None:
            self._shown.starts[path_of(rest)] = start
        elif depth := _natural(number):
            if depth <= top.depth and action == "layer":
                self._look_at(top, depth)
            elif depth <= top.depth and action == "reveal":
                self._reveal(top, depth, path_of(rest))

    def _look_at(self, top: Layer, depth: int) -> None:
        if self._shown.mode is Mode.IMAGE:
            self._shown.mode = Mode.LAYER
        self._choose_layer(top, depth)

    def _reveal(self, top: Layer, depth: int, path: str) -> None:
        """Show an entry of a layer in the tree, with what it hides."""
        shown = self._shown
        shown.mode = Mode.MERGED
        shown.only_changes = False
        self._choose_layer(top, depth)
        shown.chosen = path
        shown.open.update(overlay.folders(path))
        selection = self._selection(top)
        here = place(selection, "")
        for inner in (*overlay.folders(path)[1:], path):
            listed = names(selection, here)
            if name_of(inner) in listed:
                at = listed.index(name_of(inner))
                shown.starts[here.path] = at - at % MAX_ROWS
            here = here.inside(inner)


def _natural(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None
