"""The lab's folder as an OCI image layout, which other tools can read at any moment.

``index.json`` names the images of the step that the lab stands at. Their manifests,
configurations and layers are blobs, the layers uncompressed. What a lab is lies in its database;
this is the copy of it for skopeo, umoci and the like, and can be made again at any time.

Rules: OCI image spec, "Image Layout", "Image Index", "Image Manifest".
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from imagelab.formats import layer_content
from imagelab.formats.archive import oci
from imagelab.model.content import Bytes, Content
from imagelab.model.image import Image
from imagelab.model.reference import Reference
from imagelab.model.state import State
from imagelab.storage.aside import written_aside
from imagelab.storage.blobs import BlobStore, size_of_file, sync_folder
from imagelab.storage.database import Database
from imagelab.storage.errors import StorageError, refused
from imagelab.storage.objects import from_json
from imagelab.storage.page_drive import most_bytes
from imagelab.storage.record import Record, damaged, is_digest

#: The manifests that ``index.json`` names, by the ID of their image.
SCHEMA = (
    "CREATE TABLE manifests"
    " (image TEXT PRIMARY KEY, digest TEXT NOT NULL, size INTEGER NOT NULL)")
#: What ``oci-layout`` says.
MARK = f'{{"imageLayoutVersion":"{oci.VERSION}"}}\n'.encode()

CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar"

#: Bytes of the largest index or manifest that is read: far more than an archive may have images.
_LARGEST = 64 << 20
#: The setting that has the digest of ``index.json`` as it was written.
_WRITTEN = "index.json"


class Layout:
    """What other tools see of one lab. Every method raises ``StorageError``."""

    def __init__(self, folder: Path, database: Database, blobs: BlobStore) -> None:
        """Use a lab's folder, database and blobs."""
        self._folder = folder
        self._database = database
        self._blobs = blobs
        self._shown: tuple[object, object, str] | None = None
        #: The state that is to be seen once what is being written is kept.
        self.wanted: State | None = None

    @property
    def is_there(self) -> bool:
        """Whether there is one: a page's drive has no other tools, and little room."""
        return not most_bytes(self._folder)

    def is_as_written(self) -> bool:
        """Whether both files are there, and as they were written last."""
        index = _read(self._folder / oci.INDEX)
        return (index is not None and _digest(index) == self._written()
                and _read(self._folder / oci.LAYOUT) == MARK)

    def prepare(self, state: State) -> None:
        """Keep the blobs of a state's images; the index names them once all is kept.

        Inside a transaction.
        """
        if not self.is_there:
            return
        self.wanted = state
        if self._is_shown(state):
            return
        rows = self.manifests()
        for image_id in rows.keys() - state.images.keys():
            self._database.execute("DELETE FROM manifests WHERE image = ?", image_id)
        for image_id, image in state.images.items():
            if image_id not in rows:
                manifest = self.keep(image, state)
                self._database.execute(
                    "INSERT OR REPLACE INTO manifests VALUES (?, ?, ?)", image_id, *manifest)

    def manifests(self) -> dict[str, tuple[str, int]]:
        """Return digest and size of each manifest that the index names, by its image's ID.

        What is no such row counts as missing, and is then made again.
        """
        rows = self._database.execute("SELECT image, digest, size FROM manifests")
        return {image: (digest, size) for image, digest, size in rows
                if is_digest(image) and is_digest(digest) and type(size) is int}

    def needed(self) -> Iterator[str]:
        """Yield the digests of all blobs that the index leads to.

        Raises:
            StorageError: a manifest is missing or damaged.
        """
        for digest, _ in self.manifests().values():
            yield digest
            manifest = self.manifest(digest)
            for each in (manifest.mapping("config"), *manifest.items("layers")):
                yield Record(each, "a descriptor").digest("digest")

    def manifest(self, digest: str) -> Record:
        """Return a manifest.

        Raises:
            StorageError: it is missing or damaged.
        """
        blob = self._blobs.get(digest)
        if blob is None or blob.size > _LARGEST:
            raise damaged(f"manifest {digest} is missing")
        data = b"".join(blob.chunks())
        if _digest(data) != digest:
            raise damaged(f"manifest {digest} does not match its digest")
        return Record(from_json(data.decode("utf-8", "replace"), digest), digest)

    def keep(self, image: Image, state: State) -> tuple[str, int]:
        """Keep an image's blobs as far as they are missing; return its manifest's digest and size.

        Raises:
            StorageError: one is not what its digest says.
        """
        data = _manifest_of(image, state, self._keep)
        digest = _digest(data)
        self._keep(digest, Bytes(data))
        return digest, len(data)

    def _keep(self, digest: str, content: Content) -> int:
        """Keep content unless it is there; return its size."""
        blob = self._blobs.get(digest) or self._blobs.add(content.chunks())
        if blob.digest != digest:
            raise damaged(f"a blob that should be {digest} is {blob.digest}")
        return blob.size

    def forget(self) -> None:
        """Have the next state that is prepared be written from scratch. Inside a transaction."""
        self._database.execute("DELETE FROM manifests")
        self._database.execute("DELETE FROM settings WHERE key = ?", _WRITTEN)
        self._shown = None

    def problems(self, state: State, bad: Collection[str]) -> Iterator[str]:
        """Yield what other tools cannot see as it is.

        Args:
            state: what the index should show.
            bad: digests of blobs that are something else than those say.
        """
        if not self.is_there:
            return
        rows = self.manifests()
        for image_id in rows.keys() ^ state.images.keys():
            yield f"{oci.INDEX}: {image_id}"
        for image_id in rows.keys() & state.images.keys():
            missing: list[str] = []
            data = _manifest_of(state.images[image_id], state, self._looking(bad, missing))
            self._looking(bad, missing)(rows[image_id][0], Bytes(data))
            if missing:
                yield from missing
            elif rows[image_id] != (_digest(data), len(data)):
                yield f"{oci.INDEX}: {image_id}"
        for name, data in ((oci.LAYOUT, MARK), (oci.INDEX, index_of(state.references, rows))):
            if _read(self._folder / name) != data:
                yield name

    def _looking(self, bad: Collection[str], missing: list[str]) -> Callable[[str, Content], int]:
        """Return what looks for blobs, and notes those that are not there as they should be."""
        def look(digest: str, _: Content) -> int:
            blob = self._blobs.get(digest)
            if blob is None or digest in bad:
                missing.append(digest)
            return blob.size if blob else 0
        return look

    @contextmanager
    def seen(self) -> Iterator[None]:
        """Have the index name what was prepared, unless what happens inside fails.

        Inside a transaction, whose end is what is to happen inside.
        """
        state, self.wanted = self.wanted, None
        if state is None or self._is_shown(state):
            yield
            return
        data = index_of(state.references, self.manifests())
        digest = _digest(data)
        if not self.is_as_written() or digest != self._written():
            with self._replaced(data):
                self._database.execute(
                    "INSERT OR REPLACE INTO settings VALUES (?, ?)", _WRITTEN, json.dumps(digest))
                yield
        else:
            yield
        self._shown = state.images, state.references, digest

    def _is_shown(self, state: State) -> bool:
        return self._shown is not None and (
            self._shown[0] is state.images and self._shown[1] is state.references
            and self._shown[2] == self._written())

    def _written(self) -> str:
        rows = self._database.execute("SELECT value FROM settings WHERE key = ?", _WRITTEN)
        return str(rows[0][0]).strip('"') if rows else ""

    @contextmanager
    def _replaced(self, data: bytes) -> Iterator[None]:
        """Have another index, and the old one again where an error leaves this."""
        path = self._folder / oci.INDEX
        before = _read(path) or index_of({}, {})
        try:
            self._write(self._folder / oci.LAYOUT, MARK)
            self._write(path, data)
            yield
        except BaseException:
            with suppress(StorageError):  # the next step that can be kept writes it anew
                self._write(path, before)
            raise

    def _write(self, path: Path, data: bytes) -> None:
        """Write a file of the lab's folder: other tools see the old one or the new one."""
        try:
            if _read(path) == data:
                return
            with written_aside(self._blobs.incoming()) as (aside, file):
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
                file.close()
                aside.replace(path)
            sync_folder(self._folder)
        except OSError as error:
            raise refused(str(path), error) from None


