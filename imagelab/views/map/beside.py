"""The maps of two labs that began alike, to be looked at beside each other."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TypeAlias

from imagelab.model.state import State
from imagelab.views.map import ContainerNode, Map, layer_map
from imagelab.views.map.fold import MAX_NODES
from imagelab.views.map.group import around
from imagelab.views.map.without_ids import without_ids

#: What is to be the same of a node: itself, how it is, and what its arrows lead to or come from.
_Looks: TypeAlias = tuple[object, ...]


def beside(start: State, one: State, other: State) -> tuple[Map, Map]:
    """Return the maps of two labs, without IDs, and without what is as at the start in both.

    The images are drawn from which anything was made that is drawn.

    Args:
        start: what both began with.
        one: the first.
        other: the second.
    """
    maps = [layer_map(state) for state in (start, one, other)]
    looks = [_looks(drawing) for drawing in maps]
    alike = set.intersection(*({*each.items()} for each in looks))
    focus = [key for each in looks[1:] for key in each if (key, each[key]) not in alike]
    wanted = dict.fromkeys([*focus, *_origins(maps, {*focus})])
    first, second = (without_ids(around(each, wanted, MAX_NODES)) for each in maps[1:])
    return first, second


def _origins(maps: Iterable[Map], keys: Collection[str]) -> Iterator[str]:
    """Yield the images that images and containers were made from."""
    for drawing in maps:
        yield from (edge.head for edge in drawing.edges
                    if edge.kind == "parent" and edge.tail in keys)
        yield from (f"image {each.image_id}" for each in drawing.containers if each.key in keys)


def _looks(drawing: Map) -> Mapping[str, _Looks]:
    ends: dict[str, set[str]] = {}
    for edge in drawing.edges:
        if edge.kind == "name":
            ends.setdefault(edge.tail, set()).add(edge.head)
            ends.setdefault(edge.head, set()).add(edge.tail)
    return {
        node.key: (frozenset(ends.get(node.key, ())), *(
            (node.status, node.name, node.files) if isinstance(node, ContainerNode) else ()))
        for node in drawing.nodes}
