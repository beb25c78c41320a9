"""md5sum, sha1sum, sha256sum and sha512sum."""

from __future__ import annotations

import hashlib
import re

from imagelab.model.file_error import FileError
from imagelab.shell.escapes import decode
from imagelab.shell.programs.io import Io
from imagelab.shell.programs.lines import lines_of
from imagelab.shell.programs.options import parse

_KINDS = {"md5sum": "md5", "sha1sum": "sha1", "sha256sum": "sha256", "sha512sum": "sha512"}


def checksum(argv: list[str], io: Io) -> int:
    """Print or check digests."""
    options, args = parse(io, argv, "cbtsw", long={"check": "c", "status": "s", "quiet": "q",
                                                    "binary": "b", "text": "t"})
    if "c" in options:
        return _check(io, options, args or ["-"])
    status = 0
    for path in args or ["-"]:
        try:
            io.out(f"{_digest(io, path)}  {path}\n")
        except FileError as error:
            status = _cannot(io, path, error)
    return status


def _cannot(io: Io, path: str, error: FileError) -> int:
    if io.gnu:
        return io.fail(f"{path}: {error.message}")
    if error.code == "EISDIR":
        return io.fail("read error: Is a directory")
    return io.fail(f"can't open '{path}': {error.message}")


def _digest(io: Io, path: str) -> str:
    content = io.content(path)
    io.host.budget.take("hashed", content.size)
    digest = hashlib.new(_KINDS[io.name], usedforsecurity=False)
    for chunk in content.chunks():
        digest.update(chunk)
    return digest.hexdigest()


def _check(io: Io, options: dict[str, list[str]], args: list[str]) -> int:
    failed = unread = seen = 0
    for path in args:
        try:
            data = io.data(path)
        except FileError as error:
            return _cannot(io, path, error)
        for line in lines_of(data):
            match = re.fullmatch(r"([0-9a-f]{32,128}) [ *](.*)", decode(line))
            if match is None:
                continue
            seen += 1
            try:
                right = _digest(io, match[2]) == match[1]
            except FileError as error:
                _cannot(io, match[2], error)
                io.out(f"{match[2]}: FAILED" + (" open or read" if io.gnu else "") + "\n")
                unread += 1
                continue
            failed += not right
            if "s" not in options:
                io.out(f"{match[2]}: {'OK' if right else 'FAILED'}\n")
    if io.gnu and unread:
        io.fail(f"WARNING: {unread} listed file{'s' * (unread > 1)} could not be read")
    if failed + (0 if io.gnu else unread):
        count = failed + (0 if io.gnu else unread)
        if io.gnu:
            many = "checksums" if count > 1 else "checksum"
            io.fail(f"WARNING: {count} computed {many} did NOT match")
        else:
            io.fail(f"WARNING: {count} of {seen} computed checksums did NOT match")
    return int(bool(failed or unread))
