"""The Dockerfile of a build context."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable

from imagelab.formats import dockerignore
from imagelab.formats.context_tar import Context
from imagelab.model.file_error import FileError
from imagelab.model.filesystem import FileSystem
from imagelab.model.node import Kind
from imagelab.model.outcome import BadRequest, EngineError

_DEFAULT = "Dockerfile"
#: Where a daemon unpacks a build context.
_FOLDER = "/var/lib/docker/tmp/docker-builder"
#: Largest Dockerfile that the lab reads, in bytes.
MAX_SIZE = 4 << 20


def dockerfile_of(context: Context, name: str) -> tuple[str, Context]:
    """Return the text of the Dockerfile, and the build context that ``COPY`` sees.

    The client sends the Dockerfile and ``.dockerignore`` even where the latter names them; they
    are left out of the context here.

    Args:
        context: the build context as it came.
        name: the Dockerfile's path there; empty for ``Dockerfile``, or ``dockerfile`` where that
            is missing.

    Raises:
        EngineError: it is not there, or cannot be read.
    """
    files = FileSystem(context.tree, {})
    if not name:
        name = _DEFAULT
        if files.lookup(f"/{name}") is None and files.lookup(f"/{name.lower()}") is not None:
            name = name.lower()
    path = posixpath.normpath(f"./{name}")
    if path == ".." or path.startswith("../"):
        raise EngineError(f"forbidden path outside the build context: {name} ()")
    try:
        node = files.stat(f"/{path}")
    except FileError as error:
        raise EngineError(f"Cannot locate specified Dockerfile: {name}") from error
    if node.is_directory:
        raise EngineError(f"unexpected error reading Dockerfile: read {_FOLDER}/{name}: "
                          "is a directory")
    if node.kind is not Kind.FILE or not node.size:
        raise BadRequest(f"the Dockerfile ({name}) cannot be empty")
    return decoded(node.content.chunks()), context.without(_ignored(files, name))


def decoded(chunks: Iterable[bytes]) -> str:
    """Return the text of a Dockerfile.

    Raises:
        BadRequest: it is larger than the lab reads.
    """
    data = bytearray()
    for chunk in chunks:
        data += chunk
        if len(data) > MAX_SIZE:
            raise BadRequest(
                f"imagelab does not simulate a Dockerfile of more than {MAX_SIZE} bytes")
    return data.decode("utf-8", "surrogateescape")


def _ignored(files: FileSystem, name: str) -> list[str]:
    """Return which of Dockerfile and ``.dockerignore`` the latter names."""
    node = files.lookup(f"/{dockerignore.NAME}")
    if node is None or node.kind is not Kind.FILE or node.size > MAX_SIZE:
        return []
    try:
        patterns = dockerignore.compile_patterns(dockerignore.read(node.content.read()))
        return [path for path in (dockerignore.NAME, name) if patterns.names(path)]
    except ValueError as error:
        raise EngineError(str(error)) from error
