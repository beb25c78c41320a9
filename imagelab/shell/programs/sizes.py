"""Sizes of files: reading them, showing them, changing them."""

from __future__ import annotations

import re

from imagelab.model.content import Zeros, join
from imagelab.model.node import Kind
from imagelab.shell.programs.io import Io
from imagelab.shell.streams import part

#: Bytes of a unit: powers of 1024, and of 1000 for those that end in ``B`` alone.
UNITS = {"": 1, "b": 512, "k": 1024} | {
    name: size for power, letter in enumerate("KMGTPE", 1) for name, size in (
        (letter, 1024**power), (f"{letter}iB", 1024**power),
        (f"{letter}B", 1000**power), (f"{letter.lower()}B", 1000**power))}
_C_NUMBER = re.compile("0[xX]([0-9a-fA-F]{1,16})|(0[0-7]{0,20})|([1-9][0-9]{0,18})")


def parse_size(text: str) -> int | None:
    """Return a number of bytes with a unit: ``10k``, ``2MB``; None if it is none."""
    digits = text.rstrip("kKMGTPEBbwci")
    unit = text[len(digits) :]
    if not (digits.isascii() and digits.isdigit() and len(digits) < 16):
        return None
    units = UNITS | {"c": 1, "w": 2}
    return int(digits) * units[unit] if unit in units else None


def c_number(text: str) -> tuple[int, str] | None:
    """Return the number at a text's front, in decimal or as C has it (``0x1f``, ``017``).

    After it comes the rest of the text. None if there is no number.
    """
    match = _C_NUMBER.match(text)
    if match is None:
        return None
    hexadecimal, octal, decimal = match.groups()
    number = int(hexadecimal, 16) if hexadecimal else int(octal, 8) if octal else int(decimal)
    return number, text[match.end() :]


def resize(io: Io, path: str, size: int) -> None:
    """Cut a file, or fill it with zeros."""
    opened = io.open(path, "rw")
    node = io.stat(opened.path or path)
    if node.kind is not Kind.FILE:
        return
    io.host.budget.take("written", max(0, size - node.size))
    more = Zeros(max(0, size - node.size))
    kept = part(node.content, 0, min(size, node.size))
    io.files.write(opened.path, join(kept, more))


def human_size(size: int, *, gnu: bool = True) -> str:
    """Return a size as ``-h`` shows it: GNU rounds up, with a decimal below 10 only."""
    if not gnu:
        return _busybox_size(size)
    if size < 1024:
        return str(size)
    value = size
    for unit in "KMGTPE":
        if value < 1024 * 1024 or unit == "E":
            tenths = -(-value * 10 // 1024)
            if tenths < 100:
                return f"{tenths // 10}.{tenths % 10}{unit}"
            whole = -(-value // 1024)
            if whole < 1024:
                return f"{whole}{unit}"
        value = -(-value // 1024)
    return str(size)


def _busybox_size(size: int) -> str:
    if size < 1024:
        return str(size)
    tenths = size * 10
    for unit in "KMGTPE":
        tenths = (tenths + 512) // 1024
        if tenths < 10240 or unit == "E":
            break
    return f"{tenths // 10}.{tenths % 10}{unit}"
