"""Texts in quotes as Go's ``%q`` writes them."""

from __future__ import annotations

_SHORT = {"\a": "a", "\b": "b", "\f": "f", "\n": "n", "\r": "r", "\t": "t", "\v": "v"}


def quoted(text: str) -> str:
    """Return a text in double quotes as Go's ``%q`` writes it."""
    return f'"{"".join(_quoted_char(char) for char in text)}"'


def _quoted_char(char: str) -> str:
    if char in '"\\':
        return f"\\{char}"
    if char in _SHORT:
        return f"\\{_SHORT[char]}"
    if char.isprintable():
        return char
    code = ord(char)
    if 0xDC80 <= code <= 0xDCFF:  # an undecodable byte
        return f"\\x{code - 0xDC00:02x}"
    if code < 0x80:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def quoted_rune(number: int) -> str:
    """Return a number as Go's ``%q`` writes it: the character of that number, quoted."""
    char = chr(number) if 0 <= number < 0x110000 and not 0xD800 <= number < 0xE000 else "\ufffd"
    return "'\"'" if char == '"' else "'\\''" if char == "'" else f"'{_quoted_char(char)}'"
