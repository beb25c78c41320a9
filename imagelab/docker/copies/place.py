"""The two ends of a copy, and how files are renamed on their way between them.

What ``docker cp`` does depends on what is at both ends, and on whether the source was written
with ``/.`` behind it. The rules are those of the client's documentation.
"""

from __future__ import annotations

from dataclasses import dataclass

from imagelab.docker.command import ClientError
from imagelab.engine.container_paths import base, folder_of, is_dot
from imagelab.formats.gopath import clean


@dataclass(frozen=True)
class Place:
    """One end of a copy, in a container or on the host.

    Attributes:
        path: where it is; a slash or ``/.`` at its end means something.
        exists: whether anything is there.
        is_folder: whether that is a directory.
        rename: the name that a source is to have instead of its own; empty for its own.
    """

    path: str
    exists: bool = False
    is_folder: bool = False
    rename: str = ""


def split_entry(path: str) -> tuple[str, str]:
    """Return the directory of a path and its last part, which may be a dot."""
    cleaned = clean(path) + ("/." if is_dot(path) else "")
    return folder_of(cleaned), base(cleaned)


def prepare(source: Place, target: Place) -> tuple[str, tuple[str, str] | None]:
    """Return the directory to extract to, and the old and new name of what is copied.

    Raises:
        ClientError: a directory would go onto a file, or a file to where a directory is asked
            for that is not there.
    """
    if target.exists and target.is_folder:
        return clean(target.path), None
    if target.exists and source.is_folder:
        raise ClientError("cannot copy directory")
    if not target.exists and not source.is_folder and _asks_for_folder(target.path):
        raise ClientError("no such directory")
    folder, name = split_entry(target.path)
    return folder, (source.rename or split_entry(source.path)[1], name)


def _asks_for_folder(path: str) -> bool:
    return path.endswith("/") or is_dot(path)
