"""The pieces that all details are made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from imagelab.messages import text as message
from imagelab.model.image import short_id
from imagelab.views import words
from imagelab.views.files import FileChange
from imagelab.views.html import EMPTY, Child, Html, join, tag
from imagelab.views.map import ContainerNode, ImageNode, LayerNode, Map, Mark, NameNode, Node

#: Buttons, files and rows that are shown before "… more".
MAX_BUTTONS, MAX_FILES, MAX_ROWS = 60, 40, 40
_KINDS = {"+": "added", "~": "changed", "-": "removed"}


def badge(mark: Mark, language: str) -> Html:
    """Say what happened to a node; nothing if nothing did."""
    if mark is Mark.KEPT:
        return EMPTY
    return join(" ", tag("span", words.mark(mark, language),
                         class_=f"il-badge il-mark-{mark.value}"))


def section(title: str, *children: Child) -> Html:
    """Return a part with a heading; nothing if there is nothing in it."""
    inside = join(*children)
    return join(tag("h4", title), inside) if inside else EMPTY


def facts(rows: Iterable[tuple[str, Child]]) -> Html:
    """Return terms with what they are; those that are empty are left out."""
    shown = [(term, join(value)) for term, value in rows]
    return tag("dl", [(tag("dt", term), tag("dd", value)) for term, value in shown if value],
               class_="il-map-facts")


def identifier(value: str) -> Html:
    """Return an ID in full; digests that an image names may be anything."""
    return tag("code", words.printable(value), class_="il-map-id")


def go(node: Node, language: str, name: str = "") -> Html:
    """Return a button that selects a node."""
    return tag("button", _label(node, language, name), type="button", class_="il-button il-go",
               data_click="select", data_value=node.key)


def buttons(drawing: Map, keys: Iterable[str], language: str) -> Html:
    """Return buttons for some nodes of a map, in a list; nothing if there are none."""
    names = _names(drawing)
    nodes = [drawing.by_key[key] for key in keys if key in drawing.by_key]
    if not nodes:
        return EMPTY
    rows = [tag("li", go(node, language, names.get(node.key, ""))) for node in nodes[:MAX_BUTTONS]]
    return tag("ul", rows, more(len(nodes) - MAX_BUTTONS, language), class_="il-go-list")


def more(count: int, language: str) -> Html:
    """Say how many are left out; nothing if none are."""
    if count <= 0:
        return EMPTY
    return tag("li", message("map.more_files", language, count=count), class_="il-muted")


def reasons(node: ImageNode | LayerNode, language: str) -> Html:
    """Say why a node is still there."""
    said = words.reasons(node.reasons, language)
    return join([tag("p", each, class_="il-note") for each in said])


def file_list(changes: Sequence[FileChange], language: str) -> Html:
    """Return what some changes add, change and remove, counted and one by one."""
    if not changes:
        return tag("p", message("layers.nothing", language))
    kinds = [(sign, sum(each.kind == sign for each in changes)) for sign in _KINDS]
    counted = " · ".join(
        f"{sign} {message(f'detail.{_KINDS[sign]}', language, count=count)}"
        for sign, count in kinds if count)
    rows = [tag("li", tag("span", each.kind, class_="il-map-sign", aria_hidden="true"), " ",
                tag("span", message(f"detail.was_{_KINDS[each.kind]}", language),
                    class_="il-visually-hidden"), " ",
                tag("span", words.printable(each.path), class_="il-map-path"),
                class_=f"il-map-file il-map-{_KINDS[each.kind]}") for each in changes[:MAX_FILES]]
    return join(tag("p", counted),
                tag("ul", rows, more(len(changes) - MAX_FILES, language), class_="il-map-files",
                    id="detail-files", tabindex="0", aria_label=message("detail.files", language)))


def _names(drawing: Map) -> dict[str, str]:
    """Return the first name of each image that has one."""
    found: dict[str, str] = {}
    for edge in drawing.edges:
        if edge.kind == "name":
            name = drawing.by_key[edge.tail]
            found.setdefault(edge.head, getattr(name, "text", ""))
    return found


def _label(node: Node, language: str, name: str) -> str:
    """Say in short what a node is."""
    if isinstance(node, NameNode):
        return words.printable(node.text)
    if isinstance(node, ImageNode):
        said = message("map.image", language, id=short_id(node.id))
        return f"{said} {words.printable(name)}".rstrip()
    if isinstance(node, LayerNode):
        said = message("map.layer", language, id=short_id(words.printable(node.diff_id)))
        return f"{said} {words.size(node.size)} {words.command(node.command)[:60]}".rstrip()
    if isinstance(node, ContainerNode):
        return message("map.container", language, id=words.printable(node.name))
    return words.folded(node, language)[0]