def _manifest_of(image: Image, state: State, size_of: Callable[[str, Content], int]) -> bytes:
    """Return an image's manifest.

    Args:
        image: the image.
        state: has its layers.
        size_of: returns the size of a blob, told its digest and what it should hold.
    """
    def descriptor(media_type: str, digest: str, content: Content) -> dict[str, Any]:
        return {"mediaType": media_type, "digest": digest, "size": size_of(digest, content)}

    top = state.layer_of(image)
    layers = [descriptor(LAYER, layer.diff_id, layer_content.of_layer(layer))
              for layer in (top.stack if top else ())]
    config = descriptor(CONFIG, image.id, Bytes(image.config_json))
    return _encoded({
        "schemaVersion": 2, "mediaType": oci.MANIFEST_TYPE, "config": config, "layers": layers})


def index_of(
    references: Mapping[Reference, str], manifests: Mapping[str, tuple[str, int]],
) -> bytes:
    """Return ``index.json`` for some images: an entry for each name, and one for a nameless image.

    Args:
        references: image IDs by name.
        manifests: digest and size of each image's manifest, by the image's ID.
    """
    names: dict[str, list[Reference]] = {image_id: [] for image_id in manifests}
    for reference, image_id in references.items():
        if image_id in names:
            names[image_id].append(reference)
    entries = []
    for image_id, (digest, size) in sorted(manifests.items()):
        entry = {"mediaType": oci.MANIFEST_TYPE, "digest": digest, "size": size}
        named = sorted(names[image_id], key=str)
        entries += [{**entry, "annotations": _annotations(each)} for each in named] or [entry]
    return _encoded({"schemaVersion": 2, "mediaType": oci.INDEX_TYPE, "manifests": entries})


def _annotations(name: Reference) -> dict[str, str]:
    """Return a name as containerd takes it, and as skopeo and umoci do."""
    return {oci.FULL_NAME: name.canonical, oci.REF_NAME: str(name)}


def _encoded(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode()


def _read(path: Path) -> bytes | None:
    """Return a file that was written here; None where it is none that could have been."""
    size = size_of_file(path)
    if size is None or size > _LARGEST:
        return None
    try:
        return path.read_bytes()
    except OSError:
        return None


def _digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"
