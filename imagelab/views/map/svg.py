"""The layer map to click on: the picture's SVG, each box a button that tells its node's key."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection
from functools import lru_cache
from xml.etree import ElementTree

from imagelab.messages import text as message
from imagelab.views import words
from imagelab.views.html import Html, join, raw, tag
from imagelab.views.map import Map, NameNode, Node
from imagelab.views.map.boxes import heading, lines_of
from imagelab.views.map.dot import dot
from imagelab.views.render import render

_SVG = "{http://www.w3.org/2000/svg}"
#: Drawings that are kept: those of the steps that a learner goes to and fro between.
_KEPT = 64


def interactive_svg(
    drawing: Map, language: str, caption: str = "", selected: str = "",
    found: Collection[str] | None = None,
) -> Html | None:
    """Return a map whose boxes can be clicked; None where no program can draw it.

    A click says ``select`` and the node's key. Captions and legends are not in the SVG but in
    :func:`map_heading`. Rendering is done once for all calls that differ in nothing but the last
    three arguments.

    Args:
        drawing: the map, folded.
        language: of its texts.
        caption: what the picture is about, for screen readers.
        selected: key of the node that is pressed.
        found: keys of the nodes that a search found; None for no search.
    """
    svg = _rendered(dot(drawing, language, None))
    if svg is None:
        return None
    root = ElementTree.fromstring(svg)
    said = ". ".join(filter(None, (words.printable(caption), words.title(drawing, language))))
    root.set("role", "group")
    root.set("aria-label", message("map.picture", language, said=said))
    root.set("class", "il-map")
    for group in root.iter(f"{_SVG}g"):
        classes = (group.get("class") or "").split()
        if "node" in classes:
            node = drawing.nodes[int((group.get("id") or "").removeprefix("n"))]
            _as_button(group, node, language, node.key == selected, found)
        elif "edge" in classes:
            group.set("aria-hidden", "true")
            group.attrib.pop("id", None)
        elif "graph" in classes:
            group.attrib.pop("id", None)
    return raw(ElementTree.tostring(root, encoding="unicode"))


def labelled_svg(drawing: Map, language: str, alternative: str) -> Html | None:
    """Return a map to look at, in the colours of the page; None where no program can draw it.

    Args:
        drawing: the map, folded.
        language: of its texts.
        alternative: the same in a sentence or two, for those who cannot see it.
    """
    svg = _rendered(dot(drawing, language, None))
    if svg is None:
        return None
    root = ElementTree.fromstring(svg)
    root.set("aria-label", alternative)
    root.set("class", "il-map")
    return raw(ElementTree.tostring(root, encoding="unicode"))


def map_heading(drawing: Map, language: str, caption: str = "") -> Html:
    """Return what stands above a map: its caption or counts as a heading, sizes and legend."""
    first, *more = heading(drawing, language, caption)
    return join(tag("h3", first.left),
                [tag("p", line.left, class_="il-map-line") for line in more])


def node_buttons(
    drawing: Map, language: str, selected: str = "", found: Collection[str] | None = None,
) -> Html:
    """Return the boxes of a map as a list of buttons, for where no program can draw it."""
    return tag("ul", [
        tag("li", tag(
            "button", _label(node, language, found), type="button", class_="il-button",
            id=_element_id(node.key), data_click="select", data_value=node.key,
            aria_pressed=_bool(node.key == selected)))
        for node in drawing.nodes], class_="il-map-list")


def _as_button(
    group: ElementTree.Element, node: Node, language: str, pressed: bool,
    found: Collection[str] | None,
) -> None:
    for name, value in (
        ("id", _element_id(node.key)), ("tabindex", "0"), ("role", "button"),
        ("aria-label", _label(node, language, found)), ("aria-pressed", _bool(pressed)),
        ("data-click", "select"), ("data-value", words.printable(node.key)),
    ):
        group.set(name, value)
    if found is None:
        return
    hit = node.key in found
    group.set("class", f"{group.get('class')} {'il-found' if hit else 'il-aside'}")
    if hit:
        _flag(group)


def _flag(group: ElementTree.Element) -> None:
    """Put a sign at the upper left corner of a box: what was found shows without colour too."""
    shape = group.find(f"{_SVG}polygon")
    points = shape.get("points") if shape is not None else None
    if points is None:
        shape = group.find(f"{_SVG}path")
        points = (shape.get("d") if shape is not None else None) or "0,0"
    numbers = [float(each) for each in re.findall(r"-?[\d.]+", points)]
    flag = ElementTree.SubElement(group, f"{_SVG}text", {
        "class": "il-flag", "x": f"{min(numbers[::2]) - 6:g}", "y": f"{min(numbers[1::2]) + 7:g}",
        "aria-hidden": "true"})
    flag.text = "◆"


def _label(node: Node, language: str, found: Collection[str] | None) -> str:
    """Return what a box says, in one line."""
    lines = [f"{line.left} {line.right}".strip() for line in lines_of(node, language)]
    if isinstance(node, NameNode):
        lines[0] = message("map.reason_reference", language, who=lines[0])
    if found is not None and node.key in found:
        lines.append(message("map.found", language))
    return ", ".join(filter(None, lines))


def _element_id(key: str) -> str:
    """Return an ID for a node's element: keys may hold anything."""
    return f"map-{hashlib.sha256(key.encode('utf-8', 'replace')).hexdigest()[:16]}"


def _bool(value: bool) -> str:
    return "true" if value else "false"


def _rendered(source: str) -> str | None:
    try:
        return _kept(source)
    except _NotDrawn:
        return None


class _NotDrawn(Exception):
    """No program could draw it, this time; exceptions are not kept."""


@lru_cache(maxsize=_KEPT)
def _kept(source: str) -> str:
    svg = render(source)
    if svg is None:
        raise _NotDrawn
    return svg
