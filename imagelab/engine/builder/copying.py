"""``COPY`` and ``ADD``: from a source into the files of an image in the making."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from imagelab.engine.builder.placing import Placing, make_folders, place
from imagelab.engine.builder.sources import Found, Source
from imagelab.engine.builder.unpacking import is_archive, unpack
from imagelab.engine.scope import follow
from imagelab.formats.dockerfile_words import DockerfileError
from imagelab.formats.gopath import clean
from imagelab.model.content import Content
from imagelab.model.file_error import FileError
from imagelab.model.filesystem import FileSystem
from imagelab.model.node import Kind, Node
from imagelab.shell import users
from imagelab.shell.budget import Budget

#: Takes content into the lab's own keeping.
Keep = Callable[[Content], Content]
_UINT32 = (1 << 32) - 1
#: Owner and group.
Owner = tuple[int, int]


@dataclass(frozen=True)
class Target:
    """Where files are copied to.

    Attributes:
        files: the files of the image in the making.
        root: the folder that a daemon has them in, for its messages.
        path: absolute; a slash at its end says that it is a folder.
        owner: who the files belong to; None for those who have them in the source.
        unpacks: whether archives are unpacked.
        keep: takes content into the lab's own keeping.
        budget: what may be written.
    """

    files: FileSystem
    root: str
    path: str
    owner: Owner | None
    unpacks: bool
    keep: Keep
    budget: Budget


def target_path(working_dir: str, path: str) -> str:
    """Return the absolute path that a target means; a slash at its end stays."""
    if path.startswith("/"):
        return path
    slash = "/" if path.endswith("/") else ""
    return clean(f"/{working_dir}/{path}") + slash


def owner_of(files: FileSystem, text: str) -> Owner:
    """Return the numbers of a ``--chown`` such as ``user``, ``1`` or ``user:group``.

    A single name is a user's and a group's.

    Raises:
        DockerfileError: there is no such user or group.
    """
    who, colon, group = text.partition(":")
    group = group if colon else who
    uid, gid = users.number(who), users.number(group)
    front = "unable to convert uid/gid chown string to host mapping: can't find "
    if uid is None and (uid := users.user_id(files, who)) is None:
        raise DockerfileError(f"{front}uid for user {who}: no such user: {who}")
    if gid is None and (gid := users.group_id(files, group)) is None:
        raise DockerfileError(f"{front}gid for group {group}: no such group: {group}")
    return uid & _UINT32, gid & _UINT32


def copy(found: Sequence[Found], target: Target) -> None:
    """Copy what was found.

    Raises:
        DockerfileError: something is in the way.
        ExhaustedError: there is too much of it.
    """
    for each in found:
        try:
            _copy_one(each, target)
        except FileError as error:
            where = f"{target.root}/{error.path.strip('/')}"
            raise DockerfileError(
                f"failed to copy files: {where}: {error.message.lower()}") from error


def _copy_one(found: Found, target: Target) -> None:
    files = found.source.files
    path = files.resolve(f"/{found.path}")
    node = files.stat(f"/{path}")
    _check_inside(target)
    destination = follow(target.files, target.path)
    if node.is_directory:
        _copy_folder(found.source, path, target, destination)
        return
    if target.unpacks and not found.url and is_archive(node.content):
        _unpack(node.content, target, destination)
        return
    there = _existing(target, destination)
    if target.path.endswith("/") or (there is not None and there.is_directory):
        if not found.name:
            raise DockerfileError(f"ADD failed: cannot determine filename for source {found.url}")
        destination = f"{destination}/{found.name}".lstrip("/")
    _copy_file(node, target, destination)


def _check_inside(target: Target) -> None:
    """Refuse a target that climbs out of the root by its words."""
    full = clean(f"{target.root}/{target.path}")
    if not f"{full}/".startswith(f"{target.root}/"):
        raise DockerfileError(
            f"failed to copy files: evalSymlinksInScope: {full} is not in {target.root}")


def _existing(target: Target, path: str) -> Node | None:
    try:
        return target.files.stat(f"/{path}", follow=False)
    except FileError as error:
        if error.code == "ENOTDIR":
            raise _failed(target, "lstat", path) from error
        return None


def _failed(target: Target, call: str, path: str, front: str = "") -> DockerfileError:
    return DockerfileError(
        f"failed to copy files: {front}{call} {target.root}/{path.lstrip('/')}: not a directory")


def _copy_file(node: Node, target: Target, path: str) -> None:
    try:
        make_folders(target.files, posixpath.dirname(path))
    except FileError as error:
        raise _failed(target, "mkdir", error.path, "failed to create new directory: ") from error
    place(target.files, path, _taken(node, target))
    _give(target, path)


def _copy_folder(source: Source, folder: str, target: Target, destination: str) -> None:
    """Copy what is in a folder; the target itself stays as it is if it is there."""
    is_new = _existing(target, destination) is None
    try:
        make_folders(target.files, destination)
    except FileError as error:
        raise _failed(target, "mkdir", error.path, "failed to copy directory: ") from error
    placing = Placing(target.files)
    front = f"/{folder}"
    for path, node in source.files.walk(front):
        rest = path.removeprefix(front).lstrip("/")
        if rest:
            key = (node.inode, source.files.origin(path)) if node.inode else None
            placing.place(f"{destination}/{rest}".lstrip("/"), _taken(node, target), key)
    for placed in (*placing.paths, *([destination] if is_new else [])):
        _give(target, placed)
    placing.set_times()


def _taken(node: Node, target: Target) -> Node:
    """Return a node whose content the lab keeps."""
    target.budget.take("entries")
    target.budget.take("written", node.size)
    if node.kind is not Kind.FILE:
        return node
    return replace(node, content=target.keep(node.content))


def _give(target: Target, path: str) -> None:
    """Give a path to the new owner, if there is one."""
    if target.owner is not None:
        target.files.chown(f"/{path}", *target.owner, follow=False)


def _unpack(content: Content, target: Target, destination: str) -> None:
    try:
        make_folders(target.files, destination)
    except FileError as error:
        raise DockerfileError(
            "failed to copy files: Error processing tar file(exit status 1): Error setting up "
            f"pivot dir: mkdir {target.root}/{destination}/.pivot_root: not a directory",
        ) from error
    unpack(content, Placing(target.files), destination, lambda node: _taken(node, target))
