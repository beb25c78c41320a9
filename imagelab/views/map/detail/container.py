"""A container in full: state, image, and what it has written."""

from __future__ import annotations

from imagelab.messages import text as message
from imagelab.model.state import State
from imagelab.views import words
from imagelab.views.files import file_changes
from imagelab.views.html import Html, join, tag
from imagelab.views.map import ContainerNode, Map
from imagelab.views.map.detail.parts import buttons, facts, file_list, identifier, section


def container_detail(node: ContainerNode, drawing: Map, state: State, language: str) -> Html:
    """Return what there is to know about a container.

    Args:
        node: the container.
        drawing: the map it is in.
        state: one that has the container.
        language: of the texts.
    """
    container = state.containers[node.id]
    image = buttons(drawing, [f"image {node.image_id}"], language)
    gone = message("detail.image_gone", language, image=words.printable(node.image))
    layers = [each.head for each in drawing.edges
              if each.kind == "writable" and each.tail == node.key]
    became = [each.head for each in drawing.edges
              if each.kind == "commit" and each.tail == node.key]
    return join(
        facts([
            (message("detail.container_id", language), identifier(node.id)),
            (message("detail.status", language), words.status(node, language)),
            (message("detail.command", language),
             tag("code", words.printable(" ".join(container.command)))),
        ]),
        section(message("detail.image", language), image or tag("p", gone)),
        section(message("detail.stands_on", language), buttons(drawing, layers, language)),
        section(f"docker diff · {words.writable(node, language)}",
                file_list(file_changes(container.changes, container.layer), language)),
        section("docker commit", buttons(drawing, became, language)))
