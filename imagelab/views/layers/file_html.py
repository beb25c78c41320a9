"""One file: what it is, which layer it is from, what each layer did to it, what it begins with."""

from __future__ import annotations

import stat
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from imagelab.messages import text as message
from imagelab.model.layer import Layer
from imagelab.model.node import Kind, Node
from imagelab.model.tree import parent_of
from imagelab.views.files import ADDED, REMOVED
from imagelab.views.html import Child, Html, join, tag
from imagelab.views.layers.content import Beginning, beginning
from imagelab.views.layers.file_tree import Row, Selection, place, row
from imagelab.views.layers.overlay import Cause
from imagelab.views.layers.path_history import Event, path_history
from imagelab.views.layers.words import explanation
from imagelab.views.words import command, printable, size

#: Names of one file that are listed, and characters of a command.
MAX_LINKS = 8
_MAX_COMMAND = 200
_SECOND = 1_000_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def file(
    selection: Selection, top: Layer, path: str, made: Mapping[str, str], language: str,
) -> Html:
    """Return what there is to tell of a path; an invitation if none is chosen.

    Args:
        selection: what is looked at.
        top: the image's topmost layer.
        path: the path; empty for none.
        made: the history entry behind each layer, by ChainID.
        language: of the texts.
    """
    title = tag("h4", message("content.title", language))
    if not path:
        return join(title, tag("p", message("content.choose", language), class_="il-muted"))
    found = row(selection, place(selection, parent_of(path)), path)
    name = tag("p", f"/{printable(path)}", class_="il-mono il-file-path")
    if found is None:
        shown = tag("p", message("content.not_here", language), class_="il-muted")
        return join(title, name, shown, _history(top, path, language))
    return join(
        title, name, _note(found, language),
        _facts(found, top, made, language), _history(top, path, language),
        _content(found, language))


def _note(found: Row, language: str) -> Html | None:
    if found.hidden is None and found.node.kind is not Kind.WHITEOUT:
        return None
    said = explanation(found.hidden, found.path, language)
    return tag("p", said, class_="il-note") if said else None


# --- facts ---------------------------------------------------------------------------------


def _facts(found: Row, top: Layer, made: Mapping[str, str], language: str) -> Html:
    node = found.node
    facts: list[tuple[str, Child]] = [
        ("kind", message(f"content.kind_{node.kind.value}", language)),
        ("origin", _origin(found.layer, top, made, language)),
    ]
    if node.kind is not Kind.WHITEOUT:
        facts += _listed(node, language)
    if links := _links(found, language):
        facts.append(("links", links))
    rows = (tag("tr", tag("th", message(f"content.{name}", language), scope="row"),
                tag("td", said)) for name, said in facts)
    return tag("table", tag("tbody", rows), class_="il-table il-facts")


def _origin(layer: Layer, top: Layer, made: Mapping[str, str], language: str) -> Html:
    number = message(
        "layers.number_of", language, number=layer.depth, count=top.depth)
    line = command(made.get(layer.chain_id, ""))[:_MAX_COMMAND]
    return join(number, tag("br"), tag("code", line)) if line else join(number)


def _listed(node: Node, language: str) -> Iterator[tuple[str, Child]]:
    if not node.is_directory:
        yield "size", message(
            "content.size_exact", language, size=size(node.size), bytes=f"{node.size:,}")
    mode = f"{stat.filemode(node.st_mode)} ({node.mode:04o})"
    yield "mode", tag("span", mode, class_="il-mono")
    yield "owner", message("content.owner_ids", language, uid=node.uid, gid=node.gid)
    yield "modified", _time(node.mtime)
    if node.kind is Kind.SYMLINK:
        yield "target", tag("code", printable(node.target))
    if node.kind in (Kind.CHARACTER, Kind.BLOCK):
        major, minor = node.device
        yield "device", message(
            "content.device_numbers", language, major=major, minor=minor)


def _time(nanoseconds: int) -> str:
    try:
        moment = _EPOCH + timedelta(seconds=nanoseconds // _SECOND)
    except OverflowError:
        return f"{nanoseconds // _SECOND} s"
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def _links(found: Row, language: str) -> Html | None:
    """Name the other hard links of a file in its layer."""
    inode = found.node.inode
    if not inode:
        return None
    paths = sorted(path for path, node in found.layer.changes.items()
                   if node.inode == inode and path != found.path)
    if not paths:
        return None
    items = [tag("li", tag("code", f"/{printable(path)}")) for path in paths[:MAX_LINKS]]
    if more := len(paths) - MAX_LINKS:
        items += [tag("li", message("content.links_more", language, count=more))] * (more > 0)
    return tag("ul", items)


# --- history -------------------------------------------------------------------------------


def _history(top: Layer, path: str, language: str) -> Html:
    """Tell what each layer of the image did to a path."""
    items = (tag("li", tag("b", message("layers.number", language, number=event.layer.depth)),
                 " ", tag("span", event.mark, aria_hidden="true", class_="il-mono"), " ",
                 _did(event, language))
             for event in path_history(top, path))
    return join(tag("h4", message("content.history", language)),
                tag("ol", items, class_="il-path-history"))


def _did(event: Event, language: str) -> str:
    if event.mark == REMOVED:
        hider = event.hider
        if hider is None or hider.cause is Cause.CHANGED:
            return message("content.did_removed", language)
        return message(
            f"content.did_{hider.cause.value}", language, path=f"/{printable(hider.path)}")
    if event.mark == ADDED:
        return message("content.did_added", language)
    return message("content.did_copied" if event.copied else "content.did_changed", language)


# --- content -------------------------------------------------------------------------------


def _content(found: Row, language: str) -> Html | None:
    if found.node.kind is not Kind.FILE:
        return None
    gone = None
    if found.mark == REMOVED:
        layer = message("layers.number", language, number=found.layer.depth)
        gone = tag("p", message("content.removed_content", language, layer=layer))
    try:
        shown = _shown(beginning(found.node.content), language)
    except (OSError, EOFError):
        shown = tag("p", message("content.unreadable", language))
    return join(tag("h4", message("content.content", language)), gone, shown)


def _shown(data: Beginning, language: str) -> Html:
    if not data.size:
        return tag("p", message("content.empty", language))
    kind = "hex" if data.text is None else "text"
    extent = "whole" if data.shown == data.size else "part"
    said = message(f"content.{extent}_{kind}", language, shown=f"{data.shown:,}",
                   size=f"{data.size:,}")
    digest = tag("p", message("content.digest", language), " ",
                 tag("code", data.digest), class_="il-muted") if data.digest else None
    body = _dump(data, language) if data.text is None else tag(
        "pre", data.text, id="content", class_="il-content", tabindex="0", aria_label=said)
    return join(tag("p", said, class_="il-muted"), body, digest)


def _dump(data: Beginning, language: str) -> Html:
    heads = (tag("th", message(f"content.{name}", language), scope="col")
             for name in ("offset", "hex", "ascii"))
    rows = (tag("tr", tag("th", offset, scope="row"), tag("td", digits), tag("td", letters))
            for offset, digits, letters in data.lines)
    return tag("div", tag("table", tag("thead", tag("tr", heads)), tag("tbody", rows),
                          class_="il-table il-hex"),
               id="content", class_="il-content", tabindex="0")
