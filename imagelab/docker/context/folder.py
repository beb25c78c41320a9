"""Packing the folder of a build context, without what its ``.dockerignore`` names."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from imagelab.docker.command import ClientError, NotSimulated
from imagelab.docker.context.tar import AddError, ContextTar
from imagelab.docker.host_paths import is_below, open_file
from imagelab.formats import dockerignore
from imagelab.formats.dockerignore import Ignored, IgnoreError, compile_patterns
from imagelab.formats.gopath import clean
from imagelab.formats.ignore_pattern import PatternError
from imagelab.formats.ignore_regex import UnsupportedPatternError
from imagelab.storage.errors import reason_of

#: Most bytes of a ``.dockerignore``.
MAX_IGNORE = 1 << 20


@dataclass(frozen=True)
class _IgnoreFile:
    """The ``.dockerignore`` of a folder."""

    text: bytes
    mode: int
    mtime: int


def pack_folder(
    folder: str, tar: ContextTar, dockerfile: str, text: bytes | None,
    complain: Callable[[str], None], note: Callable[[str], object],
) -> None:
    """Write the files of a folder into a tar.

    Args:
        folder: real path of the context's folder.
        tar: where to write.
        dockerfile: the Dockerfile, relative to the folder; it is sent whatever is ignored.
        text: a Dockerfile that is no file of the folder, to be added.
        complain: takes a line on a file that is left out.
        note: is told of each file that is sent, relative to the folder.

    Raises:
        ClientError: a file cannot be read, or a pattern is none.
        NotSimulated: the ``.dockerignore`` is a link out of the folder, or too large.
    """
    ignore_file = _read_ignore(folder)
    try:
        patterns = dockerignore.read(ignore_file.text) if ignore_file else []
    except IgnoreError as error:
        raise ClientError(f"error reading .dockerignore: {error}") from error
    try:
        ignored = compile_patterns(patterns)
        _check(folder, ignored)
        sent = [dockerignore.NAME] if text is not None else [dockerignore.NAME, dockerfile]
        patterns += [f"!{name}" for name in sent if ignored.names(clean(name))]
        ignored = compile_patterns(patterns)
        if text is not None:
            tar.name_dockerfile(text)
        for name in _sent(folder, ignored):
            note(name)
            if name == dockerignore.NAME and text is not None and ignore_file:
                tar.ignore_added(ignore_file.text, ignore_file.mode, ignore_file.mtime)
            else:
                _add(folder, name, tar, complain)
    except UnsupportedPatternError as error:
        raise NotSimulated(str(error)) from error
    except PatternError as error:
        raise ClientError(f"error checking context: {error}") from error
    if text is not None:
        if not ignore_file:
            tar.ignore_added(None)
        tar.add_dockerfile(text)
    tar.end()


def _read_ignore(folder: str) -> _IgnoreFile | None:
    path = os.path.join(folder, dockerignore.NAME)
    real = os.path.realpath(path)
    if not is_below(real, folder):
        raise NotSimulated("imagelab does not follow links out of the build context: "
                           f"{dockerignore.NAME}")
    if os.path.isdir(real):
        raise ClientError(f"error reading .dockerignore: read {path}: is a directory")
    try:
        with open_file(real) as file:
            text = file.read(MAX_IGNORE + 1)
            found = os.fstat(file.fileno())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ClientError(f"open {path}: {reason_of(error)}") from error
    if len(text) > MAX_IGNORE:
        raise NotSimulated(
            f"imagelab does not read a .dockerignore of more than {MAX_IGNORE} bytes")
    return _IgnoreFile(text, stat.S_IMODE(found.st_mode), found.st_mtime_ns // 1_000_000_000)


def _check(folder: str, ignored: Ignored) -> None:
    """Refuse a folder with files that cannot be read, unless they are ignored.

    Raises:
        ClientError: in the client's words.
    """
    pending = _listed(folder, "")
    while pending:
        name, mode = pending.pop()
        below = _listed(folder, name) if stat.S_ISDIR(mode) else []
        if ignored.names(name):
            continue
        pending += below
        if stat.S_ISREG(mode):
            _check_readable(os.path.join(folder, name))


def _listed(folder: str, name: str) -> list[tuple[str, int]]:
    """Return names and modes of what is in a folder of the context, the last name first."""
    path = os.path.join(folder, name) if name else folder
    try:
        return [
            (f"{name}/{each}" if name else each, os.lstat(os.path.join(path, each)).st_mode)
            for each in sorted(os.listdir(path), key=os.fsencode)
        ][::-1]
    except PermissionError as error:
        raise ClientError(f"error checking context: can't stat '{error.filename}'") from error
    except OSError as error:
        raise ClientError(f"error checking context: lstat {error.filename}: {reason_of(error)}"
                          ) from error


def _check_readable(path: str) -> None:
    try:
        open_file(path).close()
    except PermissionError as error:
        raise ClientError(f"error checking context: no permission to read from '{path}'"
                          ) from error
    except OSError:
        return  # the client tells when it comes to the file


def _sent(folder: str, ignored: Ignored) -> Iterator[str]:
    """Yield what is not ignored, folders before what is in them."""
    pending: list[tuple[str, int, list[bool] | None]] = [
        (*each, None) for each in _listed(folder, "")]
    while pending:
        name, mode, above = pending.pop()
        skip, marks = ignored.visit(name, above)
        if not skip:
            yield name
        if stat.S_ISDIR(mode) and (not skip or ignored.reopens(name)):
            pending += [(*each, marks) for each in _listed(folder, name)]


def _add(folder: str, name: str, tar: ContextTar, complain: Callable[[str], None]) -> None:
    path = os.path.join(folder, name)
    try:
        tar.add(path, name)
    except (AddError, OSError) as error:
        reason = reason_of(error) if isinstance(error, OSError) else str(error)
        complain(f'level=error msg="Can\'t add file {path} to tar: {reason}"')
