"""What is to be mounted into a container: ``Binds``, ``Mounts`` and ``Tmpfs`` of its settings."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from imagelab.model.container import HostConfig
from imagelab.model.outcome import BadRequest, EngineError, NotFound, Unsimulated

#: Before a path, in the place of a volume's name: a folder of the machine that the lab plays.
HOST = "host:"
_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]*")
#: Words of a bind's mode that change nothing here; the daemon notes ``z`` where none is given.
_HARMLESS = frozenset({"rw", "z", "Z", "nocopy", "cached", "consistent", "delegated"})
#: Of these a mode may have one each.
_EXCLUSIVE = (("rw", "ro"), ("z", "Z"), ("cached", "consistent", "delegated"))
#: What may be said of a folder in memory (mount(8), tmpfs(5)): words, and names of values.
_MEMORY_WORDS = frozenset((
    "", "defaults", "ro", "rw", "suid", "nosuid", "dev", "nodev", "exec", "noexec", "sync", "async",
    "dirsync", "remount", "mand", "nomand", "atime", "noatime", "diratime", "nodiratime", "bind",
    "rbind", "unbindable", "runbindable", "private", "rprivate", "shared", "rshared", "slave",
    "rslave", "relatime", "norelatime", "strictatime", "nostrictatime"))
_MEMORY_VALUES = frozenset(("size", "mode", "uid", "gid", "nr_inodes", "nr_blocks", "mpol"))
#: How mounts of the machine and of the container show to each other.
_PROPAGATION = ("private", "rprivate", "shared", "rshared", "slave", "rslave")
_OPTIONS = {"volume": "VolumeOptions", "bind": "BindOptions", "tmpfs": "TmpfsOptions"}


@dataclass(frozen=True)
class Memory:
    """A folder in memory, empty at each start (``--tmpfs``).

    Attributes:
        point: where, from the root, without a slash in front.
        mode: its permission bits.
        uid: its owner.
        gid: its group.
        read_only: whether processes may change nothing there.
        is_listed: whether ``docker inspect`` tells of it among the mounts.
    """

    point: str
    mode: int = 0o1777
    uid: int = 0
    gid: int = 0
    read_only: bool = False
    is_listed: bool = False


@dataclass(frozen=True)
class Mount:
    """A volume to be mounted, or a folder of the machine.

    Attributes:
        point: where, from the root, without a slash in front.
        name: which one; empty for one of the container's own; a path after :data:`HOST`.
        mode: as ``docker inspect`` shows it.
        copies: whether an empty volume is filled with what the image has at its place.
        labels: of a volume that is made for this.
        read_only: whether processes may change nothing there.
        propagation: of a folder of the machine, see above.
        is_there: whether that folder must be there already.
    """

    point: str
    name: str = ""
    mode: str = "z"
    copies: bool = True
    labels: Mapping[str, str] | None = None
    read_only: bool = False
    propagation: str = ""
    is_there: bool = False

    @property
    def folder(self) -> str:
        """The folder of the machine that it is; empty for a volume."""
        return self.name.removeprefix(HOST) if self.name.startswith(HOST) else ""


def chosen(host_config: HostConfig) -> Iterator[Mount]:
    """Yield the volumes that a container's settings name, each at a place of its own.

    Raises:
        BadRequest: one cannot be, in the daemon's words.
    """
    points: set[str] = set()
    for mount in _all(host_config):
        if mount.point in points:
            raise BadRequest(f"Duplicate mount point: /{mount.point}")
        points.add(mount.point)
        if isinstance(mount, Mount):
            yield mount


def in_memory(host_config: HostConfig) -> Iterator[Memory]:
    """Yield the folders in memory that a container's settings name."""
    for path, options in (host_config.settings.get("Tmpfs") or {}).items():
        yield _memory(path, options)
    for each in host_config.settings.get("Mounts") or ():
        mount = _mount(each)
        if isinstance(mount, Memory):
            yield mount


def check_in_memory(host_config: HostConfig) -> None:
    """Refuse places where nothing can be mounted.

    Raises:
        BadRequest: in the daemon's words.
    """
    for path in host_config.settings.get("Tmpfs") or ():
        _checked_point(path, "")


def check_memory_options(host_config: HostConfig) -> None:
    """Refuse what makes no sense of folders in memory, which is only looked at for a start.

    Raises:
        EngineError: in the daemon's words.
    """
    for options in (host_config.settings.get("Tmpfs") or {}).values():
        for name, equals, value in (each.partition("=") for each in options.split(",")):
            if name not in (_MEMORY_VALUES if equals else _MEMORY_WORDS):
                parts = f'"{name}" "{value}"' if equals else f'"{name}"'
                raise EngineError(f"invalid tmpfs option [{parts}]")


def _memory(path: str, options: str) -> Memory:
    values = {name: value for name, _, value in (
        each.partition("=") for each in options.split(","))}
    return Memory(
        mount_point(path), _whole(values.get("mode", ""), 8, 0o1777) & 0o7777,
        _whole(values.get("uid", ""), 10), _whole(values.get("gid", ""), 10),
        read_only=bool(values.keys() & {"ro"}))


