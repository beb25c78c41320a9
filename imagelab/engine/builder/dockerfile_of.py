"""The Dockerfile of a build context."""

from __future__ import annotations

from imagelab.formats.context_tar import Context
from imagelab.model.file_error import FileError
from imagelab.model.filesystem import FileSystem
from imagelab.model.node import Kind
from imagelab.model.outcome import BadRequest, EngineError

_DEFAULT = "Dockerfile"
#: Largest Dockerfile that the lab reads, in bytes.
MAX_SIZE = 4 << 20


def dockerfile_of(context: Context, name: str) -> str:
    """Return the text of the Dockerfile.

    Args:
        context: the build context.
        name: its path there; empty for ``Dockerfile``, or ``dockerfile`` where that is missing.

    Raises:
        EngineError: it is not there, or cannot be read.
    """
    files = FileSystem(context.tree, {})
    if not name:
        name = _DEFAULT
        if files.lookup(f"/{name}") is None and files.lookup(f"/{name.lower()}") is not None:
            name = name.lower()
    try:
        node = files.stat(f"/{name}")
    except FileError as error:
        raise EngineError(f"Cannot locate specified Dockerfile: {name}") from error
    if node.kind is not Kind.FILE or not node.size:
        raise EngineError(f"the Dockerfile ({name}) cannot be empty")
    if node.size > MAX_SIZE:
        raise BadRequest(f"imagelab does not simulate a Dockerfile of {node.size} bytes")
    return node.content.read().decode("utf-8", "surrogateescape")
