"""sort."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from imagelab.model.file_error import FileError
from imagelab.shell.escapes import decode, encode, unescape
from imagelab.shell.programs.io import Io, UsageError
from imagelab.shell.programs.lines import lines_of
from imagelab.shell.programs.options import parse
from imagelab.shell.quoting import gnu_quote


def _sort_number(text: bytes) -> tuple[int, Any]:
    match = re.match(rb"\s*(-?)(\d*)(?:\.(\d*))?", text)
    assert match is not None
    whole, rest = int(match[2][:300] or b"0"), (match[3] or b"").ljust(9, b"0")[:9]
    value = whole * 10**9 + int(rest)
    return (0, -value if match[1] else value)


def _human(text: bytes) -> tuple[int, Any]:
    match = re.match(rb"\s*-?[\d.]*([KMGTPE]?)", text)
    return (b" KMGTPE".find(match[1]) if match and match[1] else 0, _sort_number(text))


def sort(argv: list[str], io: Io) -> int:
    """Sort lines."""
    options, args = parse(io, argv, "nrufbdhVsczgMimC", "ktoTS", long={
        "numeric-sort": "n", "reverse": "r", "unique": "u", "key": "k", "field-separator": "t",
        "ignore-case": "f", "output": "o", "human-numeric-sort": "h", "version-sort": "V",
        "check": "c", "stable": "s",
    }, status=2)
    lines: list[bytes] = []
    for path in args or ["-"]:
        try:
            lines += lines_of(io.data(path))
        except FileError as error:
            return io.fail(f"cannot read: {path}: {error.message}" if io.gnu
                           else f"{path}: {error.message}", 2)
    separator = encode(unescape(options["t"][-1])[0]) if "t" in options else None
    letters = "".join(options)
    keys = [_key(io, text) for text in options.get("k", [])]
    io.step(len(lines) * (1 + len(keys)) // 50)
    order = list(lines)
    if not ("s" in options or "u" in options):
        order.sort(reverse="r" in options)
    for start, end, own in reversed(keys or [((1, 0), (0, 0), "")]):
        flags = own or letters
        reverse = "r" in own if own else "r" in options
        order.sort(key=_sort_key(start, end, flags, separator, bool(keys)), reverse=reverse)
    if "c" in options:
        for number, (a, b) in enumerate(zip(lines, order, strict=True), 1):
            if a != b:
                place = args[0] if args else "-"
                return io.fail(f"{place}:{number + 1}: disorder: {decode(lines[number])}"
                               if number < len(lines) else f"{place}: disorder")
        return 0
    if "u" in options:
        kept: list[bytes] = []
        tests = [_sort_key(s, e, own or letters, separator, bool(keys))
                 for s, e, own in keys or [((1, 0), (0, 0), "")]]
        for line in order:
            if not kept or any(test(line) != test(kept[-1]) for test in tests):
                kept.append(line)
        order = kept
    data = b"".join(line + b"\n" for line in order)
    if "o" in options:
        io.host.write(io.open(options["o"][-1], "w"), data)
    else:
        io.out(data)
    return 0


def _key(io: Io, text: str) -> tuple[tuple[int, int], tuple[int, int], str]:
    match = re.fullmatch(r"(\d{1,6})(?:\.(\d{1,6}))?([a-zA-Z]*)"
                         r"(?:,(\d{1,6})(?:\.(\d{1,6}))?([a-zA-Z]*))?", text)
    if match is None or match[1] == "0":
        raise UsageError(f"sort: invalid key {gnu_quote(text)}\n" if io.gnu
                         else "sort: bad field specification\n", 2)
    return ((int(match[1]), int(match[2] or 0)), (int(match[4] or 0), int(match[5] or 0)),
            (match[3] + (match[6] or "")).replace("b", ""))


def _sort_key(
    start: tuple[int, int], end: tuple[int, int], flags: str, separator: bytes | None, keyed: bool
) -> Callable[[bytes], Any]:
    def field(line: bytes) -> bytes:
        if not keyed:
            return line
        if separator is not None:
            pieces = line.split(separator)
            piece = separator.join(pieces[start[0] - 1 : end[0] or None])
        else:
            pieces = re.findall(rb"\s*\S+", line)
            piece = b"".join(pieces[start[0] - 1 : end[0] or None])
        return piece[start[1] - 1 :] if start[1] else piece

    def key(line: bytes) -> Any:
        piece = field(line)
        if "n" in flags or "g" in flags:
            return _sort_number(piece)
        if "h" in flags:
            return _human(piece)
        if "V" in flags:
            return [(0, int(t[:300]), b"") if t.isdigit() else (1, 0, t)
                    for t in re.findall(rb"\d+|\D+", piece)]
        if "f" in flags:
            piece = piece.upper()
        if "d" in flags:
            piece = re.sub(rb"[^A-Za-z0-9 \t]", b"", piece)
        return piece

    return key
