"""What became of one path, layer by layer."""

from __future__ import annotations

from dataclasses import dataclass

from imagelab.model.layer import Layer
from imagelab.model.node import Node
from imagelab.model.tree import parent_of
from imagelab.views.compare.file_diff import Reading, same_content
from imagelab.views.files import CHANGED, REMOVED
from imagelab.views.layers import overlay
from imagelab.views.layers.file_tree import mark_of
from imagelab.views.layers.overlay import Found, Hider

#: Bytes of one file that are read to see whether they are those that it had before.
MOST_READ = 1 << 20


@dataclass(frozen=True)
class Event:
    """What a layer did to a path.

    Attributes:
        layer: the layer.
        mark: ``+``, ``~`` or ``-``.
        node: what it left there; None for nothing.
        hider: for what it removed, the entry that did.
        copied: that only mode, owner or time are new, and the bytes are there twice.
    """

    layer: Layer
    mark: str
    node: Node | None
    hider: Hider | None = None
    copied: bool = False


def path_history(top: Layer, path: str) -> tuple[Event, ...]:
    """Return what the layers up to one did to a path, the lowest first."""
    events = []
    old: Found | None = None
    for layer in top.stack:
        if not _concerns(layer, path):
            continue
        now = overlay.look(overlay.folder(layer, parent_of(path)), path)
        if event := _event(layer, path, old, now):
            events.append(event)
        old = now
    return tuple(events)


def _concerns(layer: Layer, path: str) -> bool:
    """Whether a layer has an entry at a path or at a folder that it is in."""
    return (path in layer.changes or overlay.makes(layer, path)
            or any(overlay.hides_inside(layer, above) for above in overlay.folders(path)))


def _event(layer: Layer, path: str, old: Found | None, now: Found | None) -> Event | None:
    if now is None:
        hider = overlay.hider(layer, path, old.node) if old else None
        return Event(layer, REMOVED, None, hider) if old else None
    mark = mark_of(now, old, layer.depth - 1)
    if not mark:
        return None
    copied = mark == CHANGED and old is not None and is_copy(old.node, now.node)
    return Event(layer, mark, now.node, copied=copied)


def is_copy(lower: Node, upper: Node) -> bool:
    """Whether a file is known to have the bytes that it had below; large ones are not read."""
    if upper.is_directory:
        return False
    return same_content(lower, upper, Reading(MOST_READ)) is True
