"""Volumes: files that containers mount and that stay when the containers go.

A volume's content is in the state once; :meth:`State.with_container` keeps what is mounted in
step with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from imagelab.engine.events import prune_event, volume_event
from imagelab.engine.filters import Filters, check_names, labels_match, loose_flag
from imagelab.engine.fixed_ids import fixed_id
from imagelab.engine.go_regexp import go_search
from imagelab.engine.lookup import find_container
from imagelab.engine.mounts import (
    HOST,
    Mount,
    check_driver,
    check_name,
    chosen,
    in_memory,
    mount_point,
)
from imagelab.engine.rootfs import base_tree
from imagelab.formats.gotime import SECOND, format_time
from imagelab.model.container import Container, HostConfig
from imagelab.model.node import Changes, Node, directory, size_of
from imagelab.model.outcome import BadRequest, Conflict, NotFound, Outcome, Unsimulated
from imagelab.model.state import State, Volume
from imagelab.model.tree import Tree, join_path
from imagelab.shell.budget import Budget

_ROOT = "/var/lib/docker/volumes"
#: What keeps volumes.
_DRIVER = "local"
#: Most volumes of one container: an image may ask for any number, and each costs at every look.
MAX_VOLUMES = 100


def mount_volumes(state: State, container: Container, now: int) -> tuple[State, Container]:
    """Make the volumes that a new container wants, and mount them.

    A volume without a name gets one out of the container's ID. An empty volume is filled with
    what the image has at its place.

    Raises:
        BadRequest: a volume cannot be, in the daemon's words.
        NotFound: it is to have a driver that is not there.
        Unsimulated: there are too many, or one is of a kind that is not followed.
    """
    wanted = _wanted(state, container)
    if len(wanted) > MAX_VOLUMES:
        raise Unsimulated(f"imagelab does not simulate more than {MAX_VOLUMES} volumes in one "
                          "container")
    mounts: dict[str, Changes] = dict(container.mounts)
    volumes: dict[str, str] = {}
    tree = base_tree(container) if wanted else Tree()
    for mount in wanted:
        name = mount.name or fixed_id(f"volume {container.id} {mount.point}")
        volume = state.volumes.get(name)
        if volume is None and mount.is_there:
            raise BadRequest('invalid mount config for type "bind": bind source path does not '
                             f"exist: {mount.folder}")
        if volume is None:
            check_driver(name, container.host_config.settings.get("VolumeDriver", ""))
            volume = Volume(name, now, {"": directory(mtime=now)}, mount.labels)
        if mount.copies and not volume.changes.keys() - {""}:
            volume = replace(volume, changes=_copied(tree, mount.point) or volume.changes)
        state = state.with_volume(volume)
        mounts[mount.point] = volume.changes
        volumes[mount.point] = name
    read_only = tuple(mount.point for mount in wanted if mount.read_only)
    return state, replace(container, mounts=mounts, volumes=volumes, read_only=read_only)


def _wanted(state: State, container: Container) -> list[Mount]:
    """Return what is to be mounted: other containers' volumes, its own choice, the image's."""
    found = {mount.point: mount for mount in _from_others(state, container.host_config)}
    found |= {mount.point: mount for mount in chosen(container.host_config)}
    for path in container.config.volumes or {}:
        point = mount_point(path)
        if not point:
            raise BadRequest(f"invalid volume specification: '{path}': invalid mount config for "
                             "type \"volume\": invalid specification: destination can't be '/'")
        found.setdefault(point, Mount(point))
    return list(found.values())


def _from_others(state: State, host_config: HostConfig) -> Iterator[Mount]:
    """Yield the volumes of the containers that ``VolumesFrom`` names."""
    for spec in host_config.settings.get("VolumesFrom") or ():
        if not spec:
            raise BadRequest("volumes-from specification cannot be an empty string")
        name, _, mode = spec.partition(":")
        if mode not in ("", "ro", "rw", "z", "Z"):
            raise BadRequest(f"invalid mode: {mode}")
        try:
            other = find_container(state, name)
        except NotFound as error:
            raise BadRequest(error.message) from error
        for point, volume in other.volumes.items():
            read_only = mode == "ro" or point in other.read_only
            yield Mount(point, volume, copies=False, read_only=read_only)


def _copied(tree: Tree, point: str) -> dict[str, Node]:
    """Return what an image has in a folder, under paths relative to it; nothing for no folder."""
    root = tree.get(point)
    if root is None or not root.node.is_directory:
        return {}
    found = {"": root.node}
    folders = [""]
    while folders:
        folder = folders.pop()
        for name in sorted(tree.names(join_path(point, folder) if folder else point)):
            path = join_path(folder, name)
            entry = tree.get(f"{point}/{path}")
            assert entry is not None, "it has a name there"
            # Hard links are told by numbers that hold for one layer only.
            found[path] = replace(entry.node, inode=0, opaque=False)
            if entry.node.is_directory:
                folders.append(path)
    return found


def drop_anonymous(state: State, container: Container) -> State:
    """Return the state without the volumes that only a removed container had, unnamed ones."""
    gone = {
        name for point, name in container.volumes.items()
        if name == fixed_id(f"volume {container.id} {point}") and not users(state, name)
    }
    return without_volumes(state, gone) if gone else state


def without_volumes(state: State, gone: set[str]) -> State:
    """Return the state without some volumes."""
    rest = {name: each for name, each in state.volumes.items() if name not in gone}
    return replace(state, volumes=rest)


def users(state: State, name: str) -> list[str]:
    """Return the IDs of the containers that mount a volume."""
    return [each.id for each in state.containers.values() if name in each.volumes.values()]


def mount_points(container: Container) -> list[dict[str, Any]]:
    """Return what is mounted into a container as the Engine API lists its ``Mounts``."""
    modes = {mount.point: mount.mode for mount in chosen(container.host_config)}
    folders = {mount.point: mount for mount in chosen(container.host_config) if mount.folder}
    memory = [
        {"Type": "tmpfs", "Source": "", "Destination": f"/{each.point}", "Mode": "",
         "RW": not each.read_only, "Propagation": ""}
        for each in in_memory(container.host_config) if each.is_listed]
    return memory + [
        {"Type": "bind", "Source": name.removeprefix(HOST), "Destination": f"/{point}",
         "Mode": modes.get(point, ""), "RW": point not in container.read_only,
         "Propagation": folders[point].propagation if point in folders else "rprivate"}
        if name.startswith(HOST) else
        {
            "Type": "volume", "Name": name, "Source": _folder(name), "Destination": f"/{point}",
            "Driver": _DRIVER, "Mode": modes.get(point, ""), "RW": point not in container.read_only,
            "Propagation": "",
        }
        for point, name in sorted(container.volumes.items())
    ]


def volumes_of(container: Container) -> dict[str, str]:
    """Return the mount points of a container's volumes, folders of the machine left out."""
    return {point: name for point, name in container.volumes.items() if not name.startswith(HOST)}


