"""Files out of a container and into it, as the Engine API's ``…/archive`` gives and takes them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from imagelab.engine import container_paths as paths
from imagelab.engine.events import container_event
from imagelab.engine.extract import ContainerTarget, ExtractError, extract
from imagelab.engine.lookup import find_container
from imagelab.engine.rootfs import (
    MOUNTED_FILES,
    base_tree,
    has_read_only_root,
    with_mount_points,
)
from imagelab.formats.file_archive import FileEntry
from imagelab.formats.gopath import clean
from imagelab.formats.goquote import quoted
from imagelab.formats.gotime import SECOND, format_time
from imagelab.formats.layer_tar import LayerError
from imagelab.formats.tar_entries import TarError
from imagelab.model.container import Container
from imagelab.model.filesystem import FileSystem
from imagelab.model.node import Changes, Kind, Node
from imagelab.model.outcome import BadRequest, EngineError, Outcome
from imagelab.model.state import State
from imagelab.shell.users import find_user

#: Go's file modes: what kind of file it is, in bits above the permissions.
_GO_KINDS = {
    Kind.FILE: 0, Kind.DIRECTORY: 1 << 31, Kind.SYMLINK: 1 << 27, Kind.BLOCK: 1 << 26,
    Kind.FIFO: 1 << 25, Kind.CHARACTER: 1 << 26 | 1 << 21,
}
_GO_BITS = {0o4000: 1 << 23, 0o2000: 1 << 22, 0o1000: 1 << 20}
_NOBODY = 65534
#: What a directory weighs on the file systems that daemons run on.
_FOLDER_SIZE = 4096


@dataclass(frozen=True)
class PathStat:
    """What the header ``X-Docker-Container-Path-Stat`` says of a path.

    Attributes:
        name: last part of the path as it was asked for.
        node: what is there, a link not followed.
        link_target: where a link leads to, followed to its end inside the container; else empty.
    """

    name: str
    node: Node
    link_target: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the header's document; its mode is Go's, its time has nanoseconds."""
        mode = self.node.mode & 0o777 | _GO_KINDS[self.node.kind]
        for bit, go_bit in _GO_BITS.items():
            mode |= go_bit if self.node.mode & bit else 0
        return {
            "name": self.name,
            "size": _FOLDER_SIZE if self.node.is_directory else self.node.size,
            "mode": mode,
            "mtime": format_time(self.node.mtime),
            "linkTarget": self.link_target,
        }


@dataclass(frozen=True)
class Archive:
    """Files of a container.

    Attributes:
        stat: what was asked for.
        entries: it and all below, named after the last part of the path.
    """

    stat: PathStat
    entries: tuple[FileEntry, ...]


def open_mounted(container: Container, now: int) -> FileSystem:
    """Open a container's files as the daemon sees them: with volumes, without kernel files."""
    return FileSystem(
        base_tree(container), container.changes, now=now, mounts=_mounts(container),
        volumes=container.volumes)


def _mounts(container: Container) -> dict[str, Changes]:
    # The daemon mounts its own files from the first start on.
    points = {*container.volumes, *(MOUNTED_FILES if container.started else ())}
    return {point: each for point, each in container.mounts.items() if point in points}


def mount(state: State, name: str, *, now: int) -> Outcome[None]:
    """Make the folders of a container that volumes go on, which the daemon does before it looks.

    So ``docker cp`` changes a container with volumes that was never started, also where it then
    finds nothing (recorded case ``cp-volume-points`` of the random sequences).

    Raises:
        NotFound: there is no such container.
    """
    container = find_container(state, name)
    mounted = with_mount_points(container, now)
    return Outcome(state if mounted is container else state.with_container(mounted), None)


def stat_path(state: State, name: str, path: str) -> PathStat:
    """Say what is at a path of a container.

    Raises:
        NotFound: there is no such container, or nothing at the path.
        BadRequest: the path is empty.
        EngineError: there is no way to it.
    """
    container = find_container(state, name)
    return _stat(container, open_mounted(container, 0), name, path)[0]


def _stat(
    container: Container, files: FileSystem, name: str, path: str,
) -> tuple[PathStat, str]:
    """Return what is at a path, and the path with links on the way followed."""
    _check_given(path)
    wanted = paths.from_root(path)
    resolved = paths.resolve(container, files, wanted)
    paths.check_there(container, files, resolved, path, name)
    node = files.stat(resolved, follow=False)
    target = ""
    if node.kind is Kind.SYMLINK:
        target = paths.in_scope(container, files, wanted)
    return PathStat(paths.base(wanted), node, target), resolved


