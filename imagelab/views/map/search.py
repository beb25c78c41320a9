"""Finding nodes of a map by what they say, and by what they are."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from imagelab.model.layer import Layer
from imagelab.views.map import (
    ContainerNode,
    ImageNode,
    LayerNode,
    Map,
    Mark,
    NameNode,
    Node,
)

#: Words of a query that count; letters of it that do.
MAX_WORDS, MAX_LETTERS = 8, 200
#: The least letters by which files are looked for in layers with very many entries.
MIN_FILE = 3


def find(
    drawing: Map, query: str, filters: Collection[str] = (),
    layers: Mapping[str, Layer] | None = None,
) -> tuple[str, ...]:
    """Return the keys of the nodes that a query finds, in the order of the map.

    A node is found if all words of the query are in what it says, in any order and case: names,
    digests, IDs, author and message, the command and the files of a layer, a container's image.
    With filters, it has to be of one of those kinds too.

    Args:
        drawing: the map, not folded.
        query: words.
        filters: keys of :data:`FILTERS`; others are ignored.
        layers: the lab's layers by ChainID, whose files are looked through; without them only the
            few files that nodes name.
    """
    words = query[:MAX_LETTERS].casefold().split()[:MAX_WORDS]
    tests = [FILTERS[each] for each in FILTERS if each in filters]
    return tuple(
        node.key for node in drawing.nodes
        if (not tests or any(test(node) for test in tests))
        and all(_has(node, word, layers or {}) for word in words))


#: What a node may be, by a word for it.
FILTERS: Mapping[str, Callable[[Node], bool]] = {
    "dangling": lambda node: isinstance(node, ImageNode) and node.dangling,
    "intermediate": lambda node: isinstance(node, ImageNode) and node.intermediate,
    "used": lambda node: isinstance(node, ContainerNode) or (
        isinstance(node, ImageNode) and node.containers > 0),
    "shared": lambda node: isinstance(node, LayerNode) and node.images > 1,
    "changed": lambda node: node.mark is not Mark.KEPT,
}


def _has(node: Node, word: str, layers: Mapping[str, Layer]) -> bool:
    if any(word in each.casefold() for each in _said(node)):
        return True
    if not isinstance(node, LayerNode) or len(word) < MIN_FILE or node.chain_id not in layers:
        return False
    path = word.removeprefix("/")
    return any(path in each.casefold() for each in layers[node.chain_id].changes)


def _said(node: Node) -> tuple[str, ...]:
    """Return what a node can be found by."""
    if isinstance(node, NameNode):
        return (node.text, node.digest)
    if isinstance(node, ImageNode):
        return (node.id, node.author, node.comment)
    if isinstance(node, LayerNode):
        paths = (f"{each.kind} {each.path}" for each in node.files)
        return (node.diff_id, node.chain_id, node.command, *node.committed, *paths)
    if isinstance(node, ContainerNode):
        paths = (f"{each.kind} {each.path}" for each in node.files)
        return (node.name, node.id, node.image, node.status, *paths)
    return ()
