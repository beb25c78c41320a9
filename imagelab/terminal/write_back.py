"""Writing what the terminal's commands changed to the host's folder."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from imagelab.model.file_error import FileError
from imagelab.model.node import Changes, Kind, Node
from imagelab.terminal.host_tree import HostFile


def write_back(folder: Path, changes: Changes) -> list[str]:
    """Make a folder of the host what the changes say; return what could not be done.

    Contents are written to a place of their own first: the source of a moved file may be another
    path of the same changes.

    Args:
        folder: what the changes' paths start from.
        changes: paths to nodes, whiteouts for what is to go.
    """
    if not changes:
        return []
    problems: list[str] = []
    try:
        with TemporaryDirectory(prefix=".imagelab-", dir=folder) as aside:
            staged = dict(_stage(folder, changes, Path(aside), problems))
            for path in sorted(changes, reverse=True):
                _try(_make_way, folder / path, changes[path], problems)
            for path in sorted(changes):
                _put(folder / path, changes[path], staged.get(path), problems)
    except OSError as error:
        problems.append(f"{folder}: {error.strerror}")
    return problems


def _stage(
    folder: Path, changes: Changes, aside: Path, problems: list[str],
) -> Iterator[tuple[str, Path]]:
    """Write the new contents aside and yield where they are."""
    for number, (path, node) in enumerate(changes.items()):
        if node.kind is not Kind.FILE or node.content == _own(folder / path):
            continue
        file = aside / str(number)
        try:
            with file.open("wb") as output:
                output.writelines(node.content.chunks())
        except FileError as error:
            problems.append(f"{folder / path}: {error.message}")
        except OSError as error:
            problems.append(f"{folder / path}: {error.strerror}")
        else:
            yield path, file


def _own(host: Path) -> HostFile | None:
    """Return what a file of the host already holds."""
    try:
        return HostFile(host, host.lstat().st_size)
    except OSError:
        return None


def _try(action: object, host: Path, node: Node, problems: list[str]) -> None:
    try:
        action(host, node)  # type: ignore[operator]
    except OSError as error:
        problems.append(f"{host}: {error.strerror}")


def _make_way(host: Path, node: Node) -> None:
    """Remove what the node hides of what is there."""
    if not os.path.lexists(host):
        return
    is_folder = stat.S_ISDIR(host.lstat().st_mode)
    if node.is_directory and is_folder:
        if node.opaque:
            for each in host.iterdir():
                _remove(each)
    elif node.kind is Kind.WHITEOUT or is_folder or node.kind is not Kind.FILE:
        _remove(host)


def _remove(host: Path) -> None:
    if stat.S_ISDIR(host.lstat().st_mode):
        shutil.rmtree(host)
    else:
        host.unlink()


def _put(host: Path, node: Node, staged: Path | None, problems: list[str]) -> None:
    if node.kind is Kind.WHITEOUT:
        return
    if node.kind not in (Kind.FILE, Kind.DIRECTORY, Kind.SYMLINK):
        problems.append(f"{host}: only files, directories and links reach the host")
        return
    _try(_make, host, node, problems)
    if staged is not None:
        _try(lambda path, _: staged.replace(path), host, node, problems)
    _try(_mark, host, node, problems)


def _make(host: Path, node: Node) -> None:
    if node.is_directory:
        host.mkdir(exist_ok=True)
    elif node.kind is Kind.SYMLINK:
        host.symlink_to(node.target)


def _mark(host: Path, node: Node) -> None:
    """Give a file or directory its owner, its permissions and its time."""
    if node.kind is Kind.SYMLINK:
        return
    now = host.lstat()
    if hasattr(os, "chown") and (now.st_uid, now.st_gid) != (node.uid, node.gid):
        os.chown(host, node.uid, node.gid)
    if stat.S_IMODE(now.st_mode) != node.mode:
        host.chmod(node.mode)
    if node.kind is Kind.FILE and now.st_mtime_ns != node.mtime:
        os.utime(host, ns=(node.mtime, node.mtime))
