"""mktemp; its names look random and are the same in every run."""

from __future__ import annotations

import hashlib
import re

from imagelab.model.file_error import FileError
from imagelab.shell.programs.io import Io
from imagelab.shell.programs.options import parse
from imagelab.shell.programs.paths import below
from imagelab.shell.quoting import gnu_quote

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_TRIES = 100


def mktemp(argv: list[str], io: Io) -> int:
    """Make a file or folder with a new name and print the name."""
    options, args = parse(io, argv, "duqt", "p", long={
        "directory": "d", "dry-run": "u", "quiet": "q", "tmpdir": "p"})
    if len(args) > 1:
        return io.fail("too many templates\nTry 'mktemp --help' for more information."
                       if io.gnu else "too many arguments")
    template = args[0] if args else "tmp.XXXXXXXXXX" if io.gnu else "tmp.XXXXXX"
    marks = re.search(r"X+(?=[^X/]*$)" if io.gnu else r"X+$", template)
    if marks is None or len(marks[0]) < (3 if io.gnu else 6):
        if io.gnu:
            return io.fail(f"too few X's in template {gnu_quote(template)}")
        return io.fail("(null): Invalid argument")
    if not args or "p" in options or "t" in options:
        folder = options.get("p", [""])[-1] or io.env.get("TMPDIR") or "/tmp"
        template = below(folder, template)
    what = "directory" if "d" in options else "file"
    try:
        path = _make(io, template, options)
    except FileError as error:
        if "q" in options:
            return 1
        return io.fail(f"failed to create {what} via template {gnu_quote(template)}: "
                       f"{error.message}" if io.gnu else f"(null): {error.message}")
    io.out(path + "\n")
    return 0


def _make(io: Io, template: str, options: dict[str, list[str]]) -> str:
    match = re.search(r"X+(?=[^X]*$)", template)
    assert match is not None, "checked"
    for number in range(_TRIES):
        path = template[: match.start()] + _random(io, len(match[0]), number) + (
            template[match.end() :])
        if "u" in options:
            return path
        try:
            if "d" in options:
                io.files.mkdir(path, cwd=io.cwd, mode=0o700)
            else:
                io.open(path, "x")
                io.files.chmod(path, 0o600, cwd=io.cwd)
            return path
        except FileError as error:
            if error.code != "EEXIST":
                raise
    raise FileError("EEXIST", template)


def _random(io: Io, length: int, number: int) -> str:
    io.step()
    seed = f"{io.host.now} {io.host.budget.steps} {number}"
    digest = hashlib.shake_128(seed.encode()).digest(min(length, 255))
    return "".join(_LETTERS[byte % len(_LETTERS)] for byte in digest)
