"""mknod and mkfifo."""

from __future__ import annotations

import re

from imagelab.model.file_error import FileError
from imagelab.model.node import MAX_MAJOR, MAX_MINOR, Kind, Node
from imagelab.shell.modes import new_mode
from imagelab.shell.programs.io import Io
from imagelab.shell.programs.options import missing, parse
from imagelab.shell.programs.sizes import c_number
from imagelab.shell.quoting import gnu_quote

_KINDS = {"b": Kind.BLOCK, "c": Kind.CHARACTER, "u": Kind.CHARACTER, "p": Kind.FIFO}
#: Linux keeps a device's numbers in 12 and 20 bits.
_MOST = {"major": MAX_MAJOR, "minor": MAX_MINOR}


def mkfifo(argv: list[str], io: Io) -> int:
    """Make named pipes."""
    options, args = parse(io, argv, "", "m")
    if not args:
        return missing(io, "missing operand")
    mode = _mode(options, io)
    if mode is None:
        return io.fail("invalid mode" if io.gnu else f"{args[0]}: Invalid argument")
    status = 0
    for path in args:
        try:
            io.files.add(path, Node(Kind.FIFO, mode, io.uid, io.gid, io.host.now), cwd=io.cwd)
        except FileError as error:
            status = io.fail(f"cannot create fifo {gnu_quote(path)}: {error.message}" if io.gnu
                             else f"{path}: {error.message}")
    return status


def mknod(argv: list[str], io: Io) -> int:
    """Make a device or a named pipe."""
    options, args = parse(io, argv, "", "m")
    mode = _mode(options, io)
    if mode is None and io.gnu:
        return io.fail("invalid mode")
    if wrong := _wrong_operands(args):
        return missing(io, wrong)
    path, kind, *texts = args
    if kind[0] not in _KINDS:
        return missing(io, f"invalid device type {gnu_quote(kind)}")
    numbers = []
    for which, text in zip(_MOST, texts, strict=False):
        number = _number(text, io)
        if number is None:
            return io.fail(f"invalid {which} device number {gnu_quote(text)}" if io.gnu
                           else f"invalid number '{text}'")
        if number > _MOST[which] and not io.gnu:
            return io.fail(f"number {text} is not in 0..{_MOST[which]} range")
        numbers.append(number)
    if mode is None or any(number > most for number, most in zip(
            numbers, _MOST.values(), strict=False)):
        return io.fail(f"{path}: Invalid argument")
    if io.uid and numbers:
        return io.fail(f"{path}: Operation not permitted")
    device = (numbers[0], numbers[1]) if numbers else (0, 0)
    try:
        io.files.add(path, Node(
            _KINDS[kind[0]], mode, io.uid, io.gid, io.host.now, device=device), cwd=io.cwd)
    except FileError as error:
        return io.fail(f"{path}: {error.message}")
    return 0


def _mode(options: dict[str, list[str]], io: Io) -> int | None:
    """Return the permissions to make a file with; None if ``-m`` is wrong."""
    if "m" not in options:
        return 0o666 & ~io.umask
    return new_mode(options["m"][-1], 0o666, 0, is_directory=False)


def _wrong_operands(args: list[str]) -> str:
    """Return what GNU says of too few or too many operands: named pipes have no numbers."""
    if not args:
        return "missing operand"
    wanted = 2 if len(args) == 1 or args[1].startswith("p") else 4
    if len(args) < wanted:
        said = f"missing operand after {gnu_quote(args[-1])}"
        return said if len(args) != 2 else (
            f"{said}\nSpecial files require major and minor device numbers.")
    if len(args) > wanted:
        said = f"extra operand {gnu_quote(args[wanted])}"
        return said if (wanted, len(args)) != (2, 4) else (
            f"{said}\nFifos do not have major and minor device numbers.")
    return ""


def _number(text: str, io: Io) -> int | None:
    """Read a number: GNU's are as in C, and have 32 bits."""
    if not io.gnu:
        return int(text) if re.fullmatch("[0-9]{1,16}", text) else None
    found = c_number(text)
    return found[0] if found and not found[1] and found[0] < 1 << 32 else None
