"""Layer tars: a canonical stream out of changes, and changes out of any tar.

The stream is the lab's own canonical form: paths in order, parents first, whole seconds, numeric
owners only, whiteouts and opaque markers as the OCI image layer spec has them. Its headers are
written here and not by a library, since the DiffID is the SHA-256 of exactly these bytes and
must be the same on every Python.
"""

from __future__ import annotations

import re
import tarfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import BinaryIO, cast

from imagelab.formats import tar_entries
from imagelab.formats.tar_places import PlaceError, Places
from imagelab.model.content import Blob, Content, Slice
from imagelab.model.node import (
    EMPTY,
    MAX_MAJOR,
    MAX_MINOR,
    WHITEOUT,
    Changes,
    Kind,
    Node,
)
from imagelab.model.tree import join_path, name_of, parent_of

BLOCK = tar_entries.BLOCK
SECOND = 1_000_000_000
WHITEOUT_PREFIX = ".wh."
OPAQUE_MARKER = ".wh..wh..opq"
MAX_ENTRIES = 2_000_000
#: Longest path of Linux, in bytes, and how deep a layer may nest directories.
MAX_PATH = 4096
MAX_NAME = 255
MAX_DEPTH = 256
_MAX_OWNER = (1 << 32) - 1

#: The type that a tar has each kind of file under.
TYPES = {
    Kind.FILE: b"0", Kind.SYMLINK: b"2", Kind.CHARACTER: b"3", Kind.BLOCK: b"4",
    Kind.DIRECTORY: b"5", Kind.FIFO: b"6",
}
#: What entries are, by the type that a tar has them under.
KINDS = {
    tarfile.REGTYPE: Kind.FILE, tarfile.AREGTYPE: Kind.FILE, tarfile.SYMTYPE: Kind.SYMLINK,
    tarfile.CHRTYPE: Kind.CHARACTER, tarfile.BLKTYPE: Kind.BLOCK,
    tarfile.DIRTYPE: Kind.DIRECTORY, tarfile.FIFOTYPE: Kind.FIFO,
}

_PAX_TIME = re.compile(r"(-?[0-9]{1,19})(?:\.([0-9]*))?")

#: Makes the content of a file out of its offset and size in a tar.
ContentAt = Callable[[int, int], Content]


class LayerError(ValueError):
    """A tar that cannot be a layer."""


class DuplicateError(LayerError):
    """A path that comes twice in a layer: a daemon refuses it, and readers differ about it."""

    def __init__(self) -> None:
        """Say so as the daemon does."""
        super().__init__("duplicates of file paths not supported")


def failure(error: Exception) -> str:
    """Return how a daemon tells why it could not unpack a layer."""
    if isinstance(error, DuplicateError):
        return f"Error processing tar file({error}): "
    return f"Error processing tar file(exit status 1): {error}"


# --- writing -------------------------------------------------------------------------------


def canonical(changes: Changes) -> dict[str, Node]:
    """Return the changes as their layer tar keeps them: in order, in whole seconds, no root.

    The root directory is never part of a layer, as on a daemon.
    """
    names = Counter(node.inode for node in changes.values())
    return {
        path: _canonical(changes[path], alone=names[changes[path].inode] == 1)
        for path in sorted(changes) if path}


def _canonical(node: Node, *, alone: bool) -> Node:
    """Return a node in whole seconds, and without the mark of a hard link if none is left."""
    rest = node.mtime % SECOND
    inode = 0 if alone else node.inode
    if rest or inode != node.inode:
        return replace(node, mtime=node.mtime - rest, inode=inode)
    return node


def write(changes: Changes) -> Iterator[bytes]:
    """Stream the canonical layer tar of some changes; nothing but the end for no changes."""
    for piece in pieces(changes):
        if isinstance(piece, bytes):
            yield piece
        else:
            yield from piece.chunks()


def length(changes: Changes) -> int:
    """Return the number of bytes that :func:`write` gives, without making them."""
    return sum(
        len(piece) if isinstance(piece, bytes) else piece.size for piece in pieces(changes))


