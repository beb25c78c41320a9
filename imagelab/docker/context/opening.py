"""The context of ``docker build``: what the client sends to the daemon.

As client 28.2 does for the classic builder: its stream was recorded, and so were its refusals.
Read are paths below the folder that the user named, and a Dockerfile that the user named.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

from imagelab.docker.command import ClientError, NotSimulated
from imagelab.docker.context import stdin
from imagelab.docker.context.folder import pack_folder
from imagelab.docker.context.tar import MAX_DOCKERFILE, ContextTar
from imagelab.docker.host_paths import PathError, is_below, open_file, real_path
from imagelab.docker.io import Io
from imagelab.formats.units import human_size
from imagelab.storage.errors import reason_of

_DOCKERFILE = "Dockerfile"
_URLS = ("http://", "https://")
_REPOSITORIES = ("git://", "github.com/", "git@")


@dataclass(frozen=True)
class BuildContext:
    """A build context, as long as it is open.

    Attributes:
        file: a tar, in a temporary file; compressed if it comes so.
        size: how many bytes the client would send, compressed if they come so.
        dockerfile: path of the Dockerfile in the tar; empty where the daemon is to look for
            ``Dockerfile`` or ``dockerfile`` itself.
    """

    file: BinaryIO
    size: int
    dockerfile: str


def sending(size: int) -> str:
    """Return the line that tells how much was sent."""
    return f"Sending build context to Docker daemon {human_size(size):>8}"


@contextmanager
def open_context(source: str, dockerfile: str, io: Io) -> Iterator[BuildContext]:
    """Pack a build context into a temporary file.

    Args:
        source: a folder, or ``-`` for standard input.
        dockerfile: the value of ``-f``: a path, relative to the user's folder, or ``-`` for
            standard input; empty for the default.
        io: the user's folder and standard input.

    Raises:
        ClientError: there is no such folder or Dockerfile, in the client's words.
        NotSimulated: the source is an address, or a link leads out of the folder.
    """
    if source == "-" and dockerfile == "-":
        raise ClientError("invalid argument: can't use stdin for both build context and dockerfile")
    with tempfile.TemporaryFile() as file:
        if source == "-":
            size, name = stdin.copy(io, dockerfile, file)
        else:
            size, name = _pack(_folder(source, io), source, dockerfile, io, file)
        file.seek(0)
        yield BuildContext(file, size, name)


def _folder(source: str, io: Io) -> str:
    """Return the real path of a context's folder.

    Raises:
        ClientError: it is none.
        NotSimulated: it is an address.
    """
    path = io.path(source) if source else ""
    if not os.path.exists(path):
        if source.startswith(_URLS + _REPOSITORIES):
            raise NotSimulated(f"imagelab does not simulate build contexts from URLs: {source}")
        raise ClientError(f'unable to prepare context: path "{source}" not found')
    real = os.path.realpath(path)
    if not os.path.isdir(real):
        raise ClientError(f"unable to prepare context: context must be a directory: {real}")
    return real


def _pack(
    folder: str, source: str, dockerfile: str, io: Io, file: BinaryIO,
) -> tuple[int, str]:
    """Write a folder's tar; return what the client counts, and where the Dockerfile is."""
    name, text = "", None
    if dockerfile == "-":
        text = stdin.dockerfile(io)
    else:
        path = _dockerfile_path(folder, dockerfile, io)
        if dockerfile:
            io.noting.file(io.path(dockerfile), follow=True)
        name = os.path.relpath(path, folder).replace(os.sep, "/")
        if name.startswith("../"):
            text = _read_outside(path, dockerfile)
    tar = ContextTar(file)
    pack_folder(folder, tar, name, text, io.complain, lambda below: io.noting.file(
        os.path.join(io.path(source), below), os.path.join(folder, below)))
    return tar.sent, tar.dockerfile or name


def _dockerfile_path(folder: str, given: str, io: Io) -> str:
    """Return the real path of the Dockerfile.

    Raises:
        ClientError: it is not there.
        NotSimulated: a link in the context leads out of it.
    """
    named = os.path.normpath(io.path(given)) if given else _default(folder)
    try:
        path = real_path(named)
    except PathError as error:
        raise ClientError("unable to prepare context: unable to evaluate symlinks in Dockerfile "
                          f"path: {error}") from error
    if not is_below(path, folder) and _leads_through(named, folder):
        raise NotSimulated("imagelab does not follow links out of the build context: "
                           f"{given or os.path.basename(named)}")
    return path


def _default(folder: str) -> str:
    path = os.path.join(folder, _DOCKERFILE)
    lower = os.path.join(folder, _DOCKERFILE.lower())
    return lower if not os.path.lexists(path) and os.path.lexists(lower) else path


def _leads_through(path: str, folder: str) -> bool:
    """Tell whether a path comes by a folder on its way."""
    above = os.path.dirname(path)
    while above != os.path.dirname(above):
        if is_below(os.path.realpath(above), folder):
            return True
        above = os.path.dirname(above)
    return False


def _read_outside(path: str, given: str) -> bytes:
    """Read a Dockerfile that the user named and that is not in the context.

    Raises:
        ClientError: it cannot be read.
        NotSimulated: it is no file, or a large one.
    """
    if os.path.isdir(path):
        raise ClientError(f"read {given}: is a directory")
    try:
        with open_file(path) as file:
            text = file.read(MAX_DOCKERFILE + 1)
    except OSError as error:
        raise ClientError(f"unable to open Dockerfile: open {given}: {reason_of(error)}") from error
    if len(text) > MAX_DOCKERFILE:
        raise stdin.too_large()
    return text
