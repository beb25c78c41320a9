"""The variable ``LS_COLORS``: which escape sequence GNU ls gives to which file.

The rules are those of ``dir_colors(5)`` and of GNU ls 9.1, tried out with each kind of entry.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from imagelab.shell.escapes import decode, encode
from imagelab.shell.quoting import gnu_quote

#: What ls itself holds; ``dircolors`` has more (suffixes, broken links), which is not looked at.
_BUILT_IN: dict[str, str | None] = {
    "lc": "\x1b[", "rc": "m", "ec": None, "rs": "0", "no": None, "fi": None, "di": "01;34",
    "ln": "01;36", "pi": "33", "so": "01;35", "bd": "01;33", "cd": "01;33", "mi": None,
    "or": None, "ex": "01;32", "do": "01;35", "su": "37;41", "sg": "30;43", "st": "37;44",
    "ow": "34;42", "tw": "30;42", "ca": None, "mh": None, "cl": "\x1b[K",
}
_LETTERS = {"a": "\a", "b": "\b", "e": "\x1b", "f": "\f", "n": "\n", "r": "\r", "t": "\t",
            "v": "\v", "?": "\x7f", "_": " "}
_OCTAL, _HEX = "01234567", "0123456789abcdefABCDEF"


class ColorsError(Exception):
    """The variable cannot be read; the messages are what ls says of it."""

    def __init__(self, *messages: str) -> None:
        """Keep the messages, and the one that every such error ends with."""
        super().__init__(*messages)
        self.messages = (*messages, "unparsable value for LS_COLORS environment variable")


class _BadValueError(Exception):
    """An escape in a value is not finished."""


@dataclass
class Table:
    """Sequences by two-letter key, and by the end of a name; of those the last one that fits."""

    codes: dict[str, str | None] = field(default_factory=lambda: dict(_BUILT_IN))
    suffixes: dict[bytes, tuple[int, str]] = field(default_factory=dict)
    lengths: set[int] = field(default_factory=set)
    order: int = 0

    def colored(self, key: str) -> bool:
        """Whether a key stands for a colour; ``0`` and ``00`` are none."""
        return self.codes[key] not in (None, "", "0", "00")

    def add_suffix(self, end: str, code: str) -> None:
        """Add a sequence for names that end so; it goes before all that are there."""
        self.order += 1
        self.suffixes[encode(end).lower()] = self.order, code
        self.lengths.add(len(encode(end)))

    def of_suffix(self, name: str) -> str | None:
        """Return the sequence for a name's end, whatever the case of its ASCII letters."""
        lower = encode(name).lower()
        ends = (lower[len(lower) - size :] for size in self.lengths if size <= len(lower))
        found = [self.suffixes[end] for end in ends if end in self.suffixes]
        return max(found)[1] if found else None


def read_colors(text: str) -> Table:
    """Return what a value of ``LS_COLORS`` says, over what ls holds itself.

    Raises:
        ColorsError: it cannot be read.
    """
    table = Table()
    pos = 0
    while pos < len(text):
        if text[pos] == ":":
            pos += 1
        elif text[pos] == "*":
            pos = _suffix(table, text, pos + 1)
        else:
            pos = _key(table, text, pos)
    return table


def _suffix(table: Table, text: str, pos: int) -> int:
    try:
        end, pos = _value(text, pos, ":=")
        if text[pos : pos + 1] != "=":
            raise ColorsError
        code, pos = _value(text, pos + 1, ":")
    except _BadValueError:
        raise ColorsError from None
    table.add_suffix(end, code)
    return pos


def _key(table: Table, text: str, pos: int) -> int:
    key = text[pos : pos + 2]
    if text[pos + 2 : pos + 3] != "=":
        raise ColorsError
    unknown = f"unrecognized prefix: {gnu_quote(key)}"
    if key not in table.codes:
        raise ColorsError(unknown)
    try:
        table.codes[key], pos = _value(text, pos + 3, ":")
    except _BadValueError:
        raise ColorsError(unknown) from None
    return pos


def _value(text: str, pos: int, stops: str) -> tuple[str, int]:
    """Return a value with its escapes replaced, and the position of what ends it."""
    out: list[str] = []
    while pos < len(text) and text[pos] not in stops:
        char = text[pos]
        pos += 1
        if char not in "\\^":
            out.append(char)
            continue
        after = text[pos : pos + 1]
        if not after:
            raise _BadValueError
        if char == "^":
            out.append(_control(after))
            pos += after != "?"  # ls 9.1 leaves the mark of ``^?`` in the value.
        elif after in _OCTAL:
            code, pos = _number(text, pos, _OCTAL, 8)
            out.append(code)
        elif after in "xX":
            code, pos = _number(text, pos + 1, _HEX, 16)
            out.append(code)
        else:
            out.append(_LETTERS.get(after, after))
            pos += 1
    return "".join(out), pos


def _control(char: str) -> str:
    if char == "?":
        return "\x7f"
    if not "@" <= char <= "~":
        raise _BadValueError
    return chr(ord(char) & 0x1F)


def _number(text: str, pos: int, digits: str, base: int) -> tuple[str, int]:
    """Return the byte that a number of any length names, the rest of it cut off."""
    number = 0
    while text[pos : pos + 1] and text[pos] in digits:
        number = (number * base + int(text[pos], 16)) & 0xFF
        pos += 1
    return decode(bytes([number])), pos
