"""base64."""

from __future__ import annotations

import binascii
import re

from imagelab.model.file_error import FileError
from imagelab.shell.programs.io import Io
from imagelab.shell.programs.options import parse
from imagelab.shell.quoting import gnu_quote


def base64(argv: list[str], io: Io) -> int:
    """Encode or decode a file."""
    options, args = parse(io, argv, "di", "w", long={"decode": "d", "ignore-garbage": "i",
                                                     "wrap": "w"})
    width = options.get("w", ["76"])[-1]
    if re.fullmatch(r"\d{1,9}", width, re.ASCII) is None:
        return io.fail(f"invalid wrap size: {gnu_quote(width)}" if io.gnu
                       else f"invalid number '{width}'")
    path = args[0] if args else "-"
    try:
        data = io.data(path)
    except FileError as error:
        return io.fail(f"{path}: {error.message}")
    if "d" in options:
        return _decode(io, data, "i" in options)
    text = binascii.b2a_base64(data, newline=False)
    size = int(width) or len(text) or 1
    io.step(len(text) // size // 20)
    lines = [text[at : at + size] for at in range(0, len(text), size)]
    io.out(b"\n".join(lines) + (b"\n" if lines and int(width) else b""))
    return 0


def _decode(io: Io, data: bytes, lenient: bool) -> int:
    """Print what is encoded, up to what makes no sense."""
    data = data.replace(b"\n", b"")
    if lenient:
        data = re.sub(rb"[^A-Za-z0-9+/=]", b"", data)
    match = re.match(rb"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?", data)
    assert match is not None, "it matches nothing at least"
    good, rest = match[0], data[match.end() :]
    partial = re.match(rb"[A-Za-z0-9+/]{2,3}", rest)
    tail = b"" if partial is None else partial[0] + b"=" * (4 - len(partial[0]))
    io.out(binascii.a2b_base64(good + tail))
    if rest:
        return io.fail(io.words("invalid input", "truncated input"))
    return 0
