"""Archives of ``docker save``: written as the daemon does, read from any that it can load."""

from __future__ import annotations

import gzip
import io
import json
import posixpath
import tarfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO, cast

from imagelab.formats import gojson, image_config, layer_tar, tar_entries, v1
from imagelab.formats.gotime import SECOND, parse_time
from imagelab.model.content import CHUNK, Blob, Bytes
from imagelab.model.image import Image
from imagelab.model.layer import Layer
from imagelab.model.node import Changes
from imagelab.model.reference import Reference

MAX_JSON = 16 << 20
MAX_MEMBERS = 100_000
MAX_UNPACKED = 64 << 30


class ArchiveError(ValueError):
    """A file that is no image archive, or a damaged one; in the daemon's words if it has any."""


# --- writing -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Saved:
    """An image to save, with the names to save it under."""

    image: Image
    references: tuple[Reference, ...]
    layer: Layer | None


def write(images: Sequence[Saved]) -> Iterator[bytes]:
    """Stream an archive: the layout of Docker 20.10, names in order (case ``save-05``)."""
    entries = _entries(images)
    for name in sorted(entries):
        entry = entries[name]
        kind = b"2" if entry.target else b"5" if name.endswith("/") else b"0"
        mode = 0o755 if kind == b"5" else 0o777 if kind == b"2" else 0o644
        yield from layer_tar.header(
            name, kind, mode=mode, mtime=entry.mtime, size=entry.size, target=entry.target)
        yield from entry.chunks()
        yield bytes(-entry.size % layer_tar.BLOCK)
    yield bytes(2 * layer_tar.BLOCK)


@dataclass
class _Entry:
    mtime: int
    size: int = 0
    chunks: Callable[[], Iterator[bytes]] = field(default=lambda: iter(()))
    target: str = ""


def _file(data: bytes, mtime: int) -> _Entry:
    return _Entry(mtime, len(data), Bytes(data).chunks)


def _layer_entry(layer: Layer, mtime: int) -> _Entry:
    if layer.blob is not None:
        return _Entry(mtime, layer.blob.size, layer.blob.chunks)
    changes = layer.changes
    return _Entry(mtime, layer_tar.length(changes), lambda: layer_tar.write(changes))


def _entries(images: Sequence[Saved]) -> dict[str, _Entry]:
    entries: dict[str, _Entry] = {}
    manifest: list[dict[str, Any]] = []
    repositories: dict[str, dict[str, str]] = {}
    layer_paths: dict[str, str] = {}
    for saved in images:
        folders = _add_layers(saved, entries, layer_paths)
        name = f"{saved.image.id.removeprefix('sha256:')}.json"
        entries[name] = _file(saved.image.config_json, _created(saved.image))
        manifest.append(_manifest_item(saved, name, folders, images))
        for ref in saved.references:
            if folders:
                repositories.setdefault(ref.familiar_name, {})[ref.tag] = folders[-1]
    entries["manifest.json"] = _file(gojson.dumps(manifest).encode() + b"\n", 0)
    if repositories:
        ordered = {name: dict(sorted(repositories[name].items())) for name in sorted(repositories)}
        entries["repositories"] = _file(gojson.dumps(ordered).encode() + b"\n", 0)
    return entries


def _created(image: Image) -> int:
    """Return the time that the daemon gives an image's files, in seconds since 1970.

    What Go's nanoseconds since 1970 cannot hold is 1970 there.
    """
    created = parse_time(image.created)
    return created // SECOND if 0 <= created < 1 << 63 else 0


def _manifest_item(
    saved: Saved, name: str, folders: list[str], images: Sequence[Saved],
) -> dict[str, Any]:
    item: dict[str, Any] = {
        "Config": name,
        "RepoTags": [str(ref) for ref in saved.references] or None,
        "Layers": [f"{folder}/layer.tar" for folder in folders] or None,
    }
    if any(other.image.id == saved.image.parent for other in images):
        item["Parent"] = saved.image.parent
    return item


def _add_layers(
    saved: Saved, entries: dict[str, _Entry], layer_paths: dict[str, str],
) -> list[str]:
    """Add a folder for each layer and return the folders' names, the lowest layer's first."""
    folders: list[str] = []
    mtime = _created(saved.image)
    config = saved.image.json
    for layer in saved.layer.stack if saved.layer else ():
        top = layer is saved.layer
        old = v1.v1_image(config if top else None)
        parent = folders[-1] if folders else ""
        folder = v1.v1_id(old, layer.chain_id, parent)
        folders.append(folder)
        if f"{folder}/" in entries:
            continue
        entries[f"{folder}/"] = _Entry(mtime)
        entries[f"{folder}/VERSION"] = _file(b"1.0", mtime)
        os = str(config.get("os") or "linux")
        entries[f"{folder}/json"] = _file(v1.v1_json(old, folder, parent, os), mtime)
        path = f"{folder}/layer.tar"
        known = layer_paths.setdefault(layer.diff_id, path)
        entries[path] = (
            _layer_entry(layer, mtime) if known == path else _Entry(mtime, target=f"../{known}"))
    return folders


# --- reading -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Loaded:
    """An image of an archive.

    Attributes:
        config_json: the image configuration, byte for byte.
        tags: the names it is to get.
        layers: its layers' own tars, uncompressed, the lowest first, each with its changes.
        parent: ID of the image it was committed from, if that one is in the archive too.
    """

    config_json: bytes
    tags: tuple[str, ...]
    layers: tuple[tuple[Blob, Changes], ...]
    parent: str = ""


