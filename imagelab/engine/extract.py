"""Taking files out of an archive, into a container or onto the host: one set of rules for both.

The rules are those of Docker's extraction: an entry replaces what is in its place, directories
merge, nothing lands outside of the folder, times of directories are set last.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Protocol

from imagelab.engine.container_paths import folder_of
from imagelab.formats.file_archive import FileEntry
from imagelab.formats.gopath import clean
from imagelab.formats.goquote import quoted
from imagelab.model.file_error import FileError
from imagelab.model.filesystem import FileSystem
from imagelab.model.node import Kind, Node
from imagelab.model.tree import name_of, parent_of


class Target(Protocol):
    """Files that can be written to. Paths are absolute; errors are FileError or OSError."""

    def kind(self, path: str) -> Kind | None:
        """Return what is at a path, a link not followed; None for nothing."""

    def make_folder(self, path: str) -> None:
        """Make a directory with the permissions that new ones get."""

    def remove(self, path: str) -> None:
        """Remove a file or a directory that is empty."""

    def names(self, path: str) -> list[str]:
        """Return the names in a directory."""

    def put(self, path: str, node: Node) -> None:
        """Make what a node says, where nothing is."""

    def link(self, old: str, path: str, node: Node) -> None:
        """Make a hard link; the node has the owner that the file gets."""

    def mark(self, path: str, node: Node) -> None:
        """Give a directory the owner and the permissions of a node."""

    def set_time(self, path: str, mtime: int) -> None:
        """Give a directory its time, nanoseconds since 1970."""


class ExtractError(Exception):
    """An extraction that stopped, in Docker's words; what was done before stays."""


def extract(
    target: Target, folder: str, entries: Iterable[FileEntry], *,
    owner: tuple[int, int] | None = None, keep_kind: bool = True,
) -> None:
    """Put the files of an archive into a folder.

    Args:
        target: where the folder is.
        folder: absolute, without links.
        entries: the files, in the archive's order.
        owner: whose the files become; as they say if left out.
        keep_kind: whether a directory may not take the place of anything else, nor the other
            way round (``noOverwriteDirNonDir``).

    Raises:
        ExtractError: as the class says.
    """
    times: dict[str, int] = {}
    for entry in entries:
        if owner is not None:
            uid, gid = owner
            entry = replace(entry, node=replace(entry.node, uid=uid, gid=gid))
        path = _path(folder, entry.name)
        _make_parents(target, path)
        if _make_way(target, folder, path, entry, keep_kind=keep_kind):
            _put(target, folder, path, entry)
            if entry.node.is_directory:
                times[path] = entry.node.mtime
    for path, mtime in times.items():
        try:
            target.set_time(path, mtime)
        except (FileError, OSError) as error:
            raise _error("chtimes", path, error) from error


def _path(folder: str, name: str) -> str:
    path = clean(f"{folder}/{name}")
    # Lexically: a link on the way was there before, or has passed the same check.
    if not _is_inside(folder, path):
        raise ExtractError(f"{quoted(clean(name))} is outside of {quoted(folder)}")
    return path


def _is_inside(folder: str, path: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _error(action: str, path: str, error: FileError | OSError) -> ExtractError:
    words = error.message if isinstance(error, FileError) else error.strerror or str(error)
    return ExtractError(f"{action} {path}: {words.lower()}")


def _make_parents(target: Target, path: str) -> None:
    missing = []
    parent = parent_of(path)
    try:
        while parent and target.kind(parent) is None:
            missing.append(parent)
            parent = parent_of(parent)
        for each in reversed(missing):
            target.make_folder(each)
    except (FileError, OSError) as error:
        raise _error("mkdir", parent_of(path), error) from error


def _make_way(
    target: Target, folder: str, path: str, entry: FileEntry, *, keep_kind: bool,
) -> bool:
    """Remove what an entry replaces; return whether there is anything to put."""
    try:
        found = target.kind(path)
    except (FileError, OSError) as error:
        raise _error("lstat", path, error) from error
    if found is None:
        return True
    is_folder = entry.node.is_directory
    was_folder = found is Kind.DIRECTORY
    if keep_kind and was_folder != is_folder:
        old, new = ("directory", "non-directory") if was_folder else ("non-directory", "directory")
        raise ExtractError(
            f"cannot overwrite {old} {quoted(path)} with {new} {quoted(folder)}")
    if was_folder and clean(entry.name) == ".":
        return False
    if not (was_folder and is_folder):
        _remove_all(target, path)
    return True


def _remove_all(target: Target, path: str) -> None:
    doomed = [path]
    each = path
    try:
        for each in doomed:
            if target.kind(each) is Kind.DIRECTORY:
                doomed += [f"{each}/{name}" for name in target.names(each)]
        for each in reversed(doomed):
            target.remove(each)
    except (FileError, OSError) as error:
        shown = f"{folder_of(each)}/{name_of(each)}"
        raise _error("unlinkat", shown, error) from error


def _put(target: Target, folder: str, path: str, entry: FileEntry) -> None:
    node = entry.node
    try:
        if entry.link:
            old = clean(f"{folder}/{entry.link}")
            if not _is_inside(folder, old):
                raise ExtractError(f"invalid hardlink {quoted(old)} -> {quoted(entry.link)}")
            _link(target, old, path, node)
        elif node.is_directory:
            if target.kind(path) is None:
                target.make_folder(path)
            target.mark(path, node)
            target.set_time(path, node.mtime)  # and again when all is in it
        elif node.kind is Kind.SYMLINK and not _is_inside(
                folder, clean(f"{parent_of(path)}/{node.target}")):
            raise ExtractError(f"invalid symlink {quoted(path)} -> {quoted(node.target)}")
        else:
            target.put(path, node)
    except (FileError, OSError) as error:
        action = {Kind.FILE: "open", Kind.DIRECTORY: "mkdir"}.get(node.kind, "mknod")
        raise _error(action, path, error) from error


def _link(target: Target, old: str, path: str, node: Node) -> None:
    try:
        target.link(old, path, node)
    except (FileError, OSError) as error:
        raise _error(f"link {old}", path, error) from error


class ContainerTarget:
    """The files of a container; links on the way are followed inside its root."""

    def __init__(self, files: FileSystem) -> None:
        """Write to a container's files."""
        self._files = files

    def kind(self, path: str) -> Kind | None:
        """See :class:`Target`."""
        node = self._files.lookup(path, follow=False)
        return node.kind if node else None

    def make_folder(self, path: str) -> None:
        """See :class:`Target`."""
        self._files.mkdir(path)

    def remove(self, path: str) -> None:
        """See :class:`Target`."""
        is_folder = self.kind(path) is Kind.DIRECTORY
        (self._files.rmdir if is_folder else self._files.unlink)(path)

    def names(self, path: str) -> list[str]:
        """See :class:`Target`."""
        return self._files.names(path)

    def put(self, path: str, node: Node) -> None:
        """See :class:`Target`."""
        if node.kind is Kind.SYMLINK:
            node = replace(node, mode=0o777)  # that of every link on Linux
        self._files.add(path, node)

    def link(self, old: str, path: str, node: Node) -> None:
        """See :class:`Target`."""
        self._files.link(old, path)
        self._files.chown(path, node.uid, node.gid, follow=False)

    def mark(self, path: str, node: Node) -> None:
        """See :class:`Target`."""
        self._files.chown(path, node.uid, node.gid)
        self._files.chmod(path, node.mode)

    def set_time(self, path: str, mtime: int) -> None:
        """See :class:`Target`."""
        self._files.utime(path, mtime)