def pieces(changes: Changes) -> Iterator[bytes | Content]:
    """Yield what the canonical layer tar consists of: headers and fillings, and file contents."""
    first_links: dict[int, str] = {}
    for path in sorted(path for path in changes if path):
        yield from _entry(path, changes[path], first_links)
    yield bytes(2 * BLOCK)


def _entry(path: str, node: Node, first_links: dict[int, str]) -> Iterator[bytes | Content]:
    if node.kind is Kind.WHITEOUT:
        marker = join_path(parent_of(path), WHITEOUT_PREFIX + name_of(path))
        yield from header(marker, b"0", mode=0o600)
        return
    if node.inode and (link := first_links.setdefault(node.inode, path)) != path:
        yield from _node_header(path, node, b"1", target=link)
        return
    slash = "/" if node.is_directory else ""
    yield from _node_header(path + slash, node, TYPES[node.kind], target=node.target)
    if node.opaque:
        yield from header(join_path(path, OPAQUE_MARKER), b"0", mode=0o600)
    if node.kind is Kind.FILE:
        yield from padded(node.content)


def _node_header(path: str, node: Node, kind: bytes, target: str) -> Iterator[bytes]:
    return header(
        path, kind, mode=node.mode, uid=node.uid, gid=node.gid, mtime=node.mtime // SECOND,
        size=node.content.size if kind == b"0" else 0, target=target, device=node.device,
        xattrs=node.xattrs)


def padded(content: Content) -> Iterator[bytes | Content]:
    """Yield content, and what fills it up to a whole number of tar blocks."""
    yield content
    if rest := content.size % BLOCK:
        yield bytes(BLOCK - rest)


def header(
    path: str, kind: bytes, *, mode: int = 0o644, uid: int = 0, gid: int = 0, mtime: int = 0,
    size: int = 0, target: str = "", device: tuple[int, int] = (0, 0),
    xattrs: tuple[tuple[str, bytes], ...] = (), ascii_only: bool = False,
) -> Iterator[bytes]:
    """Yield a ustar header, after a pax header for what ustar cannot hold (POSIX.1-2001).

    With ``ascii_only`` that is any name that is not ASCII, as for Docker's own tars.
    """
    pax: dict[bytes, bytes] = {}
    name, link = _encode(path), _encode(target)
    if len(name) > 100 or (ascii_only and not name.isascii()):
        pax[b"path"] = name
    if len(link) > 100 or (ascii_only and not link.isascii()):
        pax[b"linkpath"] = link
    for key, value, most in (
        (b"uid", uid, 0o7777777), (b"gid", gid, 0o7777777), (b"size", size, 0o77777777777),
        (b"mtime", mtime, 0o77777777777),
    ):
        if not 0 <= value <= most:
            pax[key] = str(value).encode()
    for key_text, data in xattrs:
        pax[b"SCHILY.xattr." + _encode(key_text)] = data
    if pax:
        records = b"".join(_pax_record(key, pax[key]) for key in sorted(pax))
        yield _ustar(b"PaxHeaders.0", b"x", 0o644, 0, 0, 0, len(records), b"", (0, 0))
        yield records + bytes(-len(records) % BLOCK)
    yield _ustar(name[:100], kind, mode, uid, gid, mtime, size, link[:100], device)


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _pax_record(key: bytes, value: bytes) -> bytes:
    """Return a pax record; the length in front counts itself."""
    rest = len(key) + len(value) + 3
    length = rest + len(str(rest))
    length = rest + len(str(length))
    return b"%d %s=%s\n" % (length, key, value)