#: Keeps a stream as a blob of the lab.
AddBlob = Callable[[Iterator[bytes]], Blob]


def read(file: BinaryIO, add_blob: AddBlob) -> tuple[Loaded, ...]:
    """Read an archive, whole or gzipped, out of a seekable file.

    Args:
        file: the archive.
        add_blob: where to keep the layers' bytes; they are checked against the DiffIDs.

    Raises:
        ArchiveError: it is no archive of ``docker save``, or its layers are not what its
            configurations say.
    """
    try:
        tar = _unpacked(file)
        members = _members(tar)
        manifest = _json(tar, members, "manifest.json")
        if not isinstance(manifest, list):
            raise ArchiveError("manifest.json is not a list")
        blobs: dict[str, tuple[Blob, Changes]] = {}
        return tuple(_image(tar, members, item, add_blob, blobs) for item in manifest)
    except (
        tar_entries.TarError, layer_tar.LayerError, gzip.BadGzipFile, zlib.error, EOFError,
    ) as error:
        raise ArchiveError("Error processing tar file(exit status 1): unexpected EOF") from error


def _unpacked(file: BinaryIO) -> BinaryIO:
    """Return the file, or a view of what is gzipped in it."""
    file.seek(0)
    magic = file.read(2)
    file.seek(0)
    return cast("BinaryIO", gzip.GzipFile(fileobj=file)) if magic == b"\x1f\x8b" else file


def _members(tar: BinaryIO) -> dict[str, tarfile.TarInfo]:
    return {
        posixpath.normpath(member.name): member
        for member in tar_entries.entries(tar, MAX_MEMBERS)
    }


def _member(members: dict[str, tarfile.TarInfo], name: str) -> tarfile.TarInfo:
    """Find a file of the archive; a link (one layer in two images) leads to its target."""
    for _ in range(8):
        member = members.get(posixpath.normpath(name))
        if member is None:
            break
        if member.issym():
            name = posixpath.join(posixpath.dirname(name), member.linkname)
        elif member.islnk():
            name = member.linkname
        elif member.isreg():
            return member
        else:
            break
    raise ArchiveError(f"open {name}: no such file or directory")


class _Part(io.RawIOBase):
    """The content of a member, as a file."""

    def __init__(self, tar: BinaryIO, member: tarfile.TarInfo) -> None:
        if member.issparse():
            raise ArchiveError(f"{member.name} is a sparse file")
        self._tar = tar
        self._at = member.offset_data
        self._end = member.offset_data + member.size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._tar.seek(self._at)
        data = self._tar.read(min(len(buffer), self._end - self._at))
        if not data and self._at < self._end:
            raise EOFError
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)


def _bytes(tar: BinaryIO, members: dict[str, tarfile.TarInfo], name: str) -> bytes:
    member = _member(members, name)
    if member.size > MAX_JSON:
        raise ArchiveError(f"{name} is larger than {MAX_JSON} bytes")
    return _Part(tar, member).read()


def _json(tar: BinaryIO, members: dict[str, tarfile.TarInfo], name: str) -> Any:
    try:
        return json.loads(_bytes(tar, members, name))
    except (ValueError, RecursionError) as error:
        raise ArchiveError(f"{name}: {error}") from error


def _texts(item: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = item.get(key)
    if value is None:
        return ()
    if isinstance(value, list) and all(isinstance(text, str) for text in value):
        return tuple(value)
    raise ArchiveError(f"manifest.json: {key} is not a list of texts")


def _image(
    tar: BinaryIO, members: dict[str, tarfile.TarInfo], item: Any, add_blob: AddBlob,
    blobs: dict[str, tuple[Blob, Changes]],
) -> Loaded:
    if not isinstance(item, dict) or not isinstance(item.get("Config"), str):
        raise ArchiveError("manifest.json: an image has no Config")
    parent = item.get("Parent") or ""
    if not isinstance(parent, str):
        raise ArchiveError("manifest.json: Parent is not a text")
    config_json = _bytes(tar, members, item["Config"])
    try:
        diff_ids = image_config.check(config_json)
    except image_config.ConfigError as error:
        raise ArchiveError(str(error)) from error
    names = _texts(item, "Layers")
    if len(names) != len(diff_ids):
        raise ArchiveError(
            f"invalid manifest, layers length mismatch: expected {len(diff_ids)}, got {len(names)}")
    layers = []
    for number, (name, diff_id) in enumerate(zip(names, diff_ids, strict=True)):
        if diff_id not in blobs:
            blob = add_blob(_layer_chunks(tar, _member(members, name)))
            if blob.digest != diff_id:
                raise ArchiveError(
                    f'invalid diffID for layer {number}: expected "{diff_id}", '
                    f'got "{blob.digest}"')
            blobs[diff_id] = (blob, layer_tar.read(blob))
        layers.append(blobs[diff_id])
    return Loaded(config_json, _texts(item, "RepoTags"), tuple(layers), parent)


def _layer_chunks(tar: BinaryIO, member: tarfile.TarInfo) -> Iterator[bytes]:
    """Stream a layer, unpacked if it is gzipped."""
    total = 0
    part = io.BufferedReader(_Part(tar, member), CHUNK)
    packed = part.peek(2)[:2] == b"\x1f\x8b"
    file = gzip.GzipFile(fileobj=part) if packed else part
    while chunk := file.read(CHUNK):
        total += len(chunk)
        if total > MAX_UNPACKED:
            raise ArchiveError(f"a layer is larger than {MAX_UNPACKED} bytes")
        yield chunk
