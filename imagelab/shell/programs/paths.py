"""Paths as programs take them apart and put them together."""

from __future__ import annotations

from imagelab.model.file_error import FileError
from imagelab.shell.programs.io import Io
from imagelab.shell.quoting import gnu_quote


def base_name(path: str) -> str:
    """Return a path's last part, slashes at the end taken off."""
    return path.rstrip("/").rpartition("/")[2] or ("/" if path.startswith("/") else "")


def below(folder: str, name: str) -> str:
    """Return ``folder/name``."""
    return folder + name if folder.endswith("/") else f"{folder}/{name}"


def quoted_path(io: Io, path: str) -> str:
    """Quote a path as the flavour's messages do."""
    return gnu_quote(path) if io.gnu else f"'{path}'"


def unreachable(io: Io, path: str) -> str:
    """Return what busybox's cp and mv say of a path that cannot even be looked up.

    Empty for one that is there, or could be made.
    """
    try:
        io.stat(path)
    except FileError as error:
        if error.code == "ENOTDIR":
            return f"can't stat '{path}': Path has non-directory component"
        if error.code != "ENOENT":
            return f"can't stat '{path}': {error.message}"
    return ""


def everything_at(io: Io, path: str, recursive: bool) -> list[str]:
    """Return a path and, if ``recursive``, all paths below it; links are not followed."""
    if not recursive:
        return [path]
    found, stack = [], [path]
    while stack:
        here = stack.pop()
        found.append(here)
        if io.is_directory(here, follow=False):
            stack.extend(below(here, name) for name in reversed(io.names(here)))
    return found
