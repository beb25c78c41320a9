"""head and tail."""

from __future__ import annotations

import re
from collections.abc import Callable

from imagelab.model.file_error import FileError
from imagelab.shell.programs.io import Io, UsageError
from imagelab.shell.programs.options import parse
from imagelab.shell.quoting import gnu_quote
from imagelab.shell.streams import part


def _units(gnu: bool) -> dict[str, int]:
    """Return what may stand behind a number: ``kB`` is a thousand, ``k`` and ``KiB`` are 1024."""
    units = {"": 1, "b": 512, "k": 1024, "m": 1 << 20}
    if gnu:
        for power, letter in enumerate("KMGTPE", 1):
            for each in {letter, letter.lower() if letter in "KM" else letter}:
                units |= {each: 1024**power, f"{each}iB": 1024**power, f"{each}B": 1000**power}
    return units


def _count(io: Io, text: str, what: str) -> tuple[str, int]:
    """Return sign and amount of ``-n``'s value."""
    sign = text[:1] if text[:1] in ("-", "+") else ""
    match = re.fullmatch(r"(\d{1,15})(\w*)", text[len(sign) :], re.ASCII)
    unit = _units(io.gnu).get(match[2]) if match else None
    if match is None or unit is None:
        raise UsageError(f"{io.name}: " + (
            f"invalid number of {what}: {gnu_quote(text)}\n" if io.gnu
            else f"invalid number '{text}'\n"
        ))
    return sign, int(match[1]) * unit


def _old_style(argv: list[str]) -> list[str]:
    """Write ``-5`` as ``-n 5``."""
    out = argv[:1]
    for arg in argv[1:]:
        match = re.fullmatch(r"-(\d+)([cq]?)", arg, re.ASCII)
        if match and out[-1] not in ("-n", "-c"):
            out += ["-c" if match[2] == "c" else "-n", match[1]]
        else:
            out.append(arg)
    return out


_LONG = {"lines": "n", "bytes": "c", "quiet": "q", "silent": "q", "verbose": "v", "follow": "f"}


def head(argv: list[str], io: Io) -> int:
    """Print the beginning of files."""
    options, args = parse(io, _old_style(argv), "qvz", "nc", long=_LONG)
    by_bytes = "c" in options
    text = options["c" if by_bytes else "n"][-1] if options.keys() & {"c", "n"} else "10"
    sign, amount = _count(io, text, "bytes" if by_bytes else "lines")

    def show(path: str) -> None:
        if by_bytes and not sign:
            _head_bytes(io, path, amount)
        elif by_bytes:
            content = io.content(path)
            io.out(part(content, 0, max(0, content.size - amount)))
        elif sign == "-":
            lines = io.data(path).splitlines(keepends=True)
            io.out(b"".join(lines[: max(0, len(lines) - amount)]))
        else:
            _head_lines(io, path, amount)

    return _each_with_title(io, args, options, show)


def _head_bytes(io: Io, path: str, amount: int) -> None:
    source = io.fds.get(0) if path == "-" else io.open(path, "r")
    if path != "-":
        io.files.read(path, cwd=io.cwd) if source and source.kind == "file" else None
    left = amount
    while left > 0:
        content = io.host.read_some(source, left)
        if not content.size:
            break
        io.out(content)
        left -= content.size


def _head_lines(io: Io, path: str, amount: int) -> None:
    source = io.fds.get(0) if path == "-" else io.open(path, "r")
    if path != "-" and source and source.kind == "file":
        io.files.read(path, cwd=io.cwd)
    out = []
    for _ in range(amount):
        line = io.host.read_line(source)
        io.host.budget.take("words", len(line))
        if not line:
            break
        out.append(line)
        if len(out) % 64 == 0:
            io.step()
    io.out(b"".join(out))


def tail(argv: list[str], io: Io) -> int:
    """Print the end of files."""
    argv = _old_style([argv[0], *(f"-n{a}" if re.fullmatch(r"\+\d+", a) and i == 0 else a
                                  for i, a in enumerate(argv[1:]))])
    options, args = parse(io, argv, "qvzfF", "ncs", long=_LONG)
    by_bytes = "c" in options
    text = options["c" if by_bytes else "n"][-1] if options.keys() & {"c", "n"} else "10"
    sign, amount = _count(io, text, "bytes" if by_bytes else "lines")

    def show(path: str) -> None:
        content = io.content(path)
        if by_bytes:
            start = max(0, amount - 1) if sign == "+" else max(0, content.size - amount)
            io.out(part(content, start, content.size))
            return
        io.host.budget.take("hashed", content.size)
        io.host.budget.take("words", content.size)
        lines = content.read().splitlines(keepends=True)
        if sign == "+":
            io.out(b"".join(lines[max(0, amount - 1) :]))
        elif amount:
            io.out(b"".join(lines[-amount:]))

    return _each_with_title(io, args, options, show)


def _each_with_title(
    io: Io, args: list[str], options: dict[str, list[str]], show: Callable[[str], None]
) -> int:
    status, first = 0, True
    titles = (len(args) > 1 or "v" in options) and "q" not in options
    for path in args or ["-"]:
        try:
            if path != "-":
                io.content(path) if not path.startswith("/dev/") else None
            if titles:
                name = "standard input" if path == "-" else path
                io.out(("" if first else "\n") + f"==> {name} <==\n")
            first = False
            show(path)
        except FileError as error:
            if error.code == "EISDIR" and io.gnu:
                if titles:
                    io.out(("" if first else "\n") + f"==> {path} <==\n")
                    first = False
                status = io.fail(f"error reading {gnu_quote(path)}: {error.message}")
            elif io.gnu:
                status = io.fail(f"cannot open {gnu_quote(path)} for reading: {error.message}")
            elif io.name == "tail":
                status = io.fail(f"can't open '{path}': {error.message}")
            else:
                status = io.fail(f"{path}: {error.message}")
    if status and not io.gnu and io.name == "tail" and len(args) == 1 and first:
        io.fail("no files")
    return status