def _whole(text: str, base: int, default: int = 0) -> int:
    try:
        return int(text, base) if len(text) < 11 else default
    except ValueError:
        return default


def _all(host_config: HostConfig) -> Iterator[Mount | Memory]:
    for spec in host_config.binds:
        yield _bind(spec)
    for each in host_config.settings.get("Mounts") or ():
        yield _mount(each)


def _bind(spec: str) -> Mount:
    """Read ``/path`` or ``name:/path[:mode]``.

    Raises:
        EngineError: it is none (500: the daemon does not say that this is the client's fault).
    """
    parts = spec.split(":")
    front = f"invalid volume specification: '{spec}'"
    if not spec or len(parts) > 3 or (len(parts) > 1 and not parts[0]):
        raise EngineError(front)
    name, path, mode = ["", *parts, ""] if len(parts) == 1 else [*parts, ""][:3]
    if name.startswith((".", "~")):
        raise host_folder(name)
    if name.startswith("/"):
        return _of_machine(spec, name, path, mode)
    words = mode.split(",") if mode else []
    if any(len(set(words) & set(each)) > 1 for each in _EXCLUSIVE) or not (
            set(words) <= _HARMLESS | {"ro"}):
        raise EngineError(f"invalid mode: {mode}")
    point = _checked_point(path, f'{front}: invalid mount config for type "volume": ', 500)
    if name:
        check_name(name)
    return Mount(point, name, mode or "z", copies="nocopy" not in words, read_only="ro" in words)


def _of_machine(spec: str, name: str, path: str, mode: str) -> Mount:
    front = f"invalid volume specification: '{spec}': invalid mount config for type \"bind\": "
    words = mode.split(",") if mode else []
    if "nocopy" in words:
        raise EngineError(f"{front}field VolumeOptions must not be specified")
    if any(len(set(words) & set(each)) > 1 for each in (*_EXCLUSIVE, _PROPAGATION)) or not (
            set(words) <= _HARMLESS | {"ro", *_PROPAGATION}):
        raise EngineError(f"invalid mode: {mode}")
    return Mount(
        _checked_point(path, front, 500), _machine_path(name), mode, copies=False,
        read_only="ro" in words,
        propagation=next((each for each in words if each in _PROPAGATION), "rprivate"))


def _machine_path(path: str) -> str:
    return f"{HOST}/{posixpath.normpath(path).strip('/')}"


def host_folder(name: str) -> Unsimulated:
    """Return the refusal of a folder of the host."""
    return Unsimulated("imagelab does not simulate folders of the host in containers: "
                       f"use the name of a volume instead of {name}")


def _mount(given: Mapping[str, Any]) -> Mount | Memory:
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
    read_only = bool(given.get("ReadOnly"))
    if kind == "tmpfs":
        if source:
            raise BadRequest(f"{front}field Source must not be specified")
        mode = given.get("TmpfsOptions", {}).get("Mode") or 0o1777
        return Memory(point, mode & 0o7777, read_only=read_only, is_listed=True)
    if kind == "bind":
        if not source:
            raise BadRequest(f"{front}field Source must not be empty")
        if not source.startswith("/"):
            raise BadRequest(f"{front}invalid mount path: '{source}' mount path must be absolute")
        propagation = given.get("BindOptions", {}).get("Propagation") or "rprivate"
        if propagation not in _PROPAGATION:
            raise BadRequest(f"{front}invalid propagation mode: {propagation}")
        return Mount(point, _machine_path(source), "", copies=False, read_only=read_only,
                     propagation=propagation, is_there=True)
    if read_only and not source:
        raise BadRequest(f"{front}must not set ReadOnly mode when using anonymous volumes")
    options = given.get("VolumeOptions", {})
    driver = options.get("DriverConfig", {})
    check_driver(source, driver.get("Name", ""))
    if driver.get("Options"):
        raise Unsimulated("imagelab does not simulate options of volume drivers")
    if source:
        check_name(source)
    return Mount(point, source, copies=not options.get("NoCopy"), labels=options.get("Labels"),
                 read_only=read_only)


def check_driver(name: str, driver: str) -> None:
    """Refuse a driver of volumes that a daemon has only as a plugin.

    Raises:
        NotFound: in the daemon's words.
    """
    if driver not in ("", "local"):
        raise NotFound(f"create {name}: error looking up volume plugin {driver}: plugin "
                       f'"{driver}" not found')


def _checked_point(path: str, front: str, status: int = 400) -> str:
    """Return where a path of a container is, without a slash in front.

    Raises:
        EngineError: nothing can be mounted there; with this status.
    """
    point = mount_point(path)
    if not point:
        raise EngineError(f"{front}invalid specification: destination can't be '/'", status)
    if not path.startswith("/"):
        raise EngineError(
            f"{front}invalid mount path: '{path}' mount path must be absolute", status)
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
