"""The stack of an image's layers as buttons: sizes, what made each, and how much each changes."""

from __future__ import annotations

from collections.abc import Mapping

from imagelab.messages import text as message
from imagelab.model.image import short_id
from imagelab.model.layer import Layer
from imagelab.views.html import Html, tag
from imagelab.views.layers.file_tree import Selection
from imagelab.views.layers.tree_counts import NONE, counts
from imagelab.views.layers.words import mark
from imagelab.views.words import command, printable, size

#: Layers that have a button. An image that a daemon runs has no more than 127.
MAX_LAYERS = 200
_MAX_COMMAND = 120


def stack(
    top: Layer, chosen: Layer, made: Mapping[str, str], pressed: bool, language: str,
) -> Html:
    """Return the layers up to one, the topmost first, one of them chosen.

    Args:
        top: the topmost layer.
        chosen: the layer that is looked at.
        made: the history entry behind each layer, by ChainID.
        pressed: whether a layer is looked at at all, and not the whole image.
        language: of the texts.
    """
    layers = top.stack[::-1]
    heaviest = max(layer.size for layer in layers) or 1
    rows = [_button(layer, made.get(layer.chain_id, ""), pressed and layer == chosen,
                    layer.size / heaviest, language) for layer in layers[:MAX_LAYERS]]
    if more := layers[MAX_LAYERS:]:
        rows.append(tag("li", message("layers.folded", language, count=len(more)),
                        class_="il-muted"))
    return tag("div", tag("h4", message("layers.stack", language), id="stack-title"),
               tag("ol", rows, class_="il-stack", aria_labelledby="stack-title"),
               class_="il-stack-part")


def _button(layer: Layer, made: str, pressed: bool, share: float, language: str) -> Html:
    said = command(made)[:_MAX_COMMAND] or message("layers.no_command", language)
    head = tag(
        "span", tag("b", message("layers.number", language, number=layer.depth)),
        tag("span", size(layer.size), class_="il-stack-size"), class_="il-stack-head")
    bar = tag("span", tag("span", style=f"width:{share * 100:.1f}%"), class_="il-bar")
    return tag("li", tag(
        "button", head, bar, tag("span", said, class_="il-stack-command"),
        tag("span", _digest(layer), _tally(layer, language), class_="il-stack-counts"),
        type="button", id=f"layer-{layer.depth}", class_="il-button il-layer",
        data_click="layer", data_value=layer.depth,
        aria_pressed="true" if pressed else "false"))


def _digest(layer: Layer) -> Html:
    return tag("span", short_id(printable(layer.diff_id)), class_="il-mono il-muted")


def _tally(layer: Layer, language: str) -> list[Html]:
    """Count what a layer adds, changes and removes; nothing for an empty one."""
    found = counts(Selection(layer)).get("", NONE)
    numbers = zip("+~-", (found.added, found.changed, found.whiteouts), strict=True)
    return [tag("span", mark(symbol, language), f"{number:,}", class_="il-tally")
            for symbol, number in numbers if number]
