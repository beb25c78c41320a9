"""tr."""

from __future__ import annotations

import re

from imagelab.shell.escapes import decode, encode, unescape
from imagelab.shell.pattern import CLASSES
from imagelab.shell.programs.io import Io
from imagelab.shell.programs.options import missing, parse
from imagelab.shell.quoting import gnu_quote


def _set(text: str) -> bytes:
    """Return the bytes of tr's set: ranges, classes, escapes."""
    data = encode(unescape(text)[0])
    out = bytearray()
    pos = 0
    while pos < len(data):
        if data.startswith(b"[:", pos) and (end := data.find(b":]", pos)) > 0:
            test = CLASSES.get(decode(data[pos + 2 : end]))
            if test is not None:
                out += bytes(c for c in range(128) if test(chr(c)))
                pos = end + 2
                continue
        if data[pos + 1 : pos + 2] == b"-" and pos + 2 < len(data) and data[pos + 2] >= data[pos]:
            out += bytes(range(data[pos], data[pos + 2] + 1))
            pos += 3
        else:
            out.append(data[pos])
            pos += 1
    return bytes(out)


def tr(argv: list[str], io: Io) -> int:
    """Replace, squeeze or delete characters."""
    options, args = parse(io, argv, "cCdst", permute=False, long={
        "delete": "d", "squeeze-repeats": "s", "complement": "c"})
    if not args:
        return missing(io, "missing operand")
    if len(args) == 1 and not options.keys() & {"d", "s"}:
        if io.gnu:
            io.err(f"tr: missing operand after {gnu_quote(args[0])}\n"
                   "Two strings must be given when translating.\n"
                   "Try 'tr --help' for more information.\n")
            return 1
        return missing(io, "")
    first = _set(args[0])
    second = _set(args[1]) if len(args) > 1 else b""
    if options.keys() & {"c", "C"}:
        first = bytes(c for c in range(256) if c not in set(first))
    content = io.stdin()
    io.host.budget.take("words", content.size)
    data = content.read()
    if "d" in options:
        data = data.translate(None, first)
        squeezed = second
    else:
        if len(args) > 1:
            if not second:
                return io.fail("when not truncating set1, string2 must be non-empty")
            padded = second[: len(first)] + second[-1:] * (len(first) - len(second))
            table = bytearray(range(256))
            for a, b in zip(first, padded, strict=False):
                table[a] = b
            data = data.translate(bytes(table))
        squeezed = second if len(args) > 1 else first
    if "s" in options and squeezed:
        data = re.sub(b"([" + re.escape(squeezed) + b"])\\1+", rb"\1", data)
    io.out(data)
    return 0
