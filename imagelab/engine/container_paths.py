"""Paths as ``docker cp`` names them: cleaned as Go does, and resolved inside a container's root.

A slash or ``/.`` at the end of a path means something to ``docker cp``, so cleaning keeps it.
"""

from __future__ import annotations

from functools import partial

from imagelab.engine.scope import follow
from imagelab.formats.gopath import clean
from imagelab.model.container import Container
from imagelab.model.file_error import FileError
from imagelab.model.filesystem import FileSystem
from imagelab.model.outcome import EngineError, NotFound
from imagelab.model.tree import parent_of


def base(path: str) -> str:
    """Return the last part of a path, whatever slashes follow it: ``/`` of the root."""
    stripped = path.rstrip("/")
    if not stripped:
        return "/" if path else "."
    return stripped.rpartition("/")[2]


def folder_of(path: str) -> str:
    """Return the cleaned path up to the last slash."""
    return clean(path[: path.rfind("/") + 1])


def is_dot(path: str) -> bool:
    """Whether a path says "what is in this directory": its last part is a dot."""
    return base(path) == "."


def keep_end(cleaned: str, path: str) -> str:
    """Return a cleaned path with the slash or ``/.`` at its end that the original had."""
    if is_dot(path) and not is_dot(cleaned):
        cleaned = cleaned.rstrip("/") + "/."
    if path.endswith("/") and not cleaned.endswith("/"):
        cleaned += "/"
    return cleaned


def from_root(path: str) -> str:
    """Return the path in a container that a user named, absolute; its end is kept."""
    return keep_end(clean(f"/{path}"), path)


def merged_folder(container: Container) -> str:
    """Return where a daemon would have the container's files, for its messages."""
    return f"/var/lib/docker/overlay2/{container.id}/merged"


def in_scope(container: Container, files: FileSystem, path: str) -> str:
    """Return a path with every link followed, the container's root being the root of them all.

    What is missing stays as it is written.

    Raises:
        EngineError: a part is in no directory, or links lead in circles.
    """
    try:
        return f"/{follow(files, path, partial(_check_reachable, container, files))}"
    except FileError as error:
        raise EngineError("evalSymlinksInScope: too many links in "
                          f"{merged_folder(container)}{path}") from error


def _check_reachable(container: Container, files: FileSystem, path: str) -> None:
    parent = files.lookup(f"/{parent_of(path)}", follow=False)
    if parent is not None and not parent.is_directory:
        raise _not_in_directory(container, f"/{path}")


def _not_in_directory(container: Container, path: str) -> EngineError:
    return EngineError(f"lstat {merged_folder(container)}{path}: not a directory")


def resolve(container: Container, files: FileSystem, path: str) -> str:
    """Return a path with the links on the way followed, not one that it ends in.

    Args:
        container: for messages.
        files: its files.
        path: from :func:`from_root`.

    Raises:
        EngineError: as for :func:`in_scope`.
    """
    folder, _, last = path.rpartition("/")
    front = in_scope(container, files, folder) if folder else "/"
    return f"{front.rstrip('/')}/{last}"


def check_there(container: Container, files: FileSystem, resolved: str, named: str,
                name: str) -> None:
    """Refuse a path where nothing is.

    Raises:
        NotFound: ``Could not find the file …`` (case ``cp-02``).
        EngineError: there is something, but no directory as the path's end has it.
    """
    try:
        files.stat(resolved, follow=False)
    except FileError as error:
        if error.code == "ENOTDIR":
            raise _not_in_directory(container, resolved) from error
        raise NotFound(f"Could not find the file {named} in container {name}") from error
