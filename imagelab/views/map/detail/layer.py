"""A layer in full: its two digests, who uses it, and the files it adds, changes and removes."""

from __future__ import annotations

from functools import lru_cache

from imagelab.engine.usage import needs_of_layer
from imagelab.messages import text as message
from imagelab.model.layer import Layer
from imagelab.model.state import State
from imagelab.views import words
from imagelab.views.files import FileChange, file_changes
from imagelab.views.html import Html, join, tag
from imagelab.views.map import LayerNode, Map
from imagelab.views.map.detail.parts import buttons, facts, file_list, identifier, reasons, section


def layer_detail(node: LayerNode, drawing: Map, state: State, language: str) -> Html:
    """Return what there is to know about a layer.

    Args:
        node: the layer.
        drawing: the map it is in.
        state: one that has the layer.
        language: of the texts.
    """
    layer = state.layers[node.chain_id]
    command = words.command(node.command)
    having = [f"image {each.id}" for each in state.images.values()
              if node.chain_id in each.chain_ids]
    users = [f"{each.kind} {each.id}" for each in needs_of_layer(state, node.chain_id)]
    return join(
        facts([
            ("DiffID", [identifier(node.diff_id),
                        tag("p", message("detail.diff_id_is", language), class_="il-muted")]),
            ("ChainID", [identifier(node.chain_id),
                         tag("p", message("detail.chain_id_is", language), class_="il-muted")]),
            (message("detail.size", language), words.size(node.size)),
            (message("detail.made_by", language), command and tag("code", command)),
            ("docker commit", ", ".join(map(words.printable, node.committed))),
        ]),
        reasons(node, language),
        section(message("detail.files", language), file_list(_changes(layer), language)),
        section(message("detail.references", language, count=len(users)),
                tag("p", message("detail.references_are", language), class_="il-muted"),
                buttons(drawing, users, language)),
        section(message("detail.below", language), buttons(
            drawing, [f"layer {layer.parent.chain_id}"] if layer.parent else [], language)),
        section(message("detail.in_images", language, count=len(having)),
                buttons(drawing, having, language)))


@lru_cache(maxsize=16)  # a base has thousands, and is drawn again at every click
def _changes(layer: Layer) -> tuple[FileChange, ...]:
    return file_changes(layer.changes, layer.parent)
