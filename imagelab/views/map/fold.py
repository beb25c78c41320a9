"""Drawing several nodes as one, so that a large map stays readable.

First go runs of layers in which nothing happens. If there is still too much, only what matters
most is drawn, and :mod:`imagelab.views.map.group` says how many of each kind there are besides.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from imagelab.views.map import Edge, FoldNode, LayerNode, Map, Mark
from imagelab.views.map.group import grouped

#: A map with more layers than this is folded.
MAX_LAYERS = 12
#: Shorter runs are left as they are.
MIN_RUN = 3
#: Nodes that are drawn at most.
MAX_NODES = 60


def folded(drawing: Map, focus: Collection[str] = (), limit: int = MAX_NODES) -> Map:
    """Return a map that is drawn with few nodes; its counts and sizes are those of all.

    Args:
        drawing: the whole map.
        focus: keys of nodes that are wanted, those that matter most first. Their layers are in
            no run; as many of them as there is room for are drawn, before all others.
        limit: nodes at most, 30 or more.
    """
    short = _with_runs(drawing, frozenset(focus))
    return short if len(short.nodes) <= limit else grouped(short, focus, limit)


def _with_runs(drawing: Map, focus: frozenset[str]) -> Map:
    """Fold runs of layers if there are many.

    A run is unchanged, belongs to the same images throughout, and nothing but its topmost layer
    has anything standing on it from outside; the topmost stays to be seen.
    """
    if len(drawing.layers) <= MAX_LAYERS:
        return drawing
    new_names: dict[str, str] = {}
    folds: dict[str, FoldNode] = {}
    for run in _runs(drawing, focus):
        if len(run) >= MIN_RUN:
            fold = _fold(run)
            folds[run[0].key] = fold
            new_names.update((layer.key, fold.key) for layer in run)
    layers = [folds.get(layer.key, layer) for layer in drawing.layers
              if layer.key in folds or layer.key not in new_names]
    return replace(drawing, layers=tuple(layers), edges=_redirected(drawing.edges, new_names))


def _fold(run: Sequence[LayerNode]) -> FoldNode:
    return FoldNode(f"fold {run[0].chain_id}", Mark.KEPT, "run", tuple(each.key for each in run),
                    size=sum(layer.size for layer in run), images=run[0].images)


def _redirected(edges: Sequence[Edge], new_names: dict[str, str]) -> tuple[Edge, ...]:
    moved = (replace(edge, tail=new_names.get(edge.tail, edge.tail),
                     head=new_names.get(edge.head, edge.head)) for edge in edges)
    return tuple(edge for edge in moved if edge.tail != edge.head)


def _runs(drawing: Map, focus: frozenset[str]) -> list[list[LayerNode]]:
    """Return the foldable layers in runs, each the lowest first."""
    below = {edge.tail: edge.head for edge in drawing.edges if edge.kind == "on"}
    users: dict[str, list[Edge]] = {}
    for edge in drawing.edges:
        users.setdefault(edge.head, []).append(edge)
    runs: dict[str, list[LayerNode]] = {}
    for layer in drawing.layers:
        if (not isinstance(layer, LayerNode) or layer.key in focus
                or not _is_foldable(layer, users.get(layer.key, []))):
            continue
        run = runs.get(below.get(layer.key, ""), [])
        run.append(layer)
        runs[layer.key] = run
    unique = {id(run): run for run in runs.values()}
    return list(unique.values())


def _is_foldable(layer: LayerNode, users: Sequence[Edge]) -> bool:
    """Whether nothing happened to a layer and just one other layer stands on it."""
    alone = len(users) == 1 and users[0].kind == "on" and users[0].mark is Mark.KEPT
    return layer.mark is Mark.KEPT and not layer.reasons and alone
