"""What the map says about its parts, in the learner's language."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from imagelab.formats.printable import printable as printable
from imagelab.formats.units import human_size
from imagelab.messages import text
from imagelab.model.image import short_id
from imagelab.views.files import FileChange
from imagelab.views.map import (
    ContainerNode,
    FoldNode,
    ImageNode,
    LayerNode,
    Map,
    Mark,
    Node,
    Reason,
)

#: Says a mark without colour and without words.
SYMBOLS = {
    Mark.KEPT: " ", Mark.NEW: "+", Mark.UNTAGGED: "~", Mark.DELETED: "-", Mark.MOVED: ">",
    Mark.DANGLING: "!",
}
#: Files and reasons that are named before "… more".
MAX_FILES = 3
MAX_REASONS = 3
#: Images whose sizes are added up before one's eyes.
MAX_PARTS = 6

_HEX = re.compile(r"\b([0-9a-f]{12})[0-9a-f]{52}\b")
_NOP = re.compile(r"^/bin/sh -c #\(nop\) ")


def letters(number: int) -> str:
    """Return letters for a number from 0 on: A to Z, AA, AB and so on, as spreadsheets do."""
    number, out = number + 1, ""
    while number:
        number, rest = divmod(number - 1, 26)
        out = chr(ord("A") + rest) + out
    return out


def size(number: int) -> str:
    """Return bytes as ``docker images`` prints them."""
    return human_size(number, 3)


def short_digests(data: str) -> str:
    """Cut digests of 64 digits down to 12."""
    return _HEX.sub(r"\1", data)


def command(data: str) -> str:
    """Return a history entry shortened: no ``#(nop)``, short digests, one line."""
    return short_digests(_NOP.sub("", printable(data)).strip())


def sharing(layer: LayerNode, language: str) -> str:
    """Say how many images have a layer; of a deleted one, the ID that ``docker rmi`` prints."""
    if layer.mark is Mark.DELETED:
        return text("map.chain_id", language, id=short_id(printable(layer.chain_id)))
    if layer.images > 1:
        return text("map.in_images", language, count=layer.images)
    return text("map.in_one_image" if layer.images else "map.in_no_image", language)


def references(layer: LayerNode, language: str) -> str:
    """Say what counts as references to a layer for the daemon."""
    return text("map.references", language, count=layer.references)


def committed(layer: LayerNode) -> str:
    """Name the containers whose changes became a layer; empty for none."""
    names = ", ".join(map(printable, layer.committed))
    return f"← docker commit {names}" if names else ""


def nameless(image: ImageNode, language: str) -> str:
    """Say what kind of ``<none>`` an image is; empty for one with a tag."""
    if image.dangling:
        return text("map.none_dangling", language)
    return text("map.none_intermediate", language) if image.intermediate else ""


def counts(image: ImageNode, language: str) -> str:
    """Say how many names, children and containers an image has."""
    parts = [("names", image.names), ("children", image.children),
             ("containers", image.containers)]
    return " · ".join(text(f"map.{key}", language, count=count) for key, count in parts)


def signature(image: ImageNode) -> list[str]:
    """Return author and commit message, a line each, as far as an image has them."""
    message = printable(image.comment)
    return list(filter(None, (printable(image.author), message and f"“{message}”")))


def status(container: ContainerNode, language: str) -> str:
    """Say a container's state, and the one before if it was another."""
    now = text(f"map.status_{container.status}", language, code=container.exit_code)
    if not container.was:
        return now
    # The exit code belongs to the later state only.
    was = text(f"map.status_{container.was}", language, code="…")
    return text("map.status_change", language, before=was, after=now)


def writable(container: ContainerNode, language: str) -> str:
    """Say what is in a container's writable layer."""
    if not container.files and not container.size:
        return text("map.writable_empty", language)
    return text("map.writable", language, size=size(container.size))


def files(changes: Sequence[FileChange], language: str, limit: int = MAX_FILES) -> str:
    """Name the first few files with ``+``, ``~`` or ``-``."""
    named = [f"{each.kind} {printable(each.path)}" for each in changes[:limit]]
    if len(changes) > limit:
        named.append(text("map.more_files", language, count=len(changes) - limit))
    return "  ".join(named)


def reasons(needs: Sequence[Reason], language: str) -> list[str]:
    """Say why something stays, the first few reasons one by one."""
    named = [text(f"map.reason_{need.kind}", language, who=printable(need.who))
             for need in needs]
    if len(named) > MAX_REASONS:
        named[MAX_REASONS:] = [text("map.more_reasons", language, count=len(named) - MAX_REASONS)]
    return [text("map.kept_because", language, reason=reason) for reason in named]


def mark(kind: Mark, language: str) -> str:
    """Return a mark's symbol and word."""
    return f"{SYMBOLS[kind]} {text(f'map.mark_{kind.value}', language)}".strip()


def called(node: ImageNode | LayerNode | ContainerNode, language: str) -> str:
    """Say what a node is, with its ID if that is to be shown."""
    identifier = node.diff_id if isinstance(node, LayerNode) else node.id
    return text(f"map.{kind(node)}", language, id=short_id(printable(identifier))).rstrip()


def kind(node: Node) -> str:
    """Return ``name``, ``image``, ``layer`` or ``container``; of a fold, what is in it."""
    if isinstance(node, FoldNode):
        return "layer" if node.kind == "run" else node.kind
    return type(node).__name__.removesuffix("Node").lower()


def folded(fold: FoldNode, language: str) -> list[str]:
    """Say what a fold stands for: how many of what, and how many names those have."""
    said = [text(f"map.fold_{fold.kind}", language, count=fold.count)]
    return said + ([text("map.names", language, count=fold.names)] if fold.names else [])


def title(drawing: Map, language: str) -> str:
    """Count what is there now, after a map's changes."""
    counts = Counter[str]()
    for node in drawing.nodes:
        if node.mark is not Mark.DELETED:
            counts[kind(node)] += node.count if isinstance(node, FoldNode) else 1
    return " · ".join((
        text("map.title_images", language, count=counts["image"]),
        text("map.title_layers", language, count=counts["layer"]),
        text("map.title_containers", language, count=counts["container"])))


def parts(drawing: Map, language: str) -> str:
    """Say what each image adds, if images share layers and nothing else takes room."""
    shown = drawing.disk_before is None and drawing.total > drawing.disk == sum(drawing.parts)
    if not shown or len(drawing.parts) > MAX_PARTS:
        return ""
    return text("map.parts", language, parts=" + ".join(map(size, drawing.parts)))


def disk(drawing: Map, language: str) -> str:
    """Say what the layers take, against what the images' sizes add up to."""
    now = size(drawing.disk)
    if drawing.disk_before is not None and drawing.disk_before != drawing.disk:
        change = drawing.disk - drawing.disk_before
        signed = f"{'+' if change > 0 else '-'}{size(abs(change))}"
        return f"{text('map.on_disk', language, disk=now)} ({signed})"
    if drawing.total > drawing.disk:
        return text("map.on_disk_less", language, disk=now, sum=size(drawing.total))
    return text("map.on_disk", language, disk=now)
