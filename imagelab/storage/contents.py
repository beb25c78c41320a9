"""File content as JSON: small bytes inline, larger ones as an object, large ones as a blob."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from imagelab.formats.layer_content import LayerTar
from imagelab.model.content import CHUNK, Blob, Bytes, Content, Joined, Pattern, Slice, Zeros
from imagelab.model.node import Changes
from imagelab.storage.blobs import BlobStore
from imagelab.storage.errors import StorageError
from imagelab.storage.objects import Objects
from imagelab.storage.record import Record, damaged

#: Bytes that lie in the list of files itself.
INLINE = 1024
#: Bytes that lie in the database; what is longer is a blob of its own.
IN_DATABASE = CHUNK

_MAX_DEPTH = 8


def bytes_to_json(data: bytes) -> Any:
    """Return bytes as a string where they are UTF-8, else as ``{"base64": …}``."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(data).decode("ascii")}


def bytes_from_json(value: Any) -> bytes:
    """Read what :func:`bytes_to_json` wrote.

    Raises:
        StorageError: it is something else.
    """
    try:
        if isinstance(value, str):
            return value.encode()
        return base64.b64decode(Record(value, "bytes").text("base64"), validate=True)
    except ValueError:
        raise damaged("bytes are neither UTF-8 nor base64") from None


@dataclass(frozen=True)
class Layers:
    """How the files of a layer are kept that is itself a file, in a registry's store.

    Attributes:
        put: keeps them and returns their object's name.
        get: returns what is kept under a name; it is read when it is looked at.
    """

    put: Callable[[Changes], str]
    get: Callable[[str], Changes]


class Contents:
    """Content to JSON and back, for one reading or writing of files.

    It remembers the blobs it has looked at, since the files of a layer share one.
    """

    def __init__(self, objects: Objects, blobs: BlobStore, layers: Layers) -> None:
        """Use a lab's objects and blobs."""
        self.objects = objects
        self._blobs = blobs
        self._layers = layers
        self._seen: dict[str, Blob] = {}

    # --- writing ---------------------------------------------------------------------------

    def to_json(self, content: Content, depth: int = 0) -> Any:
        """Return content as JSON; what it consists of is kept first."""
        match content:
            case Bytes():
                return self._bytes_to_json(content)
            case Zeros():
                return {"zeros": content.size}
            case Pattern():
                head = {"head": bytes_to_json(content.head)} if content.head else {}
                return {"pattern": content.seed, "size": content.size, **head}
            case Slice():
                return self._slice_to_json(content)
            case LayerTar():
                return {"layer": content.diff_id, "changes": self._layers.put(content.changes)}
            case Joined() if depth < _MAX_DEPTH:
                return {"joined": [self.to_json(part, depth + 1) for part in content.parts]}
        raise StorageError(f"cannot keep content of the kind {type(content).__name__}")

    def _bytes_to_json(self, content: Bytes) -> Any:
        if content.size <= INLINE:
            return bytes_to_json(content.data)
        if content.size <= IN_DATABASE:
            return {"object": self.objects.put("bytes", {"data": bytes_to_json(content.data)})}
        if self._blobs.get(content.digest) is None:
            self._blobs.add(content.chunks())
        return {"bytes": content.digest}

    def _slice_to_json(self, content: Slice) -> Any:
        blob = self.keep(content.blob)
        if not 0 <= content.offset <= content.offset + content.size <= blob.size:
            raise StorageError(f"cannot keep a file that lies outside of blob {blob.digest}")
        return {"slice": blob.digest, "offset": content.offset, "size": content.size}

    def keep(self, blob: Blob) -> Blob:
        """Return the lab's own copy of a blob.

        Raises:
            StorageError: it has to be copied and its bytes do not match its digest.
        """
        own = self._seen.get(blob.digest)
        if own is blob:
            return own
        own = own or self._blobs.get(blob.digest)
        if own is None:
            own = self._blobs.add(_stream(blob))
        if (own.digest, own.size) != (blob.digest, blob.size):
            raise StorageError(f"blob {blob.digest} is not what its digest and size say")
        self._seen[own.digest] = own
        return own

    # --- reading ---------------------------------------------------------------------------

    def from_json(self, value: Any, depth: int = 0) -> Content:
        """Read what :meth:`to_json` wrote.

        Raises:
            StorageError: it is something else, or a blob is missing or too short.
        """
        if isinstance(value, str) or (isinstance(value, dict) and "base64" in value):
            return Bytes(bytes_from_json(value))
        content = Record(value, "content")
        if "slice" in content:
            return self._slice(content)
        if "layer" in content:
            changes = self._layers.get(content.text("changes"))
            return LayerTar(content.digest("layer"), changes)
        if "object" in content:
            data = self.objects.get(content.text("object"), "bytes")
            return Bytes(bytes_from_json(data.value("data")))
        if "bytes" in content:
            return _whole(self.blob(content.digest("bytes")))
        if "zeros" in content:
            return Zeros(content.size("zeros"))
        if "pattern" in content:
            head = bytes_from_json(content.value("head", ""))
            return Pattern(content.text("pattern"), content.size("size"), head)
        if depth >= _MAX_DEPTH:
            raise damaged("content lies too deep in other content")
        parts = content.items("joined")
        return Joined(tuple(self.from_json(part, depth + 1) for part in parts))

    def _slice(self, content: Record) -> Slice:
        blob = self._seen.get(content.text("slice")) or self.blob(content.digest("slice"))
        offset, size = content.size("offset"), content.size("size")
        if offset + size > blob.size:
            raise damaged(f"blob {blob.digest} is too short")
        return Slice(blob, offset, size)

    def blob(self, digest: str) -> Blob:
        """Return a blob of the lab.

        Raises:
            StorageError: it is not there.
        """
        blob = self._seen.get(digest) or self._blobs.get(digest)
        if blob is None:
            raise damaged(f"blob {digest} is missing")
        self._seen[digest] = blob
        return blob


def _stream(blob: Blob) -> Iterator[bytes]:
    try:
        yield from blob.chunks()
    except (OSError, EOFError) as error:
        raise damaged(f"blob {blob.digest} cannot be read: {error}") from None


def _whole(blob: Blob) -> Bytes:
    content = Bytes(b"".join(_stream(blob)))
    if content.digest != blob.digest:
        raise damaged(f"blob {blob.digest} does not match its digest")
    return content
