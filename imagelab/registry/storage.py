"""A registry's store: the files that the distribution project's filesystem driver keeps.

Blobs lie under their digests, once for all repositories; a repository has links to those that it
holds, and links from its tags to manifests. A link is a file with a digest in it. A layer's blob
is its uncompressed tar here: no digest depends on a compressor.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from imagelab.formats.layer_content import digest_of
from imagelab.model.content import DIGEST, Bytes, Content
from imagelab.model.file_error import FileError
from imagelab.model.filesystem import FileSystem
from imagelab.registry.manifest import MAX_JSON, references
from imagelab.registry.remote import (
    BlobDamaged,
    BlobUnknown,
    Damaged,
    ManifestUnknown,
    NameUnknown,
    Remote,
    RemoteLayer,
)
from imagelab.registry.remote import digest_of as bytes_digest


@dataclass(frozen=True)
class Store:
    """What a registry keeps.

    Reading raises :class:`Damaged` where the files are not what a registry wrote, and so does
    writing where something is in the way.

    Attributes:
        files: where the files are; writing changes them.
        root: the folder that the registry was told to keep them in, absolute.
    """

    files: FileSystem
    root: str = "/"

    # --- looking ---------------------------------------------------------------------------

    def image(self, repository: str, tag: str, digest: str = "") -> Remote:
        """Return an image by tag or, where there is one, by digest.

        Raises:
            ManifestUnknown: there is none.
            BlobUnknown: its configuration is missing.
            BlobDamaged: its configuration is another.
            Damaged: its manifest is none.
        """
        manifest = self._manifest(repository, tag, digest)
        config, layers = references(manifest)
        config_json = self.blob(repository, config).read(MAX_JSON)
        if bytes_digest(config_json) != config:
            raise BlobDamaged(config)
        return Remote(
            manifest, config_json,
            tuple(RemoteLayer(each, size, partial(self.blob, repository, each))
                  for each, size in layers))

    def _manifest(self, repository: str, tag: str, digest: str) -> bytes:
        manifests = f"{self._repository(repository)}/_manifests"
        digest = digest or self._link(f"{manifests}/tags/{tag}/current") or ""
        if not digest or not self._link(f"{manifests}/revisions/{_parts(digest)}"):
            raise ManifestUnknown(f"{repository}:{tag}")
        content = self._read(self._data(digest))
        if content is None:
            raise ManifestUnknown(digest)
        if content.size > MAX_JSON or content.digest != digest:
            raise Damaged(f"manifest verification failed for digest {digest}")
        return content.read()

    def tags(self, repository: str) -> tuple[str, ...]:
        """Return the tags of a repository, in order.

        Raises:
            NameUnknown: it has had none.
        """
        names = self._names(f"{self._repository(repository)}/_manifests/tags")
        if names is None:
            raise NameUnknown(repository)
        return tuple(names)

    def has_repository(self, repository: str) -> bool:
        """Whether anything was pushed to a repository."""
        return self._names(f"{self._repository(repository)}/_manifests") is not None

    def repositories(self, account: str) -> tuple[str, ...]:
        """Return the repositories of an account that something was pushed to."""
        names = [f"{account}/{name}" for name in self._names(self._repository(account)) or ()]
        return tuple(filter(self.has_repository, names))

    def has(self, repository: str, digest: str) -> bool:
        """Whether a repository holds a blob."""
        link = f"{self._repository(repository)}/_layers/{_parts(digest)}"
        return self._link(link) == digest and self._read(self._data(digest)) is not None

    def blob(self, repository: str, digest: str) -> Content:
        """Return a blob of a repository.

        Raises:
            BlobUnknown: it does not hold it.
        """
        content = self._read(self._data(digest)) if self.has(repository, digest) else None
        if content is None:
            raise BlobUnknown(digest)
        return content

    # --- keeping ---------------------------------------------------------------------------

    def put_blob(self, repository: str, content: Content) -> None:
        """Keep a blob unless it is there, and link it to a repository."""
        digest = digest_of(content)
        if self._read(self._data(digest)) is None:
            self._write(self._data(digest), content)
        self._put_link(f"{self._repository(repository)}/_layers", digest)
        self._make_folder(f"{self._repository(repository)}/_uploads")

    def put_image(self, repository: str, tag: str, image: Remote) -> None:
        """Keep a configuration and a manifest, and have a tag name it; layers are there."""
        self.put_blob(repository, Bytes(image.config_json))
        self._write(self._data(image.digest), Bytes(image.manifest))
        manifests = f"{self._repository(repository)}/_manifests"
        self._put_link(f"{manifests}/revisions", image.digest)
        self._put_link(f"{manifests}/tags/{tag}/index", image.digest)
        self._write(f"{manifests}/tags/{tag}/current/link", Bytes(image.digest.encode()))

    # --- paths and files -------------------------------------------------------------------

    @property
    def _v2(self) -> str:
        return f"{self.root.rstrip('/')}/docker/registry/v2"

    def _repository(self, name: str) -> str:
        return f"{self._v2}/repositories/{name}"

    def _data(self, digest: str) -> str:
        algorithm, _, text = digest.partition(":")
        return f"{self._v2}/blobs/{algorithm}/{text[:2]}/{text}/data"

    def _link(self, folder: str) -> str | None:
        """Return the digest that a link holds; None for no link."""
        content = self._read(f"{folder}/link")
        if content is None:
            return None
        text = content.read(100).decode("latin-1")
        if not DIGEST.fullmatch(text):
            raise Damaged("invalid checksum digest format")
        return text

    def _put_link(self, folder: str, digest: str) -> None:
        self._write(f"{folder}/{_parts(digest)}/link", Bytes(digest.encode()))

    def _read(self, path: str) -> Content | None:
        try:
            return self.files.read(path)
        except FileError as error:
            if error.code in ("ENOENT", "ENOTDIR"):
                return None
            raise Damaged(error.message) from error

    def _names(self, path: str) -> list[str] | None:
        try:
            return sorted(self.files.names(path))
        except FileError:
            return None

    def _write(self, path: str, content: Content) -> None:
        self._make_folder(path.rpartition("/")[0])
        try:
            self.files.write(path, content)
        except FileError as error:
            raise Damaged(error.message) from error

    def _make_folder(self, path: str) -> None:
        here = ""
        for part in path.strip("/").split("/"):
            here = f"{here}/{part}"
            try:
                if self.files.lookup(here) is None:
                    self.files.mkdir(here)
            except FileError as error:
                raise Damaged(error.message) from error


def _parts(digest: str) -> str:
    return digest.replace(":", "/")