def _ustar(
    name: bytes, kind: bytes, mode: int, uid: int, gid: int, mtime: int, size: int, link: bytes,
    device: tuple[int, int],
) -> bytes:
    def octal(value: int, digits: int) -> bytes:
        return b"%0*o\0" % (digits, value if 0 <= value < 8**digits else 0)

    block = b"".join((
        name.ljust(100, b"\0"), octal(mode, 7), octal(uid, 7), octal(gid, 7), octal(size, 11),
        octal(mtime, 11), b" " * 8, kind, link.ljust(100, b"\0"), b"ustar\x0000", bytes(64),
        octal(device[0], 7), octal(device[1], 7),
    )).ljust(BLOCK, b"\0")
    checksum = b"%06o\0 " % sum(block)
    return block[:148] + checksum + block[156:]


# --- reading -------------------------------------------------------------------------------


def read(blob: Blob) -> dict[str, Node]:
    """Index a layer tar: its changes, with file contents as slices of the blob.

    Raises:
        LayerError: it is no tar, or an entry's name leaves the root.
    """
    with blob.path.open("rb") as file:
        return read_stream(file, lambda offset, size: Slice(blob, offset, size))


def read_stream(file: BinaryIO, content_at: ContentAt) -> dict[str, Node]:
    """Index a layer tar in a seekable file.

    Args:
        file: the tar, uncompressed.
        content_at: makes the content of a file out of its offset and size in the tar.

    Raises:
        LayerError: as for :func:`read`.
    """
    found = _Found()
    try:
        for member in tar_entries.entries(file, MAX_ENTRIES):
            _take(member, found, content_at)
    except (tar_entries.TarError, PlaceError) as error:
        raise LayerError(str(error)) from error
    return _hidden(found)


@dataclass
class _Found:
    """What was read so far; what it hides applies to lower layers only, thus at the end."""

    places: Places = field(default_factory=Places)
    opaque: set[str] = field(default_factory=set)
    whiteouts: set[str] = field(default_factory=set)


def _hidden(found: _Found) -> dict[str, Node]:
    """Return the changes with whiteouts and opaque marks in place.

    A whiteout beside a directory of its name makes that one opaque.
    """
    changes = found.places.nodes
    for path in found.opaque | {p for p in found.whiteouts if p in changes}:
        node = changes.get(path, Node(Kind.DIRECTORY, 0o755))
        if node.is_directory:
            changes[path] = replace(node, opaque=True)
    for path in sorted(found.whiteouts):
        changes.setdefault(path, WHITEOUT)
    return changes


def _take(member: tarfile.TarInfo, found: _Found, content_at: ContentAt) -> None:
    """Take an entry in.

    Raises:
        LayerError: it cannot be in a layer.
        PlaceError: it cannot be where it says.
    """
    path = found.places.find(clean_path(member.name))
    name = name_of(path)
    if name == OPAQUE_MARKER:
        _add_new(parent_of(path), found.opaque)
    elif name == WHITEOUT_PREFIX or name.startswith(".wh..wh."):
        return  # bookkeeping of other storage drivers; the spec reserves these names
    elif name.startswith(WHITEOUT_PREFIX):
        hidden = name.removeprefix(WHITEOUT_PREFIX)
        if hidden in (".", ".."):
            raise LayerError(f"{member.name!r} hides no name")
        _add_new(join_path(parent_of(path), hidden), found.whiteouts)
    elif path:
        if path in found.places.nodes:
            raise DuplicateError
        if member.islnk():
            member.linkname = found.places.find(clean_path(member.linkname))
        found.places.put(path, node_of(path, member, found.places.nodes, content_at))


def _add_new(path: str, paths: set[str]) -> None:
    if path in paths:
        raise DuplicateError
    paths.add(path)


def clean_path(name: str) -> str:
    """Return an entry's path without leading slash, dots and doubles.

    Raises:
        LayerError: it climbs out of the root, or is none that Linux could have.
    """
    if (
        len(name) <= MAX_NAME and name.isascii() and "\0" not in name
        and "//" not in name and "/." not in name and name[:1] not in ("", "/", ".")
    ):
        return name.removesuffix("/")  # as most are: nothing to clean, and not too long or deep
    if "\0" in name:
        raise LayerError("a path with a zero byte")
    parts: list[str] = []
    for part in name.split("/"):
        if part == "..":
            if not parts:
                raise LayerError(f"{name!r} is outside of the root")
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    if len(parts) > MAX_DEPTH:
        raise LayerError(f"a path of {len(parts)} parts")
    path = "/".join(parts)
    if len(_encode(name)) >= MAX_PATH or any(len(_encode(part)) > MAX_NAME for part in parts):
        raise LayerError(f"open /{path}: file name too long")
    return path


