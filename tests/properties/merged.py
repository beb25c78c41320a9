"""The merged view of each image and container is what its layers come to, applied one by one."""

from __future__ import annotations

from imagelab.lab import Lab
from imagelab.model.node import Changes
from tests.properties import changesets
from tests.properties.layers import Layers, in_root, in_tree, linked


class Merged:
    """Checks views against layers."""

    def __init__(self, layers: Layers) -> None:
        self._layers = layers
        self._exported: dict[str, tuple[Changes, object]] = {}

    def check(self, lab: Lab) -> None:
        """Compare the views of all images, and all files of the containers that have changed."""
        state = lab.state
        tops = [each.layer for each in state.containers.values()]
        tops += [state.layers[each.chain_id] for each in state.images.values() if each.chain_id]
        for top in {id(each): each for each in tops if each is not None}.values():
            root = self._layers.root(top)
            assert in_tree(top.tree) == in_root(root)
            assert linked(top.tree) == changesets.linked(root)
        for container in state.containers.values():
            known = self._exported.get(container.id)
            now = container.changes, container.layer
            if known is None or any(a is not b for a, b in zip(known, now, strict=True)):
                self._exported[container.id] = now
                self._check_export(lab, container.id)

    def _check_export(self, lab: Lab, identifier: str) -> None:
        copy = Lab(daemon=lab.daemon.fork(lab.journal.head))
        exported = copy.docker(["export", identifier])
        assert exported.exit_code == 0, exported.stderr
        root = changesets.applied({}, exported.stdout_bytes, 0)
        want = self._layers.of_container(lab.state.containers[identifier])
        assert {path: file.about for path, file in root.items()} == {
            path: file.about for path, file in want.items()}
        assert changesets.linked(root) == changesets.linked(want)
