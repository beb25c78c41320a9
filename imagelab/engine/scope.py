"""Following links inside a root only, whatever they say, as the daemon does on its own host."""

from __future__ import annotations

from collections.abc import Callable

from imagelab.model.file_error import FileError
from imagelab.model.filesystem import FileSystem
from imagelab.model.node import Kind
from imagelab.model.tree import join_path, parent_of

#: Most links on one way.
_MAX_LINKS = 255


def follow(
    files: FileSystem, path: str, missing: Callable[[str], None] | None = None,
) -> str:
    """Return a path without a leading slash, its links followed, the root being that of them all.

    What is missing stays as it is written.

    Args:
        files: the container's or image's files.
        path: from the root.
        missing: is told each part that is not there.

    Raises:
        FileError: ``ELOOP``.
    """
    todo = path.split("/")[::-1]
    found, links = "", 0
    while todo:
        part = todo.pop()
        if part in ("", "."):
            continue
        if part == "..":
            found = parent_of(found)
            continue
        here = join_path(found, part)
        node = files.lookup(f"/{here}", follow=False)
        if node is None and missing is not None:
            missing(here)
        if node is not None and node.kind is Kind.SYMLINK:
            links += 1
            if links > _MAX_LINKS:
                raise FileError("ELOOP", path)
            found = "" if node.target.startswith("/") else found
            todo.extend(node.target.split("/")[::-1])
            continue
        found = here
    return found
