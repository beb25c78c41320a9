"""A build context: the tar that a client sends, as a folder that ``COPY`` takes files from."""

from __future__ import annotations

import tarfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO

from imagelab.formats import layer_tar, tar_entries
from imagelab.formats.tar_places import PlaceError, Places
from imagelab.formats.tarsum import entry_digest
from imagelab.model.node import WHITEOUT
from imagelab.model.tree import Tree

#: Most entries of a context that the lab reads.
MAX_ENTRIES = 100_000


class ContextError(ValueError):
    """A tar that cannot be a build context."""


@dataclass(frozen=True)
class Context:
    """A build context.

    Attributes:
        tree: its files; contents can be read as long as the tar is open.
        headers: the tar's entries by path.
    """

    tree: Tree
    headers: Mapping[str, tarfile.TarInfo]

    def digest(self, path: str) -> str:
        """Return the digest of what is at a path; empty where the tar has no entry."""
        entry, member = self.tree.get(path), self.headers.get(path)
        if entry is None or member is None:
            return ""
        return entry_digest(
            member.name + ("/" if member.isdir() else ""), _kind(member), mode=member.mode,
            uid=member.uid, gid=member.gid, size=0 if member.islnk() else member.size,
            target=member.linkname, user=member.uname, group=member.gname,
            device=(member.devmajor, member.devminor), xattrs=entry.node.xattrs,
            content=entry.node.content if member.isreg() else None)

    def without(self, paths: Collection[str]) -> Context:
        """Return the context without some files."""
        if not paths:
            return self
        kept = {path: member for path, member in self.headers.items() if path not in paths}
        gone = {path: WHITEOUT for path in paths if path in self.headers}
        return Context(self.tree.over(gone), kept)


def read(file: BinaryIO) -> Context:
    """Index a build context in a seekable file.

    Unlike a layer it has no whiteouts: a name that begins with ``.wh.`` is one like others.

    Raises:
        ContextError: it is no tar, it has too many entries, or a name leaves the folder.
    """
    places = Places()
    headers: dict[str, tarfile.TarInfo] = {}
    try:
        for member in tar_entries.entries(file, MAX_ENTRIES):
            path = places.find(layer_tar.clean_path(member.name))
            if member.islnk():
                member.linkname = places.find(layer_tar.clean_path(member.linkname))
            node = layer_tar.node_of(path, member, places.nodes, partial(
                tar_entries.InFile, file))
            if path:
                places.put(path, node)
                headers[path] = member
    except tar_entries.TarError as error:
        raise ContextError(str(error)) from error
    except (layer_tar.LayerError, PlaceError) as error:
        raise ContextError(layer_tar.failure(error)) from error
    return Context(Tree().over(places.nodes), headers)


def _kind(member: tarfile.TarInfo) -> str:
    """Return the type flag as Go's reader gives it."""
    if member.isdir():
        return "5"
    return "0" if member.type in (b"\0", b"7") else member.type.decode("latin-1")