def named(state: State) -> dict[str, Volume]:
    """Return the volumes, folders of the machine left out."""
    return {name: each for name, each in state.volumes.items() if not name.startswith(HOST)}


def _folder(name: str) -> str:
    return f"{_ROOT}/{name}/_data"


# --- docker volume -------------------------------------------------------------------------


def list_volumes(state: State, filters: Filters | None = None) -> list[dict[str, Any]]:
    """Return the volumes by name, as ``GET /volumes`` does.

    Raises:
        BadRequest: a filter is unknown or has a value that it does not take.
    """
    filters = filters or {}
    check_names(filters, ("dangling", "driver", "label", "name"))
    dangling = loose_flag(filters, "dangling")
    budget = Budget()

    def matches(volume: Volume) -> bool:
        patterns = filters.get("name", ())
        return (
            (dangling is None or dangling == (not users(state, volume.name)))
            and _DRIVER in filters.get("driver", (_DRIVER,))
            and labels_match(filters, volume.labels)
            and (not patterns
                 or any(go_search(each, (volume.name,), budget) for each in patterns))
        )

    found = [volume for volume in named(state).values() if matches(volume)]
    return [_document(each) for each in sorted(found, key=lambda volume: volume.name)]


def inspect_volume(state: State, name: str) -> dict[str, Any]:
    """Return a volume as ``GET /volumes/…`` does.

    Raises:
        NotFound: there is no such volume.
    """
    return _document(_find(state, name))


