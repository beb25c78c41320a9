"""Tab completion of paths: of the host's files, and of files in containers."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path

from imagelab.engine.lookup import find_container
from imagelab.engine.rootfs import open_files
from imagelab.model.file_error import FileError
from imagelab.model.outcome import EngineError
from imagelab.model.state import State

#: Names of one folder that are looked at.
_MOST = 2_000
#: What a shell would not take as a part of a word; such names are not offered.
_SPECIAL = frozenset(" \t\n'\"\\`$&|;<>()*?[]{}!#~")


def host_paths(folder: Path | None, prefix: str, *, only_folders: bool = False) -> list[str]:
    """Return the paths of the host that begin with a prefix; folders end with a slash.

    Args:
        folder: what relative paths start from; None where no host's files are to be shown.
        prefix: the path as far as it is typed.
        only_folders: whether files are left out.
    """
    if folder is None:
        return []
    front, begun = _split(prefix)
    try:
        with os.scandir(folder / front) as entries:
            names = [(each.name, each.is_dir()) for each in islice(entries, _MOST)]
    except (OSError, ValueError):
        return []
    found = _offered(begun, (f"{name}/" if is_folder else name for name, is_folder in names
                             if is_folder or not only_folders))
    return [f"{front}{name}" for name in found]


def copy_side(
    state: State, sources: Sequence[str], prefix: str, folder: Path | None,
) -> list[str]:
    """Return what a side of ``cp`` may become: one is a container's path, the other the host's.

    Args:
        state: the lab.
        sources: the side before it, if there is one.
        prefix: what is typed of it.
        folder: the host's folder that paths start from.
    """
    name, colon, path = prefix.partition(":")
    if colon:
        return _container_paths(state, name, path)
    newest = list(state.containers.values())[::-1]
    containers = [f"{each.name}:" for each in newest]
    if not sources:
        return [*containers, *host_paths(folder, prefix)]
    return host_paths(folder, prefix) if ":" in sources[0] else containers


def _container_paths(state: State, name: str, prefix: str) -> list[str]:
    """Return what a path in a container may become: ``name:/path``."""
    front, begun = _split(prefix or "/")
    try:
        files = open_files(find_container(state, name), 0)
        names = [f"{each}/" if files.stat(f"/{front}/{each}", follow=False).is_directory else each
                 for each in files.names(f"/{front}")[:_MOST]]
    except (EngineError, FileError):
        return []
    return [f"{name}:{front}{each}" for each in _offered(begun, names)]


def _split(prefix: str) -> tuple[str, str]:
    """Return the folder of a path that is being typed, with its slash, and the rest."""
    front, slash, begun = prefix.rpartition("/")
    return front + slash, begun


def _offered(begun: str, names: Iterable[str]) -> list[str]:
    """Return the names that fit, sorted; those with a dot in front only if one is typed."""
    return sorted(name for name in names if name.startswith(begun)
                  and (begun or not name.startswith(".")) and not _SPECIAL & set(name))
