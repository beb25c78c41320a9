"""What the lab counts and lists is what a mark and sweep finds from its roots.

The roots are references, images and containers; the marks go from each to what it needs. Nothing
here asks a table's index or counts as the engine does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

from imagelab.daemon import Daemon
from imagelab.engine import remove
from imagelab.engine.usage import needs_of_image, needs_of_layer
from imagelab.model.state import State
from imagelab.views.map import LayerNode, layer_map
from imagelab.views.space import measure
from tests.properties.digests import chain_ids, diff_ids, stack
from tests.properties.layers import Layers


@dataclass(frozen=True)
class Marks:
    """What is needed in a state, and by whom; found out by going through all there is."""

    state: State
    layers: Layers

    @cached_property
    def chains(self) -> dict[str, list[str]]:
        """The ChainIDs of each image, the lowest first."""
        return {image_id: chain_ids(diff_ids(image.config_json))
                for image_id, image in self.state.images.items()}

    @cached_property
    def stacks(self) -> dict[str, list[str]]:
        """The ChainIDs below each container, the lowest first."""
        return {key: [each.chain_id for each in stack(container.layer)]
                for key, container in self.state.containers.items()}

    @cached_property
    def reached(self) -> set[str]:
        """The layers that an image or a container has."""
        return {each for chain in (*self.chains.values(), *self.stacks.values()) for each in chain}

    @cached_property
    def names(self) -> dict[str, set[str]]:
        """The names of each image."""
        return self._grouped((image_id, str(reference))
                             for reference, image_id in self.state.references.items())

    @cached_property
    def children(self) -> dict[str, set[str]]:
        """The images that name each one as their parent."""
        return self._grouped((image.parent, image_id)
                             for image_id, image in self.state.images.items())

    @cached_property
    def users(self) -> dict[str, set[str]]:
        """The containers of each image."""
        return self._grouped((container.image_id, key)
                             for key, container in self.state.containers.items())

    @cached_property
    def upon(self) -> dict[str, set[tuple[str, str]]]:
        """What stands right on each layer: images, containers and other layers."""
        found: dict[str, set[tuple[str, str]]] = {}
        tops = [("image", key, chain) for key, chain in self.chains.items()]
        tops += [("container", key, chain) for key, chain in self.stacks.items()]
        for kind, key, chain in tops:
            if chain:
                found.setdefault(chain[-1], set()).add((kind, key))
            for below, above in pairwise(chain):
                found.setdefault(below, set()).add(("layer", above))
        return found

    @staticmethod
    def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for key, value in pairs:
            found.setdefault(key, set()).add(value)
        return found

    @cached_property
    def listed(self) -> set[str]:
        """The images that ``docker images`` lists: with a name, or with no image from them."""
        return {each for each in self.state.images if each in self.names
                or each not in self.children}

    @cached_property
    def dangling(self) -> set[str]:
        """The images that have no tag and no image from them."""
        tagged = {image_id for reference, image_id in self.state.references.items()
                  if reference.tag}
        return {each for each in self.state.images if each not in tagged
                and each not in self.children}

    def size(self, chain: Iterable[str]) -> int:
        """Return the bytes of some layers."""
        return sum(self.layers.size(self.state.layers[each]) for each in chain)


class References:
    """Checks all that counts, after each operation."""

    def __init__(self, layers: Layers) -> None:
        self._layers = layers
        # Whatever there has been: an index may not list anything under what has gone.
        self._ever: set[str] = {"", "sha256:nothing"}

    def check(self, daemon: Daemon) -> None:
        """Check a lab."""
        state = daemon.state
        marks = Marks(state, self._layers)
        self._ever |= {*state.images, *state.layers, *marks.reached, *marks.children}
        self._check_state(marks)
        self._check_needs(marks)
        _check_lists(daemon, marks)
        _check_views(marks)
        _check_volumes(daemon, marks)
        for image_id in state.images:
            for name in (image_id, *marks.names.get(image_id, ())):
                for force, prune in ((False, True), (True, True), (True, False)):
                    self._check_plan(state, name, force, prune)

    def _check_state(self, marks: Marks) -> None:
        """Check that nothing is missing and nothing is left, and that the indexes say so, too."""
        state = marks.state
        assert set(state.layers) == marks.reached
        assert set(state.references.values()) <= set(state.images)
        assert marks.children.keys() - {""} <= set(state.images)
        for key in self._ever:
            upon = marks.upon.get(key, set())
            tops = {name for kind, name in upon if kind == "image"}
            if not key:  # images without layers, and the lowest ones
                tops = {each for each, chain in marks.chains.items() if not chain}
                below = {chain[0] for chain in (*marks.chains.values(), *marks.stacks.values())
                         if chain}
            else:
                below = {name for kind, name in upon if kind == "layer"}
            self._same(state.images.having("top", key), tops)
            self._same(state.layers.having("below", key), below)
            self._same(state.images.having("parent", key), marks.children.get(key, set()))
            self._same(map(str, state.references.having("image", key)), marks.names.get(key, set()))
            self._same(map(str, state.references_of(key)), marks.names.get(key, set()))
            front = key[:len("sha256:") + 3]
            self._same(state.images.having("front", front),
                       {each for each in state.images if each.startswith(front)} if key else set())

    @staticmethod
    def _same(listed: Iterable[str], wanted: set[str]) -> None:
        assert sorted(listed) == sorted(wanted)

    def _check_needs(self, marks: Marks) -> None:
        for image_id in marks.state.images:
            assert _told(needs_of_image(marks.state, image_id)) == _needs(marks, image_id)
        for chain_id in marks.state.layers:
            assert _told(needs_of_layer(marks.state, chain_id)) == Counter(marks.upon[chain_id])

    def _check_plan(self, state: State, name: str, force: bool, prune: bool) -> None:
        """Check that a deletion leaves what is needed, and says what goes and what stays."""
        plan = remove.plan(state, name, force=force, prune=prune)
        before, after = Marks(state, self._layers), Marks(plan.state, self._layers)
        self._check_state(after)
        assert Counter(plan.images) == Counter(state.images.keys() - plan.state.images.keys())
        gone = state.layers.keys() - plan.state.layers.keys()
        assert Counter(each.chain_id for each in plan.layers) == Counter(gone)
        assert gone == before.reached - after.reached
        assert plan.freed == before.size(gone)
        names = state.references.keys() - plan.state.references.keys()
        assert Counter(plan.untagged) == Counter(names)
        said = Counter((each.action, each.target) for each in plan.records)
        assert said == Counter([*(("Untagged", str(each)) for each in names),
                                *(("Deleted", each) for each in (*plan.images, *gone))])
        for kept in plan.kept:
            is_image = kept.id in plan.state.images
            assert _told(kept.needs) == (
                _needs(after, kept.id) if is_image else Counter(after.upon[kept.id]))
        assert plan.error is None or not (plan.images or gone)


def _told(needs: Iterable[Any]) -> Counter[tuple[str, str]]:
    return Counter((each.kind, each.id) for each in needs)


def _needs(marks: Marks, image_id: str) -> Counter[tuple[str, str]]:
    return Counter([
        *(("reference", each) for each in marks.names.get(image_id, ())),
        *(("child", each) for each in marks.children.get(image_id, ())),
        *(("container", each) for each in marks.users.get(image_id, ())),
    ])


def _check_lists(daemon: Daemon, marks: Marks) -> None:
    """Check what the Engine API lists, with its sizes and counts."""
    def ids(rows: Iterable[dict[str, Any]]) -> Counter[str]:
        return Counter(each["Id"] for each in rows)

    every = daemon.images(every=True)
    assert ids(every) == Counter(marks.state.images.keys())
    assert ids(daemon.images()) == Counter(marks.listed)
    assert ids(daemon.images(filters={"dangling": ("true",)})) == Counter(marks.dangling)
    for row in every:
        tags = {*(row["RepoTags"] or ()), *(row["RepoDigests"] or ())}
        assert tags - {"<none>:<none>", "<none>@<none>"} == marks.names.get(row["Id"], set())
        assert row["Size"] == marks.size(marks.chains[row["Id"]])
    usage = daemon.disk_usage()
    assert ids(usage["Images"]) == Counter(marks.listed)
    uses = Counter(each for image_id in marks.listed for each in marks.chains[image_id])
    for row in usage["Images"]:
        chain = marks.chains[row["Id"]]
        assert row["Containers"] == len(marks.users.get(row["Id"], ()))
        assert row["SharedSize"] == marks.size(each for each in chain if uses[each] > 1)
    assert usage["LayersSize"] == marks.size(uses)
    for row in usage["Containers"]:
        key = row["Id"]
        own = marks.layers.written(marks.state.containers[key])
        assert row.get("SizeRw", 0) == own
        assert row.get("SizeRootFs", 0) == marks.size(marks.stacks[key]) + own
    assert ids(usage["Containers"]) == Counter(marks.state.containers.keys())


def _check_views(marks: Marks) -> None:
    """Check what views say of sharing."""
    uses = Counter(each for chain in marks.chains.values() for each in chain)
    nodes = [each for each in layer_map(marks.state).layers if isinstance(each, LayerNode)]
    assert Counter(each.chain_id for each in nodes) == Counter(marks.state.layers.keys())
    for node in nodes:
        upon = len(marks.upon[node.chain_id])
        assert (node.images, node.references) == (uses[node.chain_id], upon)
    found = measure.space(marks.state)
    assert found.hidden == len(marks.state.images) - len(marks.listed)
    shown = {each for image_id in marks.listed for each in marks.chains[image_id]}
    assert Counter(each.name for each in found.held) == Counter(marks.reached - shown)
    names = {key: each.name for key, each in marks.state.containers.items()}
    for held in found.held:
        assert Counter(held.users) == Counter(
            names[key] for key, chain in marks.stacks.items() if held.name in chain)


def _check_volumes(daemon: Daemon, marks: Marks) -> None:
    """Check that volumes and networks are told of with those who use them."""
    containers = marks.state.containers
    mounting = {key: set(each.volumes.values()) for key, each in containers.items()}
    used = Counter(name for names in mounting.values() for name in names)
    assert used.keys() <= marks.state.volumes.keys()
    rows = daemon.disk_usage()["Volumes"]
    assert Counter(row["Name"] for row in rows) == Counter(marks.state.volumes.keys())
    for row in rows:
        assert row["UsageData"]["RefCount"] == used[row["Name"]]
    unused = {row["Name"] for row in daemon.volumes({"dangling": ("true",)})}
    assert unused == marks.state.volumes.keys() - used.keys()
    for key, each in containers.items():
        for point, name in each.volumes.items():
            assert each.mounts[point] is marks.state.volumes[name].changes, (key, point)
    for network in daemon.networks():
        inside = daemon.inspect_network(network["Id"])["Containers"] or {}
        assert set(inside) == {key for key, each in containers.items() if each.is_running
                               and network["Id"] in _networks_of(daemon, key)}


def _networks_of(daemon: Daemon, container: str) -> set[str]:
    settings = daemon.inspect_container(container)["NetworkSettings"]
    return {each["NetworkID"] for each in settings["Networks"].values()}
