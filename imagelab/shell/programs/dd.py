"""dd."""

from __future__ import annotations

from imagelab.model.content import Content, join
from imagelab.model.file_error import FileError
from imagelab.shell.programs.io import Io
from imagelab.shell.programs.options import missing
from imagelab.shell.programs.sizes import human_size, parse_size, resize
from imagelab.shell.quoting import gnu_quote
from imagelab.shell.streams import ENDLESS, part


def dd(argv: list[str], io: Io) -> int:
    """Copy blocks."""
    values: dict[str, str] = {}
    for arg in argv[1:]:
        name, equals, value = arg.partition("=")
        if not equals or name not in ("if", "of", "bs", "ibs", "obs", "count", "skip", "seek",
                                      "conv", "status", "iflag", "oflag"):
            if io.gnu:
                io.err(f"dd: unrecognized operand {gnu_quote(arg)}\n"
                       "Try 'dd --help' for more information.\n")
                return 1
            return missing(io, "")
        values[name] = value
    numbers: dict[str, int] = {}
    for name, default in (("bs", "512"), ("count", "-"), ("skip", "0"), ("seek", "0")):
        text = values.get(name, values.get("ibs", default) if name == "bs" else default)
        number = ENDLESS if text == "-" else parse_size(text)
        if number is None or (name == "bs" and number == 0):
            return io.fail(f"invalid number: {gnu_quote(text)}" if io.gnu
                           else f"invalid number '{text}'")
        numbers[name] = number
    size = numbers["bs"]
    try:
        content = _dd_input(io, values, size, numbers)
    except FileError as error:
        return io.fail(f"failed to open {gnu_quote(values['if'])}: {error.message}" if io.gnu
                       else f"can't open '{values['if']}': {error.message}")
    try:
        _dd_output(io, values, content, numbers["seek"] * size)
    except FileError as error:
        return io.fail(f"failed to open {gnu_quote(values['of'])}: {error.message}" if io.gnu
                       else f"can't open '{values['of']}': {error.message}")
    if values.get("status") != "none":
        _dd_report(io, content.size, size, values.get("status") == "noxfer")
    return 0


def _dd_input(io: Io, values: dict[str, str], size: int, numbers: dict[str, int]) -> Content:
    amount = ENDLESS if numbers["count"] >= ENDLESS else min(ENDLESS, numbers["count"] * size)
    source = io.open(values["if"], "r") if "if" in values else io.fds.get(0)
    skip = numbers["skip"] * size
    if source is not None and source.kind == "file":
        content = io.files.read(source.path)
        start = source.pos + skip
        found = part(content, min(start, content.size), min(amount, max(0, content.size - start)))
        source.pos = min(content.size, start + found.size)
        return found
    if skip:
        io.host.read_some(source, skip)
    pieces: list[Content] = []
    left = amount
    while left > 0:
        piece = io.host.read_some(source, left)
        if not piece.size:
            break
        pieces.append(piece)
        left -= piece.size
    return join(*pieces)


def _dd_output(io: Io, values: dict[str, str], content: Content, seek: int) -> None:
    if "of" not in values:
        io.out(content)
        return
    keep = "notrunc" in values.get("conv", "").split(",")
    target = io.open(values["of"], "rw" if keep or seek else "w")
    if target.kind == "file":
        node = io.files.stat(target.path)
        if seek and not keep and node.size > seek:
            resize(io, target.path, seek)
        target.pos = seek
        if seek > io.files.stat(target.path).size:
            resize(io, target.path, seek)
    io.host.write(target, content)


def _dd_report(io: Io, total: int, size: int, short: bool) -> None:
    whole, rest = divmod(total, size)
    records = f"{whole}+{int(bool(rest))} records"
    io.err(f"{records} in\n{records} out\n")
    if short:
        return
    human = human_size(total, gnu=io.gnu)
    if io.gnu:
        io.err(f"{total} bytes{_both_units(total)} copied, 0.001 s, "
               f"{total / 1000 / 1000 * 1000:.1f} MB/s\n")
    else:
        unit = f" ({human}B)" if total >= 1024 else f" ({total}B)"
        speed = human_size(total * 1000, gnu=False)
        io.err(f"{total} bytes{unit} copied, 0.001000 seconds, {speed}B/s\n")


def _both_units(total: int) -> str:
    out = []
    for base, units in ((1000, ("kB", "MB", "GB", "TB")), (1024, ("KiB", "MiB", "GiB", "TiB"))):
        if total < base:
            continue
        value, unit = total / base, units[0]
        for each in units[1:]:
            if value < base:
                break
            value, unit = value / base, each
        out.append(f"{value:.1f} {unit}" if value < 9.95 else f"{value:.0f} {unit}")
    return f" ({', '.join(out)})" if out else ""
