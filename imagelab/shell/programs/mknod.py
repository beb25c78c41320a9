"""mknod and mkfifo."""

from __future__ import annotations

from imagelab.model.file_error import FileError
from imagelab.model.node import Kind, Node
from imagelab.shell.modes import new_mode
from imagelab.shell.programs.io import Io
from imagelab.shell.programs.options import missing, parse
from imagelab.shell.quoting import gnu_quote


def mkfifo(argv: list[str], io: Io) -> int:
    """Make named pipes."""
    options, args = parse(io, argv, "", "m")
    if not args:
        return missing(io, "missing operand")
    status = 0
    mode = new_mode(options["m"][-1], 0o666, 0, is_directory=False) if "m" in options else None
    for path in args:
        try:
            bits = 0o666 & ~io.umask if mode is None else mode
            io.files.add(path, Node(Kind.FIFO, bits, io.uid, io.gid, io.host.now), cwd=io.cwd)
        except FileError as error:
            status = io.fail(f"cannot create fifo {gnu_quote(path)}: {error.message}" if io.gnu
                             else f"{path}: {error.message}")
    return status


def mknod(argv: list[str], io: Io) -> int:
    """Make a device or a named pipe."""
    options, args = parse(io, argv, "", "m")
    if len(args) < 2:
        return missing(io, "missing operand")
    path, kind = args[0], args[1]
    if kind not in ("b", "c", "u", "p") or (kind != "p") != (len(args) == 4):
        return missing(io, f"invalid device type {gnu_quote(kind)}")
    numbers = [int(a) for a in args[2:] if a.isdigit() and len(a) < 9]
    if len(numbers) != len(args) - 2:
        return io.fail(f"invalid major device number {gnu_quote(args[2])}")
    mode = new_mode(options["m"][-1], 0o666, 0, is_directory=False) if "m" in options else None
    device = (numbers[0], numbers[1]) if numbers else (0, 0)
    what = {"b": Kind.BLOCK, "p": Kind.FIFO}.get(kind, Kind.CHARACTER)
    if io.uid and kind != "p":
        return io.fail(f"{path}: Operation not permitted")
    bits = 0o666 & ~io.umask if mode is None else mode
    try:
        io.files.add(path, Node(what, bits, io.uid, io.gid, io.host.now, device=device),
                     cwd=io.cwd)
    except FileError as error:
        return io.fail(f"{path}: {error.message}")
    return 0
