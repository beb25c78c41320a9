"""What a lab may reach beyond itself; nothing, unless it was opened for that.

There are two permissions, not one. A registry is named by the user in each command, and may get
the user's credentials. A URL may stand in a Dockerfile that somebody else wrote.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, cast

from imagelab.model.content import CHUNK, Slice
from imagelab.model.outcome import EngineError
from imagelab.storage.blobs import BlobStore
from imagelab.storage.credentials import Credentials

if TYPE_CHECKING:
    from imagelab.engine.builder.sources import Fetch, Fetched
    from imagelab.registry.fetch import Download

_SECOND = 1_000_000_000


@dataclass(frozen=True)
class Outside:
    """What a lab may reach.

    Attributes:
        credentials: of accounts at real registries; None where those are not talked to.
        fetch: fetches a URL, which raises ``EngineError``; None where that is not allowed.
    """

    credentials: Credentials | None = None
    fetch: Callable[[str], Download] | None = None

    def file_of(self, url: str) -> BinaryIO:
        """Fetch a URL and return what it holds, gone when it is closed.

        Raises:
            EngineError: that is not allowed (501), or fails.
        """
        if self.fetch is None:
            raise EngineError(
                f"imagelab does not fetch {url}: this lab was opened without fetch_urls", 501)
        return cast(BinaryIO, self.fetch(url).file)

    def fetch_for_build(self, blobs: BlobStore) -> Fetch | None:
        """Return what ``ADD`` fetches URLs with, into the lab's own keeping; None for nothing."""
        if self.fetch is None:
            return None
        fetch = self.fetch

        def kept(url: str) -> Fetched:
            from imagelab.engine.builder.sources import Fetched
            from imagelab.formats.dockerfile_words import DockerfileError

            try:
                found = fetch(url)
            except EngineError as error:
                raise DockerfileError(error.message) from error
            with found.file as file:
                blob = blobs.add(iter(lambda: file.read(CHUNK), b""))
            return Fetched(Slice(blob, 0, blob.size), found.modified * _SECOND, found.name)

        return kept
