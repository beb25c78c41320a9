"""What is to be mounted into a container, as ``Binds`` and ``Mounts`` of its settings say."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from imagelab.model.container import HostConfig
from imagelab.model.outcome import BadRequest, NotFound, Unsimulated

_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]*")
#: Words of a bind's mode that change nothing here; the daemon notes ``z`` where none is given.
_HARMLESS = frozenset({"rw", "z", "Z", "nocopy", "cached", "consistent", "delegated"})
#: Of these a mode may have one each.
_EXCLUSIVE = (("rw", "ro"), ("z", "Z"), ("cached", "consistent", "delegated"))
_OPTIONS = {"volume": "VolumeOptions", "bind": "BindOptions", "tmpfs": "TmpfsOptions"}


@dataclass(frozen=True)
class Mount:
    """A volume to be mounted.

    Attributes:
        point: where, from the root, without a slash in front.
        name: which one; empty for one of the container's own.
        mode: as ``docker inspect`` shows it.
        copies: whether an empty volume is filled with what the image has at its place.
        labels: of a volume that is made for this.
    """

    point: str
    name: str = ""
    mode: str = "z"
    copies: bool = True
    labels: Mapping[str, str] | None = None


def chosen(host_config: HostConfig) -> Iterator[Mount]:
    """Yield the volumes that a container's settings name, each at a place of its own.

    Raises:
        BadRequest: one cannot be, in the daemon's words.
        Unsimulated: one is a folder of the host, in memory or read-only.
    """
    points: set[str] = set()
    for mount in _all(host_config):
        if mount.point in points:
            raise BadRequest(f"Duplicate mount point: /{mount.point}")
        points.add(mount.point)
        yield mount


def _all(host_config: HostConfig) -> Iterator[Mount]:
    for spec in host_config.binds:
        yield _bind(spec)
    for each in host_config.settings.get("Mounts") or ():
        yield _mount(each)


def _bind(spec: str) -> Mount:
    """Read ``/path`` or ``name:/path[:mode]``."""
    parts = spec.split(":")
    front = f"invalid volume specification: '{spec}'"
    if len(parts) > 3 or (len(parts) > 1 and not parts[0]):
        raise BadRequest(front)
    name, path, mode = ["", *parts, ""] if len(parts) == 1 else [*parts, ""][:3]
    if name.startswith(("/", ".", "~")):
        raise Unsimulated("imagelab does not simulate folders of the host in containers: "
                          f"use the name of a volume instead of {name}")
    words = mode.split(",") if mode else []
    if any(len(set(words) & set(each)) > 1 for each in _EXCLUSIVE) or not (
            set(words) <= _HARMLESS | {"ro"}):
        raise BadRequest(f"invalid mode: {mode}")
    point = _checked_point(path, f'{front}: invalid mount config for type "volume": ')
    if "ro" in words:
        raise _read_only()
    if name:
        check_name(name)
    return Mount(point, name, mode or "z", copies="nocopy" not in words)


def _mount(given: Mapping[str, Any]) -> Mount:
    """Read one of ``Mounts``."""
    kind, source, target = (given.get(key, "") for key in ("Type", "Source", "Target"))
    front = f'invalid mount config for type "{kind}": '
    if not target:
        raise BadRequest(f"{front}field Target must not be empty")
    point = _checked_point(target, front)
    if kind not in _OPTIONS:
        raise BadRequest(f"{front}mount type unknown")
    for other, key in _OPTIONS.items():
        if other != kind and key in given:
            raise BadRequest(f"{front}field {key} must not be specified")
    if kind == "tmpfs":
        if source:
            raise BadRequest(f"{front}field Source must not be specified")
        raise Unsimulated("imagelab does not simulate folders in memory (tmpfs)")
    if kind == "bind":
        if not source:
            raise BadRequest(f"{front}field Source must not be empty")
        raise Unsimulated("imagelab does not simulate folders of the host in containers: "
                          f"use the name of a volume instead of {source}")
    if given.get("ReadOnly"):
        if not source:
            raise BadRequest(f"{front}must not set ReadOnly mode when using anonymous volumes")
        raise _read_only()
    options = given.get("VolumeOptions", {})
    driver = options.get("DriverConfig", {})
    check_driver(source, driver.get("Name", ""))
    if driver.get("Options"):
        raise Unsimulated("imagelab does not simulate options of volume drivers")
    if source:
        check_name(source)
    return Mount(point, source, copies=not options.get("NoCopy"), labels=options.get("Labels"))


def check_driver(name: str, driver: str) -> None:
    """Refuse a driver of volumes that a daemon has only as a plugin.

    Raises:
        NotFound: in the daemon's words.
    """
    if driver not in ("", "local"):
        raise NotFound(f"create {name}: error looking up volume plugin {driver}: plugin "
                       f'"{driver}" not found')


def _read_only() -> Unsimulated:
    return Unsimulated("imagelab does not simulate volumes that are read-only")


def _checked_point(path: str, front: str) -> str:
    """Return where a path of a container is, without a slash in front.

    Raises:
        BadRequest: nothing can be mounted there.
    """
    point = mount_point(path)
    if not point:
        raise BadRequest(f"{front}invalid specification: destination can't be '/'")
    if not path.startswith("/"):
        raise BadRequest(f"{front}invalid mount path: '{path}' mount path must be absolute")
    return point


def mount_point(path: str) -> str:
    """Return a path cleaned and without its slash in front; nothing for the root."""
    return posixpath.normpath(f"/{path}").strip("/")


def check_name(name: str) -> None:
    """Refuse what cannot be the name of a volume.

    Raises:
        BadRequest: in the daemon's words.
    """
    if len(name) < 2:
        raise BadRequest(f"create {name}: volume name is too short, names should be at least two "
                         "alphanumeric characters")
    if not _NAME.fullmatch(name):
        raise BadRequest(
            f'create {name}: "{name}" includes invalid characters for a local volume name, only '
            '"[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed. If you intended to pass a host directory, '
            "use absolute path")