def _find(state: State, name: str) -> Volume:
    if name not in named(state):
        raise NotFound(f"{f'get {name}' if name else 'get'}: no such volume")
    return state.volumes[name]


def _document(volume: Volume) -> dict[str, Any]:
    return {
        "CreatedAt": format_time(volume.created // SECOND * SECOND),
        "Driver": _DRIVER,
        "Labels": None if volume.labels is None else dict(sorted(volume.labels.items())),
        "Mountpoint": _folder(volume.name),
        "Name": volume.name,
        "Options": None,
        "Scope": "local",
    }


@dataclass(frozen=True)
class NewVolume:
    """What a new volume is to be.

    Attributes:
        name: empty for one of the daemon's choice.
        labels: what is to be written on it; None for nothing.
        driver: what is to keep it; empty for the daemon's own.
        options: what the driver is told.
    """

    name: str = ""
    labels: Mapping[str, str] | None = None
    driver: str = ""
    options: Mapping[str, str] = field(default_factory=dict)


def create_volume(state: State, name: str, wish: NewVolume, *, now: int) -> Outcome[str]:
    """Make a volume, if there is none of the name, and return its name.

    Args:
        state: the lab.
        name: the volume's name, by whoever it was chosen.
        wish: what else it is to be.
        now: nanoseconds since 1970.

    Raises:
        BadRequest: the name cannot be.
        EngineError: the lab has no such driver, or it takes no options.
    """
    if wish.driver not in ("", _DRIVER):
        raise NotFound(f"create {name}: error looking up volume plugin {wish.driver}: plugin "
                       f'"{wish.driver}" not found')
    check_name(name)
    if wish.options:
        raise Unsimulated("imagelab does not simulate options of volumes")
    if name not in state.volumes:
        empty = {"": directory(mtime=now)}
        labels = None if wish.labels is None else dict(wish.labels)
        state = state.with_volume(Volume(name, now, empty, labels))
    return Outcome(state, name, (volume_event(name, "create", now),))


def remove_volume(
    state: State, name: str, *, now: int, force: bool = False,
) -> Outcome[None]:
    """Remove a volume; with ``force`` one that is not there is no error.

    Raises:
        NotFound: there is no such volume.
        Conflict: a container mounts it.
    """
    if force and name not in state.volumes:
        return Outcome(state, None)
    _find(state, name)
    if found := users(state, name):
        raise Conflict(f"remove {name}: volume is in use - [{', '.join(found)}]")
    return Outcome(without_volumes(state, {name}), None, (volume_event(name, "destroy", now),))


@dataclass(frozen=True)
class PrunedVolumes:
    """What a prune removed.

    Attributes:
        names: the volumes.
        reclaimed: bytes that were freed.
    """

    names: tuple[str, ...]
    reclaimed: int


def prune_volumes(state: State, filters: Filters, *, now: int) -> Outcome[PrunedVolumes]:
    """Remove the volumes that no container mounts, those with names too (API before 1.42).

    Raises:
        BadRequest: a filter is unknown.
    """
    check_names(filters, ("label", "label!"))
    gone = [each for each in named(state).values()
            if not users(state, each.name) and labels_match(filters, each.labels)]
    names = tuple(each.name for each in gone)
    reclaimed = sum(size_of(each.changes) for each in gone)
    return Outcome(without_volumes(state, set(names)), PrunedVolumes(names, reclaimed),
                   (prune_event("volume", reclaimed, now),))
