"""An image in full: names, family, ``docker history`` and ``docker inspect``."""

from __future__ import annotations

from imagelab.engine.history import history
from imagelab.engine.inspect import inspect_image
from imagelab.formats.gotime import SECOND, format_time
from imagelab.messages import text as message
from imagelab.model.image import short_id
from imagelab.model.state import State
from imagelab.views import words
from imagelab.views.html import Html, join, tag
from imagelab.views.map import ImageNode, Map
from imagelab.views.map.detail.json_tree import json_tree
from imagelab.views.map.detail.parts import (
    MAX_ROWS,
    buttons,
    facts,
    identifier,
    more,
    reasons,
    section,
)


def image_detail(node: ImageNode, drawing: Map, state: State, language: str) -> Html:
    """Return what there is to know about an image.

    Args:
        node: the image.
        drawing: the map it is in.
        state: one that has the image.
        language: of the texts.
    """
    image = state.images[node.id]
    edges = drawing.edges
    names = [each.tail for each in edges if each.kind == "name" and each.head == node.key]
    parents = [each.head for each in edges if each.kind == "parent" and each.tail == node.key]
    children = [each.tail for each in edges if each.kind == "parent" and each.head == node.key]
    containers = [each.key for each in drawing.containers if each.image_id == node.id]
    layers = [f"layer {chain_id}" for chain_id in reversed(image.chain_ids)]
    return join(
        facts([
            (message("name.id", language), identifier(node.id)),
            (message("detail.size", language), words.size(node.size)),
            (message("detail.created", language), words.printable(image.created)),
            (message("detail.author", language), words.printable(image.author)),
            (message("detail.comment", language), words.printable(image.comment)),
        ]),
        _nameless(node, language),
        reasons(node, language),
        section(message("detail.names", language, count=len(names)),
                buttons(drawing, names, language)),
        section(message("detail.parent", language), buttons(drawing, parents, language)),
        section(message("detail.children", language, count=len(children)),
                buttons(drawing, children, language)),
        section(message("detail.containers", language, count=len(containers)),
                buttons(drawing, containers, language)),
        section(message("detail.layers", language, count=len(layers)),
                buttons(drawing, layers, language)),
        section("docker history", _history(state, node.id, language)),
        section("docker inspect", json_tree([inspect_image(state, node.id)], language)))


def _nameless(node: ImageNode, language: str) -> Html | None:
    if node.dangling:
        return tag("p", message("detail.dangling_is", language), class_="il-note")
    if node.intermediate:
        return tag("p", message("detail.intermediate_is", language), class_="il-note")
    return None


def _history(state: State, image_id: str, language: str) -> Html:
    """Return the table that the command prints, the times in full."""
    rows = history(state, image_id)
    head = tag("tr", [tag("th", each, scope="col")
                      for each in ("IMAGE", "CREATED", "CREATED BY", "SIZE", "COMMENT")])
    body = [tag(
        "tr",
        tag("td", short_id(row["Id"]) if row["Id"] != "<missing>" else row["Id"]),
        tag("td", format_time(row["Created"] * SECOND) if row["Created"] else ""),
        tag("td", words.printable(row["CreatedBy"])[:300], class_="il-mono"),
        tag("td", words.size(row["Size"]), class_="il-number"),
        tag("td", words.printable(row["Comment"])[:300])) for row in rows[:MAX_ROWS]]
    table = tag("table", tag("thead", head), tag("tbody", body), class_="il-table")
    # A table that is too wide for its place scrolls; so one has to get there by keyboard.
    return join(
        tag("div", table, class_="il-map-scroll", tabindex="0", role="region", id="detail-history",
            aria_label="docker history"),
        (len(rows) > MAX_ROWS and tag("ul", more(len(rows) - MAX_ROWS, language))) or None)
