"""Build contexts as they come: tars, compressed or not, from a client or from an address."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, BinaryIO, cast

from imagelab.daemon.incoming import pieces, size_of
from imagelab.daemon.outside import Outside
from imagelab.daemon.timeline import Timeline
from imagelab.engine.builder.dockerfile_of import decoded, dockerfile_of
from imagelab.engine.builder.options import BuildOptions, Emit
from imagelab.engine.builder.sources import Source, context_source, no_context
from imagelab.engine.progress import Progress
from imagelab.formats import context_tar
from imagelab.formats.compression import CompressionError, is_compressed, unpacked
from imagelab.model.outcome import EngineError
from imagelab.shell.budget import Budget

if TYPE_CHECKING:
    from imagelab.registry.fetch import Download

_URLS = ("http://", "https://")
_REPOSITORY = re.compile(r"git://|github\.com/|git@|https?://.*\.git(#.+)?$")
#: What an address may hold; what says nothing or this much of itself is looked at.
_KINDS = re.compile(r"application/(?:(?:x-)?tar|octet-stream|(?:x-)?(?:gzip|bzip2?|xz))|text/plain")
_TEXT, _ANYTHING = "text/plain", ("", "application/octet-stream")
#: Bytes that are looked at, and those that no text has (WHATWG, "MIME Sniffing", binary data).
_HEAD = 100
_BINARY = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")


@dataclass(frozen=True)
class Given:
    """What a build is to be made of.

    Attributes:
        file: seekable, not compressed.
        is_dockerfile: whether it is a Dockerfile alone, not a tar.
    """

    file: BinaryIO
    is_dockerfile: bool = False

    def read(self, name: str, budget: Budget) -> tuple[str, Source]:
        """Return the text of the Dockerfile, and where ``COPY`` takes files from.

        Args:
            name: the Dockerfile's path; empty for the usual ones.
            budget: what copying may cost.

        Raises:
            EngineError: it is no tar, or has no Dockerfile that can be read.
        """
        if self.is_dockerfile:
            return decoded(pieces(self.file)), no_context(budget)
        try:
            context = context_tar.read(self.file)
        except context_tar.ContextError as error:
            raise EngineError(str(error)) from error
        text, files = dockerfile_of(context, name)
        return text, context_source(files, budget)


@contextmanager
def opened(
    daemon: Timeline, context: BinaryIO, options: BuildOptions, outside: Outside, say: Emit,
) -> Iterator[Given]:
    """Give what a build is to be made of, fetched and unpacked.

    Raises:
        EngineError: it cannot be fetched.
    """
    given = Given(context)
    with ExitStack() as stack:
        if options.remote:
            with daemon.released():
                given = fetched(options.remote, outside.fetch)
            stack.enter_context(given.file)
            say(Progress(options.remote, "Downloading context", size_of(given.file)))
        yield replace(given, file=stack.enter_context(plain(given.file)))


@contextmanager
def plain(context: BinaryIO) -> Iterator[BinaryIO]:
    """Give a seekable file as one that is not compressed.

    What cannot be unpacked stays as it is. Like the daemon, this says nothing of damage: behind
    the end of the tar it does not matter, and before it the tar is cut.
    """
    context.seek(0)
    compressed = is_compressed(context.read(_HEAD))
    context.seek(0)
    if not compressed:
        yield context
        return
    with tempfile.TemporaryFile() as file:
        with suppress(CompressionError):
            file.writelines(unpacked(pieces(context)))
        if not file.tell():
            context.seek(0)
            shutil.copyfileobj(context, file)
        file.seek(0)
        yield cast(BinaryIO, file)


def fetched(url: str, fetch: Callable[[str], Download] | None) -> Given:
    """Return what an address holds, still packed: a tar, or a Dockerfile alone.

    Raises:
        EngineError: nothing that a build could be made of is there, in the daemon's words; or
            the lab was not opened for fetching, and ``fetch`` is None.
    """
    if _REPOSITORY.match(url):
        raise EngineError(f"imagelab does not simulate repositories as build contexts: {url}", 501)
    if not url.startswith(_URLS):
        raise EngineError(f"remoteURL ({url}) could not be recognized as URL")
    if fetch is None:
        raise EngineError(
            f"imagelab does not fetch {url}: this lab was opened without fetch_urls", 501)
    try:
        found = fetch(url)
    except EngineError as error:
        raise EngineError(f"error downloading remote context {url}: {error.message}",
                          error.status) from error
    head = found.file.read(_HEAD)
    found.file.seek(0)
    try:
        is_dockerfile = _kind(found.media_type, head) == _TEXT
    except ValueError as error:
        found.file.close()
        raise EngineError(
            f"error detecting content type for remote {url}: {error}") from error
    return Given(cast(BinaryIO, found.file), is_dockerfile)


def _kind(media_type: str, head: bytes) -> str:
    """Return what an answer is.

    Raises:
        ValueError: it is nothing that a build is made of.
    """
    if not head:
        raise ValueError("empty response")
    if media_type in _ANYTHING:
        return "" if _BINARY.search(head) else _TEXT
    known = _KINDS.search(media_type)
    if known is None:
        raise ValueError(f'unsupported Content-Type "{media_type}"')
    return known[0]
