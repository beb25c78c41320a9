"""Every digest is one: of the bytes it names, by the formulas of the OCI image specification."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from imagelab.lab import Lab
from imagelab.model.layer import Layer
from imagelab.model.node import Kind
from imagelab.model.state import State
from tests.properties.archives import Saved
from tests.properties.layers import Layers


def digest(data: bytes) -> str:
    """Return the digest of some bytes."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def chain_ids(diff_ids: Sequence[str]) -> list[str]:
    """Return the ChainIDs of layers, the lowest first."""
    chain: list[str] = []
    for each in diff_ids:
        chain.append(digest(f"{chain[-1]} {each}".encode()) if chain else each)
    return chain


def stack(layer: Layer | None) -> list[Layer]:
    """Return a layer and those below, the lowest first."""
    found: list[Layer] = []
    while layer is not None:
        found.insert(0, layer)
        layer = layer.parent
    return found


def diff_ids(config: bytes) -> list[str]:
    """Return the DiffIDs that an image's configuration names."""
    rootfs: dict[str, Any] = json.loads(config).get("rootfs") or {}
    return list(rootfs.get("diff_ids") or ())


def check(lab: Lab, layers: Layers) -> None:
    """Check the digests of all images and layers of a lab, and those of what was pushed."""
    state = lab.state
    for image_id, image in state.images.items():
        assert image_id == image.id == digest(image.config_json)
        wanted = diff_ids(image.config_json)
        made = [step for step in json.loads(image.config_json).get("history") or ()
                if not step.get("empty_layer")]
        assert len(made) == len(wanted)
        chain = chain_ids(wanted)
        _check_stack(state.layers[chain[-1]] if chain else None, wanted, layers)
        shown = lab.daemon.inspect_image(image_id)
        assert (shown["Id"], shown["RootFS"].get("Layers") or []) == (image_id, wanted)
    for container in state.containers.values():
        own = [each.diff_id for each in stack(container.layer)]
        image_of_it = state.images.get(container.image_id)
        assert image_of_it is None or diff_ids(image_of_it.config_json) == own
        _check_stack(container.layer, own, layers)
    for chain_id, layer in state.layers.items():
        assert chain_id == layer.chain_id
        _check_stack(layer, [each.diff_id for each in stack(layer)], layers)
    _check_pushed(state)


def _check_stack(top: Layer | None, wanted: list[str], layers: Layers) -> None:
    found = stack(top)
    assert [each.diff_id for each in found] == wanted
    assert [each.chain_id for each in found] == chain_ids(wanted)
    layers.root(top)  # which reads the tars


def _check_pushed(state: State) -> None:
    """Check what registries keep: they have blobs in files with the digest in their paths."""
    volumes = [each.changes for each in state.volumes.values()]
    for changes in (state.hub, *volumes):
        for path, node in changes.items():
            parts = path.split("/")
            if parts[-1] == "data" and "blobs" in parts and node.kind is Kind.FILE:
                assert node.content.digest == f"sha256:{parts[-2]}"


def check_saved(saved: dict[str, Saved]) -> None:
    """Check the digests of what an archive holds."""
    for image_id, image in saved.items():
        assert image_id == digest(image.config)
        assert [digest(each) for each in image.layers] == diff_ids(image.config)
