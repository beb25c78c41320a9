"""sed."""

from __future__ import annotations

import re

from imagelab.model.file_error import FileError
from imagelab.shell.escapes import decode, encode
from imagelab.shell.programs.io import Io
from imagelab.shell.programs.options import parse
from imagelab.shell.programs.sed_run import Run
from imagelab.shell.programs.sed_script import read_script

_LONG = {"quiet": "n", "silent": "n", "in-place": "i", "expression": "e", "file": "f",
         "regexp-extended": "E"}


def sed(argv: list[str], io: Io) -> int:
    """Edit a stream."""
    argv, suffix = _in_place(argv)
    options, args = parse(io, argv, "nEri" + "szu" * io.gnu, "ef" + "l" * io.gnu,
                          long={**_LONG, "separate": "s"} if io.gnu else _LONG)
    scripts = list(options.get("e", []))
    for path in options.get("f", []):
        scripts.append(decode(io.data(path)).rstrip("\n"))
    if not scripts:
        if not args:
            io.err("Usage: sed [OPTION]... {script-only-if-no-other-script} [input-file]...\n"
                   if io.gnu else "BusyBox v1.35.0 multi-call binary.\n\n"
                   "Usage: sed CMD [FILE]...\n")
            return 1
        scripts = [args.pop(0)]
    text = "\n".join(scripts)
    if text.startswith("#n\n"):
        options["n"] = [""]
    if "i" in options and not args and io.gnu:
        return io.fail("no input files", 4)
    commands = read_script(io, text, ere=bool(options.keys() & {"E", "r"}))
    run = Run(io, commands, options)
    status = 0
    readable: list[tuple[str, bytes]] = []
    for path in args or ["-"]:
        try:
            readable.append((path, io.data(path)))
        except FileError as error:
            if error.code == "EISDIR":
                what = "couldn't edit {0}: not a regular file" if "i" in options else (
                    "read error on {0}: Is a directory"
                )
                status = io.fail(what.format(path) if io.gnu else "read error: Is a directory",
                                 4 if "i" in options and io.gnu else 2 if io.gnu else 1)
            else:
                status = io.fail(f"can't read {path}: {error.message}" if io.gnu
                                 else f"{path}: {error.message}", 2 if io.gnu else 1)
    for number, (path, data) in enumerate(readable):
        if "i" in options or "s" in options:
            run.line = 0
        alone = "i" in options or "s" in options or number == len(readable) - 1
        run.text(data, last_file=alone)
        if "i" in options:
            _rewrite(io, path, data, "".join(run.out), suffix)
            run.out = []
        if run.quit is not None:
            break
    io.out("".join(run.out))
    for path, written in run.opened.items():
        io.host.write(io.open(path, "w"), encode("".join(written)))
    return run.quit or status


def _in_place(argv: list[str]) -> tuple[list[str], str]:
    """Take the suffix off ``-i.bak``."""
    out, suffix = argv[:1], ""
    for arg in argv[1:]:
        if re.match(r"-[nEr]*i.", arg) and not arg.startswith("--"):
            head, _, suffix = arg.partition("i")
            arg = head + "i"
        elif arg.startswith("--in-place="):
            arg, _, suffix = arg.partition("=")
        out.append(arg)
    return out, suffix


def _rewrite(io: Io, path: str, old: bytes, new: str, suffix: str) -> None:
    node = io.stat(path)
    if suffix:
        io.host.write(io.open(path + suffix, "w"), old)
    # sed writes a new file and renames it over the old one: hard links are left behind.
    io.files.unlink(path, cwd=io.cwd)
    target = io.open(path, "w")
    io.host.write(target, encode(new))
    io.files.chmod(path, node.mode, cwd=io.cwd)
    if io.uid == 0:
        io.files.chown(path, node.uid, node.gid, cwd=io.cwd)