def node_of(
    path: str, member: tarfile.TarInfo, before: dict[str, Node], content_at: ContentAt,
) -> Node:
    """Return what a tar's entry describes.

    A hard link gives the node that it links to, and marks both as links of one file.

    Args:
        path: where the entry is, cleaned.
        member: the entry.
        before: what came before it, by path.
        content_at: makes the content of a file out of its offset and size in the tar.

    Raises:
        LayerError: it cannot be on Linux, or links to nothing.
    """
    if not member.islnk():
        return entry_node(member, content_at)
    target = clean_path(member.linkname)
    node = before.get(target)
    if node is None:
        raise LayerError(f"link /{target} /{path}: no such file or directory")
    if node.is_directory:
        raise LayerError(f"link /{target} /{path}: operation not permitted")
    if not node.inode and target != path:
        node = replace(node, inode=1 + member.offset // BLOCK)
        before[target] = node
    return node


def entry_node(member: tarfile.TarInfo, content_at: ContentAt) -> Node:
    """Return what an entry describes that is no hard link.

    Raises:
        LayerError: it is sparse, or of no kind that a daemon unpacks, or has numbers or a target
            that Linux does not have.
    """
    if member.issparse():
        raise LayerError(f"{member.name!r} is a sparse file")
    kind = KINDS.get(member.type)
    if kind is None:
        raise LayerError(f"unhandled tar header type {member.type[0]}")
    content: Content = EMPTY
    if kind is Kind.FILE and member.size:
        content = content_at(member.offset_data, member.size)
    is_device = kind in (Kind.CHARACTER, Kind.BLOCK)
    major, minor = (member.devmajor, member.devminor) if is_device else (0, 0)
    if not (0 <= member.uid <= _MAX_OWNER and 0 <= member.gid <= _MAX_OWNER
            and 0 <= major <= MAX_MAJOR and 0 <= minor <= MAX_MINOR):
        raise LayerError(f"{member.name!r} has an owner or device number out of range")
    target = ""
    if kind is Kind.SYMLINK:
        target = member.linkname
        if "\0" in target:
            raise LayerError(f"{member.name!r} is a link with a zero byte")
        if not target:
            raise LayerError(f"symlink  /{clean_path(member.name)}: no such file or directory")
        if len(_encode(target)) >= MAX_PATH:
            raise LayerError(f"symlink {target} /{clean_path(member.name)}: file name too long")
    return Node(
        kind, member.mode & 0o7777, member.uid, member.gid, _seconds(member) * SECOND, content,
        target=target, device=(major, minor),
        xattrs=_xattrs(cast("dict[str, str]", member.pax_headers)),
    )


def _seconds(member: tarfile.TarInfo) -> int:
    """Return the time of the last change, rounded down to a second.

    A pax header's text is read again here, since the library makes it a float.
    """
    text = cast("dict[str, str]", member.pax_headers).get("mtime")
    if text is None:
        seconds = int(member.mtime)
    elif match := _PAX_TIME.fullmatch(text):
        seconds = int(match[1]) - (text[0] == "-" and (match[2] or "").strip("0") != "")
    else:
        raise LayerError(f"{member.name!r} has an invalid time")
    if not -(1 << 63) <= seconds < 1 << 63:
        raise LayerError(f"{member.name!r} has a time out of range")
    return seconds


def _xattrs(headers: dict[str, str]) -> tuple[tuple[str, bytes], ...]:
    if not headers:
        return ()
    prefix = "SCHILY.xattr."
    return tuple(sorted(
        (key.removeprefix(prefix), value.encode("utf-8", "surrogateescape"))
        for key, value in headers.items() if key.startswith(prefix)))
