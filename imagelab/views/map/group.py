"""Drawing what matters most of a large map, and for the rest how many of each kind there are."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property, partial

from imagelab.views.map import Edge, FoldNode, Map, Mark, Node
from imagelab.views.words import kind

#: Names of one image that are drawn, unless they are wanted.
MAX_NAMES = 3
#: Layers under an image's topmost one that are drawn along with it.
MAX_BELOW = 3
#: Images that others stand on and that are drawn before the newest ones.
MAX_BASES = 6
#: Containers that have ended and that are drawn before these.
MAX_CONTAINERS = 5

#: What the nodes of one fold have in common: kind, the drawn node that they lead to, mark.
_Group = tuple[str, str, Mark]


def grouped(drawing: Map, focus: Collection[str], limit: int) -> Map:
    """Return a map with no more nodes than a limit.

    Drawn are, as far as they fit: what is wanted; what has changed; containers that run, the
    newest others, and what these stand on; dangling images; the images that most layers stand
    on; the newest ones. All else is in folds, one for each kind, mark and drawn layer that it
    stands on, so that the arrows still tell what lies on what.

    Args:
        drawing: the map.
        focus: keys of nodes that are wanted, those that matter most first.
        limit: nodes at most.
    """
    parts = _Parts(drawing)
    steps: list[frozenset[str]] = [frozenset()]
    for unit in parts.units(focus):
        shown = steps[-1] | unit
        if len(shown) > limit:
            break
        if shown != steps[-1]:
            steps.append(shown)
    plain = partial(_Cut, parts)
    cuts = (_most(steps, limit, lambda shown: plain(shown).without_single_ones()),
            _most(steps, limit, plain))
    return next((cut for cut in cuts if cut is not None), plain(frozenset())).map()


def around(drawing: Map, focus: Collection[str], limit: int) -> Map:
    """Return a part of a map: some nodes with what it takes to understand them, and no others.

    Args:
        drawing: the map.
        focus: keys of these nodes, those that matter most first.
        limit: nodes at most.
    """
    parts = _Parts(drawing)
    shown = frozenset[str]().union(*parts.wanted(focus))
    part = _only(drawing, shown.union(*map(parts.under, shown)))
    cut = _Cut(_Parts(part), shown).without_single_ones()
    return cut.map() if cut.count <= limit else grouped(part, focus, limit)


def _only(drawing: Map, keys: Collection[str]) -> Map:
    return replace(
        drawing,
        names=tuple(each for each in drawing.names if each.key in keys),
        images=tuple(each for each in drawing.images if each.key in keys),
        layers=tuple(each for each in drawing.layers if each.key in keys),
        containers=tuple(each for each in drawing.containers if each.key in keys),
        edges=tuple(each for each in drawing.edges if each.tail in keys and each.head in keys))


def _most(
    steps: Sequence[frozenset[str]], limit: int, cut: Callable[[frozenset[str]], _Cut],
) -> _Cut | None:
    """Return the cut that draws most one by one and fits; None if only nothing would fit.

    More drawn one by one means more nodes, nearly always, so that halving finds it.
    """
    best = None
    low, high = 0, len(steps) - 1
    while low < high:
        middle = (low + high + 1) // 2
        found = cut(steps[middle])
        if found.count <= limit:
            low, best = middle, found
        else:
            high = middle - 1
    return best


class _Parts:
    """A map with the look-ups that grouping needs."""

    def __init__(self, drawing: Map) -> None:
        self.drawing = drawing
        self.names: dict[str, list[str]] = {}
        self.images: dict[str, list[str]] = {}  # of a name
        self.below: dict[str, str] = {}
        self.stands_on: dict[str, str] = {}  # the layer under an image or a container
        self.users: dict[str, int] = {}
        self.kinds = {node.key: kind(node) for node in drawing.nodes}
        for edge in drawing.edges:
            if edge.kind == "name":
                self.names.setdefault(edge.head, []).append(edge.tail)
                self.images.setdefault(edge.tail, []).append(edge.head)
            elif edge.kind in ("top", "on", "writable"):
                (self.below if edge.kind == "on" else self.stands_on)[edge.tail] = edge.head
                self.users[edge.head] = self.users.get(edge.head, 0) + 1

    def units(self, focus: Iterable[str]) -> Iterator[frozenset[str]]:
        """Yield what is drawn together, what matters most first."""
        drawing = self.drawing
        yield from self.wanted(focus)
        yield from (self._unit(node.key) for node in drawing.nodes if node.mark is not Mark.KEPT)
        running = [node for node in drawing.containers if node.status != "exited"]
        first = (*running, *drawing.containers[::-1][:MAX_CONTAINERS])
        yield from (self._unit(node.key) for node in first)
        yield from (self._unit(node.key) for node in drawing.images if node.dangling)
        newest = drawing.images[::-1]
        bases = sorted(newest, key=lambda node: -self._users_of_top(node.key))
        yield from (self._unit(node.key) for node in (*bases[:MAX_BASES], *newest))
        yield from (self._unit(node.key) for node in (
            *drawing.containers, *drawing.names, *drawing.layers))

    def wanted(self, focus: Iterable[str]) -> Iterator[frozenset[str]]:
        """Yield nodes, each with what it takes to understand it."""
        return (self._unit(key) for key in focus if key in self.drawing.by_key)

    def under(self, layer: str) -> Iterator[str]:
        """Yield the layers under one."""
        while layer := self.below.get(layer, ""):
            yield layer

    def _users_of_top(self, image: str) -> int:
        return self.users.get(self.stands_on.get(image, ""), 0)

    def _unit(self, key: str) -> frozenset[str]:
        """Return a node with what it takes to understand it."""
        what = self.kinds[key]
        if what == "name":
            return frozenset({key}).union(*map(self._unit, self.images.get(key, ())))
        if what == "image":
            top = self.stands_on.get(key)
            return frozenset({key, *self.names.get(key, ())[:MAX_NAMES], *self._stack(top)})
        if what == "container":
            node = self.drawing.by_key[key]
            image = f"image {getattr(node, 'image_id', '')}"
            along = self._unit(image) if image in self.drawing.by_key else frozenset()
            return along | {key, *self._stack(self.stands_on.get(key))}
        return frozenset({key})

    def _stack(self, top: str | None) -> Iterator[str]:
        """Yield a layer, and those below it if they are few."""
        if top is None:
            return
        yield top
        lower: list[str] = []
        here = top
        while (here := self.below.get(here, "")) and len(lower) <= MAX_BELOW:
            lower.append(here)
        if len(lower) <= MAX_BELOW:
            yield from lower


class _Cut:
    """A map with some nodes drawn and the others in folds."""

    def __init__(self, parts: _Parts, shown: frozenset[str]) -> None:
        self.parts = parts
        self.shown = shown

    @property
    def count(self) -> int:
        return len(self.shown) + len(self.groups)

    def without_single_ones(self) -> _Cut:
        """Draw what would be alone in its fold."""
        single = [keys[0] for keys in self.groups.values() if len(keys) == 1]
        if not single:
            return self
        names = [name for key in single for name in self.parts.names.get(key, ())[:MAX_NAMES]]
        return _Cut(self.parts, self.shown.union(single, names)).without_single_ones()

    @cached_property
    def anchors(self) -> dict[str, str]:
        """The drawn layer that each layer is or stands on; empty for none."""
        found: dict[str, str] = {"": ""}
        for layer in self.parts.drawing.layers:  # each after the one below
            below = found.get(self.parts.below.get(layer.key, ""), "")
            found[layer.key] = layer.key if layer.key in self.shown else below
        return found

    @cached_property
    def groups(self) -> dict[_Group, list[str]]:
        """What is not drawn; names of images that are not drawn either count for those."""
        found: dict[_Group, list[str]] = {}
        for node in self.parts.drawing.nodes:
            if node.key not in self.shown and (anchor := self._anchor(node)) is not None:
                what = self.parts.kinds[node.key]
                found.setdefault((what, anchor, node.mark), []).append(node.key)
        return found

    def _anchor(self, node: Node) -> str | None:
        parts = self.parts
        if parts.kinds[node.key] == "name":
            images = (each for each in parts.images.get(node.key, ()) if each in self.shown)
            return next(images, None)
        if parts.kinds[node.key] == "layer":
            return self.anchors[node.key]
        return self.anchors[parts.stands_on.get(node.key, "")]

    def map(self) -> Map:
        """Return the map that is drawn."""
        drawing = self.parts.drawing
        folds = {group: self._fold(group, keys) for group, keys in self.groups.items()}
        place = {key: folds[group].key for group, keys in self.groups.items() for key in keys}
        layers = [fold for fold in folds.values() if fold.kind == "layer"]
        return replace(
            drawing,
            names=tuple(each for each in drawing.names if each.key in self.shown),
            images=tuple(each for each in drawing.images if each.key in self.shown),
            layers=(*layers, *(each for each in drawing.layers if each.key in self.shown)),
            containers=tuple(each for each in drawing.containers if each.key in self.shown),
            folds=tuple(each for each in folds.values() if each.kind != "layer"),
            edges=tuple(self._edges(place)))

    def _fold(self, group: _Group, keys: list[str]) -> FoldNode:
        what, anchor, mark = group
        nodes = [self.parts.drawing.by_key[key] for key in keys]
        members = [key for node in nodes
                   for key in (node.members if isinstance(node, FoldNode) else (node.key,))]
        size = sum(getattr(node, "size", 0) for node in nodes) if what != "image" else 0
        names = {name for key in keys for name in self.parts.names.get(key, ())}
        return FoldNode(
            f"fold {what} {mark.value} {anchor}", mark, what, tuple(members), size=size,
            names=len(names - self.shown) if what == "image" else 0)

    def _edges(self, place: dict[str, str]) -> Iterator[Edge]:
        """Yield the arrows between what is drawn, each once."""
        done: set[tuple[str, str, str]] = set()
        for edge in self.parts.drawing.edges:
            tail, head = (end if end in self.shown else place.get(end, "")
                          for end in (edge.tail, edge.head))
            whole = (tail, head) == (edge.tail, edge.head)
            if not tail or not head or tail == head:
                continue
            if not whole and edge.kind in ("parent", "commit"):
                continue
            if (edge.kind, tail, head) not in done:
                done.add((edge.kind, tail, head))
                yield replace(edge, tail=tail, head=head)