def _check_given(path: str) -> None:
    if not path:
        raise BadRequest("bad parameter: pathcannot be empty")


def get_archive(state: State, name: str, path: str, *, now: int) -> Outcome[Archive]:
    """Take a file, or a directory with all that is in it, out of a container.

    Raises:
        EngineError: as :func:`stat_path` has it.
    """
    container = find_container(state, name)
    files = open_mounted(container, now)
    stat, resolved = _stat(container, files, name, path)
    entries = tuple(entries_below(files, resolved, stat.name))
    event = container_event(container, "archive-path", now)
    return Outcome(state, Archive(stat, entries), (event,))


def entries_below(files: FileSystem, path: str, top: str) -> Iterator[FileEntry]:
    """Yield a path and what is below it as entries of an archive, names in order.

    Args:
        files: where the path is.
        path: absolute.
        top: name of the path in the archive; the others' begin with it. Empty for names that
            begin with nothing.
    """
    start = clean(path)
    front = len(start.rstrip("/")) + 1
    lead = f"{top.rstrip('/')}/" if top else ""
    first_links: dict[object, str] = {}
    for here, node in files.walk(start):
        below = here[front:]
        name = f"{lead}{below}" if below else top
        entry = FileEntry(name, _whole_seconds(node))
        if node.inode:
            first = first_links.setdefault((files.origin(here), node.inode), entry.name)
            if first != entry.name:
                entry = replace(entry, link=first)
        yield entry


def _whole_seconds(node: Node) -> Node:
    return replace(node, mtime=node.mtime - node.mtime % SECOND)


def put_archive(
    state: State, name: str, path: str, entries: Iterable[FileEntry], *, now: int,
    keep_kind: bool = True, as_user: bool = False,
) -> Outcome[None]:
    """Put files into a directory of a container.

    What was put before an error stays.

    Args:
        state: the lab.
        name: the container.
        path: the directory; links are followed inside the container.
        entries: the files; what their content is belongs to the lab.
        now: for the times of directories that something comes into.
        keep_kind: see :func:`imagelab.engine.extract.extract`.
        as_user: whether the files become those of the container's user, if it has one.

    Raises:
        NotFound: there is no such container, or nothing at the path.
        BadRequest: the path is empty.
        EngineError: the path is no directory, or there is no way to it; it is read-only.
    """
    container = find_container(state, name)
    _check_given(path)
    files = open_mounted(container, now)
    folder = paths.in_scope(container, files, paths.from_root(path))
    paths.check_there(container, files, folder, path, name)
    if not files.stat(folder).is_directory:
        raise EngineError("extraction point is not a directory")
    _check_writable(container, files, folder)
    owner = _owner(files, container.config.user) if as_user and container.config.user else None
    error: EngineError | None = None
    try:
        extract(ContainerTarget(files), folder, entries, owner=owner, keep_kind=keep_kind)
    except (ExtractError, LayerError, TarError) as stopped:
        error = EngineError(f"Error processing tar file(exit status 1): {stopped}")
    state = state.with_container(_with_files(container, files))
    event = container_event(container, "extract-to-dir", now)
    return Outcome(state, None, () if error else (event,), error)


def _check_writable(container: Container, files: FileSystem, folder: str) -> None:
    inside = files.resolve(folder).strip("/")
    points = [each for each in container.volumes if f"{inside}/".startswith(f"{each}/")]
    if points:
        if max(points, key=len) in container.read_only:
            raise EngineError("mounted volume is marked read-only")
    elif has_read_only_root(container):
        raise EngineError("container rootfs is marked read-only")


def _owner(files: FileSystem, text: str) -> tuple[int, int]:
    """Return the owner that a container's user means.

    Engine 20.10 takes the text as one name or number, group and all, and looks it up on its own
    host; the lab has no host but the container, and the one user that every host has.
    """
    user = find_user(files, text)
    if user is None and text == "nobody":
        return _NOBODY, _NOBODY
    if user is None:
        raise EngineError(f"getent unable to find entry {quoted(text)} in passwd database")
    return user.uid, user.gid


def _with_files(container: Container, files: FileSystem) -> Container:
    mounted = {point: files.mounted(point) for point in _mounts(container)}
    return replace(container, changes=files.changes, mounts={**container.mounts, **mounted})
