"""sort."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from imagelab.model.file_error import FileError
from imagelab.shell.escapes import decode, encode
from imagelab.shell.programs.io import Io, UsageError
from imagelab.shell.programs.options import parse
from imagelab.shell.programs.sort_keys import Key, read_key, value_of
from imagelab.shell.quoting import gnu_quote

_LONG = {
    "numeric-sort": "n", "reverse": "r", "unique": "u", "key": "k", "field-separator": "t",
    "ignore-case": "f", "output": "o", "human-numeric-sort": "h", "version-sort": "V",
    "check": "c", "stable": "s", "general-numeric-sort": "g", "month-sort": "M",
    "ignore-leading-blanks": "b", "dictionary-order": "d", "zero-terminated": "z", "merge": "m",
}


def sort(argv: list[str], io: Io) -> int:
    """Sort lines."""
    options, args = parse(io, argv, "nrufbdVsczgMim" + "hC" * io.gnu, "ktoTS",
                          long=_LONG if io.gnu else {}, status=2)
    separator = _separator(io, options)
    keys = [read_key(io, text) for text in options.get("k", [])] or [Key()]
    end = b"\0" if "z" in options else b"\n"
    checked = options.keys() & {"c", "C"}
    if checked and len(args) > 1 and io.gnu:
        return io.fail(f"extra operand {gnu_quote(args[1])} not allowed with -c", 2)
    lines: list[bytes] = []
    for path in args or ["-"]:
        try:
            lines += _split(io.data(path), end)
        except FileError as error:
            return io.fail(f"cannot read: {path}: {error.message}" if io.gnu
                           else f"{path}: {error.message}", 2)
    io.step(len(lines) * (1 + len(keys)) // 50)
    order = _Order(io, options, keys, separator)
    if checked:
        return _check(io, options, order, lines, args[0] if args else "-")
    lines = order.sorted(lines)
    data = b"".join(line + end for line in lines)
    if "o" in options:
        io.host.write(io.open(options["o"][-1], "w"), data)
    else:
        io.out(data)
    return 0


def _split(data: bytes, end: bytes) -> list[bytes]:
    lines = data.split(end)
    return lines[:-1] if lines[-1] == b"" else lines


def _separator(io: Io, options: dict[str, list[str]]) -> bytes | None:
    if "t" not in options:
        return None
    text = options["t"][-1]
    if text == "\\0" and io.gnu:
        return b"\0"
    separator = encode(text)
    if len(separator) != 1:
        fault = f"multi-character tab {gnu_quote(text)}" if text else "empty tab"
        raise UsageError(f"sort: {io.words(fault, 'bad -t parameter')}\n", 2)
    return separator


class _Order:
    """The order that the options ask for."""

    def __init__(
        self, io: Io, options: dict[str, list[str]], keys: list[Key], separator: bytes | None
    ) -> None:
        self.unique, self.backwards = "u" in options, "r" in options
        # Lines whose keys are equal keep their order, or compare as a whole.
        self.stable = "s" in options or (self.unique and io.gnu)
        letters = "".join(options.keys() & set("bdfghiMnRV"))
        self.values: list[tuple[Callable[[bytes], Any], bool]] = []
        for key in keys:
            own = key.order or (key.skip != (False, False))
            order = key.order if own else letters
            if not own and "b" in letters:
                key = Key(key.start, key.end, skip=(True, True))
            backwards = "r" in key.order if own else self.backwards
            self.values.append((value_of(key, order, separator, gnu=io.gnu), backwards))

    def sorted(self, lines: list[bytes]) -> list[bytes]:
        order = list(lines)
        if not self.stable:
            order.sort(reverse=self.backwards)
        for value, backwards in reversed(self.values):
            order.sort(key=value, reverse=backwards)
        if not self.unique:
            return order
        kept: list[bytes] = []
        for line in order:
            if not kept or not self.same(kept[-1], line):
                kept.append(line)
        return kept

    def same(self, one: bytes, other: bytes) -> bool:
        return all(value(one) == value(other) for value, _ in self.values)

    def wrong(self, one: bytes, other: bytes) -> bool:
        """Whether two lines that follow each other are out of order."""
        for value, backwards in self.values:
            first, second = value(one), value(other)
            if first != second:
                return bool(first < second if backwards else first > second)
        if self.unique:
            return True
        return not self.stable and (one < other if self.backwards else one > other)


def _check(
    io: Io, options: dict[str, list[str]], order: _Order, lines: list[bytes], path: str
) -> int:
    for number in range(1, len(lines)):
        if order.wrong(lines[number - 1], lines[number]):
            if "C" in options:
                return 1
            if io.gnu:
                return io.fail(f"{path}:{number + 1}: disorder: {decode(lines[number])}")
            io.err(f"Check line {number}\n")
            return 1
    return 0
