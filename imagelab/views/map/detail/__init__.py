"""What one node of the map is, in full: shown at the side when it is selected."""

from __future__ import annotations

from imagelab.messages import text as message
from imagelab.model.image import short_id
from imagelab.model.state import State
from imagelab.views import words
from imagelab.views.html import Html, join, tag
from imagelab.views.map import ContainerNode, FoldNode, ImageNode, LayerNode, Map, NameNode, Node
from imagelab.views.map.detail.container import container_detail
from imagelab.views.map.detail.image import image_detail
from imagelab.views.map.detail.layer import layer_detail
from imagelab.views.map.detail.parts import badge, buttons, facts, identifier, section

__all__ = ["detail"]


def detail(
    node: Node, drawing: Map, after: State, before: State | None, language: str,
) -> Html:
    """Return what there is to know about a node.

    Nodes that it has to do with are buttons: they say ``select`` and a key; the one of a fold
    says ``open`` and the fold's key.

    Args:
        node: of the map or of a folded one.
        drawing: the whole map.
        after: the state that the map is of.
        before: the state that it is compared with, where what was deleted is found.
        language: of the texts.
    """
    title = tag("h3", _title(node, language), badge(node.mark, language))
    return join(title, _body(node, drawing, after, before or after, language))


def _body(node: Node, drawing: Map, after: State, before: State, language: str) -> Html:
    if isinstance(node, NameNode):
        return _name(node, drawing, language)
    if isinstance(node, ImageNode):
        return image_detail(node, drawing, after if node.id in after.images else before, language)
    if isinstance(node, LayerNode):
        here = after if node.chain_id in after.layers else before
        return layer_detail(node, drawing, here, language)
    if isinstance(node, ContainerNode):
        here = after if node.id in after.containers else before
        return container_detail(node, drawing, here, language)
    return _fold(node, drawing, language)


def _title(node: Node, language: str) -> str:
    if isinstance(node, NameNode):
        return message("map.reason_reference", language, who=words.printable(node.text))
    if isinstance(node, ImageNode):
        return message("map.image", language, id=short_id(node.id))
    if isinstance(node, LayerNode):
        return message("map.layer", language, id=short_id(words.printable(node.diff_id)))
    if isinstance(node, ContainerNode):
        return message("map.container", language, id=words.printable(node.name))
    return words.folded(node, language)[0]


def _name(node: NameNode, drawing: Map, language: str) -> Html:
    heads = [edge.head for edge in drawing.edges if edge.tail == node.key]
    others = [edge.tail for edge in drawing.edges
              if edge.kind == "name" and edge.head in heads and edge.tail != node.key]
    return join(
        tag("p", message("detail.name_is", language)),
        facts([
            (message("detail.points_at", language), buttons(drawing, heads, language)),
            (message("name.digest", language), node.digest and identifier(node.digest)),
        ]),
        node.digest and tag("p", message("detail.digest_is", language), class_="il-muted"),
        section(message("detail.other_names", language),
                buttons(drawing, dict.fromkeys(others), language)))


def _fold(node: FoldNode, drawing: Map, language: str) -> Html:
    return join(
        tag("p", message(f"detail.fold_{node.kind}", language)),
        facts([(message("detail.size", language), words.size(node.size) if node.size else None)]),
        tag("p", tag("button", message("detail.open", language), type="button",
                     class_="il-button", id="detail-open", data_click="open",
                     data_value=node.key)),
        buttons(drawing, node.members, language))
