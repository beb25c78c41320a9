"""What takes the room: the numbers of ``docker system df -v`` and how they hang together.

Every number is one that a command prints, or a sum of such: SIZE as in ``docker images``, SHARED
SIZE, UNIQUE SIZE and the sizes of containers and volumes as in ``docker system df -v``, the
totals as in ``docker system df``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from imagelab.docker.rows import image_rows
from imagelab.docker.usage_totals import Total, totals
from imagelab.engine.disk_usage import disk_usage
from imagelab.engine.remove import plan
from imagelab.model.image import short_id
from imagelab.model.layer import Layer
from imagelab.model.outcome import EngineError
from imagelab.model.state import State


@dataclass(frozen=True)
class Shared:
    """Layers that the same images have, several of them.

    Attributes:
        number: its place among all such, the largest first.
        layers: the lowest first.
        images: IDs of the images, as ``docker images`` lists them.
    """

    number: int
    layers: tuple[Layer, ...]
    images: tuple[str, ...]

    @property
    def size(self) -> int:
        """Bytes, counted once."""
        return sum(layer.size for layer in self.layers)


@dataclass(frozen=True)
class ImageSpace:
    """What a listed image weighs.

    Attributes:
        id: its ID.
        names: its rows in ``docker images``, as ``repository:tag``.
        size: SIZE, all its layers.
        shared_size: SHARED SIZE, its layers that other listed images have too.
        containers: how many were made from it.
        shared: the shared layers, the lowest first.
    """

    id: str
    names: tuple[str, ...]
    size: int
    shared_size: int
    containers: int
    shared: tuple[Shared, ...]

    @property
    def unique_size(self) -> int:
        """UNIQUE SIZE: its layers that no other listed image has."""
        return self.size - self.shared_size


@dataclass(frozen=True)
class Other:
    """What takes room and is no image: a container's writable layer, a volume, a lone layer.

    Attributes:
        name: of the container or volume; ChainID of the layer.
        size: bytes.
        users: names of the containers that mount the volume or stand on the layer.
    """

    name: str
    size: int
    users: tuple[str, ...] = ()


@dataclass(frozen=True)
class Space:
    """What takes the room in a lab.

    Attributes:
        images: the listed images, the biggest first.
        shared: the layers that several of them have, by who has them; the largest first.
        containers: their writable layers.
        volumes: see there.
        held: layers that no listed image has, only containers; no command counts them.
        hidden: number of images that only ``docker images -a`` lists; their layers are in others.
        totals: the rows of ``docker system df``.
        disk: bytes of the images' layers, each once: SIZE of Images in ``docker system df``.
    """

    images: tuple[ImageSpace, ...]
    shared: tuple[Shared, ...]
    containers: tuple[Other, ...]
    volumes: tuple[Other, ...]
    held: tuple[Other, ...]
    hidden: int
    totals: tuple[Total, ...]
    disk: int

    @cached_property
    def column(self) -> int:
        """Sum of the SIZE column of ``docker images``, where an image has a row for each name."""
        return sum(each.size * len(each.names) for each in self.images)

    @cached_property
    def renamed(self) -> int:
        """What that sum counts again under another name of the same image."""
        return sum(each.size * (len(each.names) - 1) for each in self.images)

    @cached_property
    def again(self) -> int:
        """What that sum counts again because several images have the same layer."""
        return sum(each.size * (len(each.images) - 1) for each in self.shared)

    def image(self, image_id: str) -> ImageSpace | None:
        """Return a listed image."""
        return next((each for each in self.images if each.id == image_id), None)


def space(state: State) -> Space:
    """Return what takes the room in a lab."""
    usage = disk_usage(state, now=state.clock)
    shared = _shared(state, usage)
    of_image: dict[str, list[Shared]] = {}
    for group in sorted(shared, key=lambda group: group.layers[0].depth):
        for image_id in group.images:
            of_image.setdefault(image_id, []).append(group)
    listed = [
        ImageSpace(
            each["Id"], _names(each, state), each["Size"], each["SharedSize"], each["Containers"],
            tuple(of_image.get(each["Id"], ())))
        for each in usage["Images"]]
    listed.sort(key=lambda each: -each.size)
    return Space(
        tuple(listed), shared,
        tuple(Other(state.containers[each["Id"]].name, each.get("SizeRw", 0))
              for each in usage["Containers"]),
        tuple(_volumes(state, usage)), _held(state, usage),
        len(state.images) - len(listed), totals(usage), usage["LayersSize"])


def _names(row: Mapping[str, Any], state: State) -> tuple[str, ...]:
    rows = image_rows([dict(row)], now=state.clock, truncate=True, digests=False)
    return tuple(f"{each.fields['Repository']}:{each.fields['Tag']}" for each in rows)


def _shared(state: State, usage: Mapping[str, Any]) -> tuple[Shared, ...]:
    """Return the layers that several images have, put together where the same images do."""
    users: dict[str, list[str]] = {}
    for row in usage["Images"]:
        for chain_id in state.images[row["Id"]].chain_ids:
            users.setdefault(chain_id, []).append(row["Id"])
    groups: dict[tuple[str, ...], list[Layer]] = {}
    for chain_id, images in users.items():
        if len(images) > 1 and chain_id in state.layers:
            groups.setdefault(tuple(images), []).append(state.layers[chain_id])
    found = sorted(groups.items(), key=lambda pair: -sum(layer.size for layer in pair[1]))
    return tuple(Shared(at, tuple(layers), images) for at, (images, layers) in enumerate(found))


def _volumes(state: State, usage: Mapping[str, Any]) -> list[Other]:
    users: dict[str, list[str]] = {}
    for container in state.containers.values():
        for name in dict.fromkeys(container.volumes.values()):
            users.setdefault(name, []).append(container.name)
    return [Other(each["Name"], each["UsageData"]["Size"], tuple(users.get(each["Name"], ())))
            for each in usage["Volumes"]]


def _held(state: State, usage: Mapping[str, Any]) -> tuple[Other, ...]:
    counted = {chain_id for row in usage["Images"]
               for chain_id in state.images[row["Id"]].chain_ids}
    users: dict[str, list[str]] = {}
    for container in state.containers.values():
        for layer in container.layer.stack if container.layer else ():
            users.setdefault(layer.chain_id, []).append(container.name)
    return tuple(
        Other(chain_id, layer.size, tuple(users.get(chain_id, ())))
        for chain_id, layer in state.layers.items() if chain_id not in counted)


@dataclass(frozen=True)
class Deletion:
    """What it would bring to delete one image alone.

    Attributes:
        command: the command for it, with all names of the image.
        freed: bytes that come free.
        layers: how many layers go.
        gone: whether the image goes, and not only its names.
        error: why it is refused, in the daemon's words; empty if it is not.
    """

    command: str
    freed: int
    layers: int
    gone: bool
    error: str = ""


def deletion(state: State, image: ImageSpace) -> Deletion:
    """Return what ``docker rmi`` of an image, under all its names, would do."""
    after = state
    words: list[str] = []
    freed = layers = 0
    error: EngineError | None = None
    while error is None and (word := _next_word(after, image.id, bool(words))):
        done = plan(after, word)
        words.append(word)
        freed, layers = freed + done.freed, layers + len(done.layers)
        after, error = done.state, done.error
    return Deletion(f"docker rmi {' '.join(words)}", freed, layers, image.id not in after.images,
                    error.message if error else "")


def _next_word(state: State, image_id: str, begun: bool) -> str:
    """Return what to give ``docker rmi`` next: a name, or the ID of an image that has none."""
    references = state.references_of(image_id)
    tagged = [reference for reference in references if reference.tag]
    if references:
        return str((tagged or references)[0])
    return "" if begun else short_id(image_id)
