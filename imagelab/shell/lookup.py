"""Finding the program that a name stands for, in the container's tree."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from imagelab.model.file_error import MESSAGES, FileError
from imagelab.model.filesystem import FileSystem
from imagelab.model.node import Kind

DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_MAX_SCRIPT = 1 << 20

StartKind = Literal["not found", "no such file", "not executable", "is a directory",
                    "format error", "bad interpreter"]


class StartError(Exception):
    """A program that cannot be started.

    Attributes:
        kind: ``not found`` (no file of the name in PATH), ``no such file`` (a path that is not
            there), ``not executable`` (no permission), ``is a directory``, ``format error``
            (neither a program nor text), ``bad interpreter`` (its ``#!`` line leads nowhere).
        name: what was asked for.
        message: the C library's words.
    """

    def __init__(self, kind: StartKind, name: str) -> None:
        """Keep kind and name."""
        super().__init__(f"{name}: {kind}")
        self.kind: StartKind = kind
        self.name = name

    @property
    def message(self) -> str:
        """The C library's words for it."""
        if self.kind == "format error":
            return "Exec format error"
        return MESSAGES["EACCES" if self.kind in ("not executable", "is a directory")
                        else "ENOENT"]


@dataclass(frozen=True)
class Found:
    """A program file.

    Attributes:
        path: as it was found, links not followed.
        resolved: absolute path with links followed.
        interpreter: words of a ``#!`` line.
        text: of a file without ELF head or ``#!`` line: a script for the shell.
        elf: whether it begins as an ELF program.
    """

    path: str
    resolved: str
    interpreter: tuple[str, ...] = ()
    text: str | None = None
    elf: bool = False


def which(files: FileSystem, name: str, *, path: str | None, cwd: str) -> str | None:
    """Return the first executable of a name in PATH."""
    for folder in (DEFAULT_PATH if path is None else path).split(":"):
        candidate = f"{folder or '.'}/{name}"
        if files.may_run(candidate, cwd=cwd):
            return candidate
    return None


def find(files: FileSystem, name: str, *, path: str | None, cwd: str) -> Found:
    """Return the program that a command's first word stands for.

    Raises:
        StartError: there is none, or it may not run.
    """
    if "/" in name:
        _check(files, name, cwd)
        return _read(files, name, cwd)
    where = which(files, name, path=path, cwd=cwd) if name else None
    if where is None:
        raise StartError("not found", name)
    return _read(files, where, cwd)


def _check(files: FileSystem, name: str, cwd: str) -> None:
    try:
        node = files.stat(name, cwd=cwd)
    except FileError as error:
        raise StartError("not executable" if error.code == "EACCES" else "no such file",
                         name) from None
    if node.is_directory:
        raise StartError("is a directory", name)
    if node.kind is not Kind.FILE or not files.may_run(name, cwd=cwd):
        raise StartError("not executable", name)


def _read(files: FileSystem, path: str, cwd: str) -> Found:
    resolved = "/" + files.resolve(path, cwd=cwd)
    content = files.stat(path, cwd=cwd).content
    head = content.read(256)
    if head.startswith(b"\x7fELF"):
        return Found(path, resolved, elf=True)
    if head.startswith(b"#!"):
        # Blanks and tabs alone are blank here: a Windows line end belongs to the name.
        line = head[2:].split(b"\n")[0].decode("utf-8", "surrogateescape").strip(" \t")
        return Found(path, resolved, interpreter=tuple(re.split("[ \t]+", line, maxsplit=1)))
    if b"\0" in head.split(b"\n")[0]:
        raise StartError("format error", path)
    text = content.read(_MAX_SCRIPT).decode("utf-8", "surrogateescape")
    return Found(path, resolved, text=text)
