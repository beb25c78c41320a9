"""Archives of ``docker save``, written as the daemon of 20.10 does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from imagelab.formats import gojson, layer_tar, v1
from imagelab.formats.gotime import SECOND, parse_time
from imagelab.model.content import Bytes
from imagelab.model.image import Image
from imagelab.model.layer import Layer
from imagelab.model.reference import Reference
from imagelab.model.watch import Watch, unwatched


@dataclass(frozen=True)
class Saved:
    """An image to save, with the names to save it under."""

    image: Image
    references: tuple[Reference, ...]
    layer: Layer | None


def write(images: Sequence[Saved], watch: Watch = unwatched) -> Iterator[bytes]:
    """Stream an archive: the layout of Docker 20.10, names in order (case ``save-05``).

    Args:
        images: what is to be in it.
        watch: counts its bytes.
    """
    entries = dict(sorted(_entries(images).items()))
    headers = {name: _header(name, entry) for name, entry in entries.items()}
    size = sum(len(header) + entry.size + -entry.size % layer_tar.BLOCK
               for header, entry in zip(headers.values(), entries.values(), strict=True))
    return watch("", size + len(_END), _stream(entries, headers))


_END = bytes(2 * layer_tar.BLOCK)


def _stream(entries: dict[str, _Entry], headers: dict[str, bytes]) -> Iterator[bytes]:
    for name, entry in entries.items():
        yield headers[name]
        yield from entry.chunks()
        yield bytes(-entry.size % layer_tar.BLOCK)
    yield _END


@dataclass
class _Entry:
    mtime: int
    size: int = 0
    chunks: Callable[[], Iterator[bytes]] = field(default=lambda: iter(()))
    target: str = ""


def _header(name: str, entry: _Entry) -> bytes:
    kind = b"2" if entry.target else b"5" if name.endswith("/") else b"0"
    mode = 0o755 if kind == b"5" else 0o777 if kind == b"2" else 0o644
    return b"".join(layer_tar.header(
        name, kind, mode=mode, mtime=entry.mtime, size=entry.size, target=entry.target))


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
    entries["manifest.json"] = _file(gojson.dumps(manifest or None).encode() + b"\n", 0)
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
