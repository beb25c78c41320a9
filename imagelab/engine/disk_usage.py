"""``docker system df``: what images, containers and volumes take up, as ``GET /system/df``."""

from __future__ import annotations

from collections import Counter
from typing import Any

from imagelab.engine.containers import list_containers
from imagelab.engine.images import list_images
from imagelab.engine.volumes import list_volumes, users
from imagelab.model.image import Image
from imagelab.model.node import size_of
from imagelab.model.state import State


def disk_usage(state: State, *, now: int) -> dict[str, Any]:
    """Return what is there, with sizes in bytes (case ``df-01``).

    A layer counts once, whatever number of images it is in, and only if it is in one: what a
    container alone still holds is left out (as engine 20.10 counts). The build cache is empty:
    classic builds keep theirs as images.
    """
    return {
        "LayersSize": layers_size(state),
        "Images": _images(state),
        "Containers": list_containers(state, now=now, every=True, size=True),
        "Volumes": [
            {**each, "UsageData": volume_usage(state, each["Name"])}
            for each in list_volumes(state)],
        "BuildCache": None,
        "BuilderSize": 0,
    }


def layers_size(state: State) -> int:
    """Return the bytes of all layers that images are made of."""
    parents = {image.parent for image in state.images.values()}
    named = set(state.references.values())
    chain_ids = {
        chain_id for image in state.images.values()
        if image.id in named or image.id not in parents
        for chain_id in image.chain_ids}
    return sum(state.layers[each].size for each in chain_ids if each in state.layers)


def _images(state: State) -> list[dict[str, Any]]:
    """Return the listed images, each with its containers and what it shares with the others."""
    rows = list_images(state)
    uses = Counter(chain_id for row in rows for chain_id in state.images[row["Id"]].chain_ids)
    containers = Counter(each.image_id for each in state.containers.values())
    return [
        {**row, "Containers": containers[row["Id"]],
         "SharedSize": shared_size(state, state.images[row["Id"]], uses)}
        for row in rows]


def shared_size(state: State, image: Image, uses: Counter[str]) -> int:
    """Return the bytes of an image's layers that are used more than once, by ChainID."""
    return sum(state.layers[each].size for each in image.chain_ids if uses[each] > 1)


def volume_usage(state: State, name: str) -> dict[str, int]:
    """Return how many containers mount a volume, and its bytes."""
    return {"RefCount": len(users(state, name)), "Size": size_of(state.volumes[name].changes)}
