"""Go's text conversions: strings as bytes, quoting, number literals, floats.

Go strings are bytes. Here they are ``str``; a byte that is no valid UTF-8 is a lone
surrogate, as the ``surrogateescape`` error handler makes it.
"""

from __future__ import annotations

import math

_ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_SHORT = {ord(char): f"\\{letter}" for letter, char in _ESCAPES.items()}
_HEX_LENGTH = {"x": 2, "u": 4, "U": 8}
_MAX_NUMBER = 400


def to_bytes(text: str) -> bytes:
    """The bytes of a Go string; a surrogate that stands for no byte becomes U+FFFD."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        clean = "".join(
            "\ufffd" if "\ud800" <= c <= "\udfff" and not "\udc80" <= c <= "\udcff" else c
            for c in text
        )
        return clean.encode("utf-8", "surrogateescape")


def from_bytes(data: bytes) -> str:
    """The Go string of some bytes."""
    return data.decode("utf-8", "surrogateescape")


def byte_length(text: str) -> int:
    """What Go's ``len`` says of a string."""
    return len(text) if text.isascii() else len(to_bytes(text))


def valid(text: str) -> str:
    """The text as a terminal shows it: broken UTF-8 replaced by U+FFFD."""
    if text.isascii():
        return text
    return to_bytes(text).decode("utf-8", "replace")


def _quote_char(char: str, quote: str, ascii_only: bool) -> str:
    code = ord(char)
    if char in (quote, "\\"):
        return "\\" + char
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    if 0xD800 <= code <= 0xDFFF:
        return "\\ufffd" if ascii_only else "\ufffd"
    if char.isprintable() and (code < 0x80 or not ascii_only):
        return char
    if code in _SHORT:
        return _SHORT[code]
    if code < 0x20 or code == 0x7F:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def quote(text: str, ascii_only: bool = False) -> str:
    """A double-quoted Go string literal (``strconv.Quote``, ``%q``)."""
    return '"' + "".join(_quote_char(char, '"', ascii_only) for char in text) + '"'


def quote_rune(code: int, ascii_only: bool = False) -> str:
    """A single-quoted Go character literal (``%q`` of an integer)."""
    return "'" + _quote_char(rune(code), "'", ascii_only) + "'"


def rune(code: int) -> str:
    """The character of a code point, U+FFFD where there is none."""
    return chr(code) if 0 <= code < 0xD800 or 0xDFFF < code <= 0x10FFFF else "\ufffd"


def _unescape(text: str, at: int, quote_char: str) -> tuple[str, int]:
    """One character of a literal, and where the next begins; ``at`` is past a backslash."""
    if at >= len(text):
        raise ValueError("invalid syntax")
    letter = text[at]
    if letter in _ESCAPES:
        return _ESCAPES[letter], at + 1
    if letter in ("\\", quote_char):
        return letter, at + 1
    if letter in _HEX_LENGTH:
        end = at + 1 + _HEX_LENGTH[letter]
        code = _digits(text[at + 1 : end], 16, end - at - 1)
        if letter == "x":
            return from_bytes(bytes([code])), end
        if code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
            raise ValueError("invalid syntax")
        return chr(code), end
    if letter in "01234567":
        code = _digits(text[at : at + 3], 8, 3)
        if code > 255:
            raise ValueError("invalid syntax")
        return from_bytes(bytes([code])), at + 3
    raise ValueError("invalid syntax")


def _digits(text: str, base: int, length: int) -> int:
    if len(text) != length or not all(c in "0123456789abcdefABCDEF" for c in text):
        raise ValueError("invalid syntax")
    try:
        return int(text, base)
    except ValueError:
        raise ValueError("invalid syntax") from None


def unquote(literal: str) -> str:
    """The text of a string literal, quoted or raw, with its quotes.

    Raises:
        ValueError: the message is Go's, ``invalid syntax``.
    """
    if literal[0] == "`":
        return literal[1:-1].replace("\r", "")
    if "\\" not in literal:
        return literal[1:-1]
    parts: list[str] = []
    at, end = 1, len(literal) - 1
    while at < end:
        if literal[at] == "\\":
            part, at = _unescape(literal, at + 1, '"')
        else:
            part, at = literal[at], at + 1
        parts.append(part)
    return from_bytes(to_bytes("".join(parts)))


def unquote_rune(literal: str) -> int:
    """The code point of a character literal.

    Raises:
        ValueError: with Go's message.
    """
    if len(literal) < 3:
        raise ValueError("invalid syntax")
    if literal[1] == "\\":
        char, at = _unescape(literal[:-1], 2, "'")
    else:
        char, at = literal[1], 2
    if at != len(literal) - 1:
        raise ValueError(f"malformed character constant: {literal}")
    code = ord(char)
    return code - 0xDC00 if 0xDC80 <= code <= 0xDCFF else code


def parse_number(text: str) -> int | float | complex:
    """The value of a number literal, as the least of the types that can hold it.

    Raises:
        ValueError: with the message of Go's template parser.
    """
    if text.endswith("i"):
        return _parse_complex(text)
    integer = _parse_int(text)
    if integer is not None and -(2**63) <= integer < 2**64:
        return integer
    if (real := _parse_float(text)) is None:
        raise ValueError(f"illegal number syntax: {quote(text)}")
    if not any(c in ".eEpP" for c in text):
        raise ValueError(f"integer overflow: {quote(text)}")
    return real


def _parse_complex(text: str) -> complex:
    split = max(text.rfind("+"), text.rfind("-"))
    real_text = text[:split] if split > 0 and text[split - 1] not in "eEpP" else ""
    imaginary = _parse_float(text[len(real_text) : -1])
    real = _parse_float(real_text) if real_text else 0.0
    if real is None or imaginary is None:
        raise ValueError(f"illegal number syntax: {quote(text)}")
    return complex(real, imaginary)


def _parse_int(text: str) -> int | None:
    if len(text) > _MAX_NUMBER:
        return None
    digits = text.lstrip("+-")
    octal = len(digits) > 1 and digits[0] == "0" and digits[1] in "01234567_"
    try:
        return int(text, 8) if octal else int(text, 0)
    except ValueError:
        return None


def _parse_float(text: str) -> float | None:
    if len(text) > _MAX_NUMBER:
        return None
    try:
        number = float.fromhex(text) if "p" in text.lower() else float(text)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def shortest(number: float) -> str:
    """A float as ``%v`` prints it: the fewest digits that name it."""
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "+Inf" if number > 0 else "-Inf"
    sign, digits, exponent = decimal_parts(number)
    if exponent < -4 or exponent >= 6:
        return sign + scientific(digits, exponent)
    return sign + positional(digits, exponent)


def decimal_parts(number: float) -> tuple[str, str, int]:
    """Sign, shortest digits and decimal exponent: 1234.5 is ('', '12345', 3)."""
    mantissa, _, power = repr(abs(number)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = whole + ("" if fraction == "0" else fraction)
    exponent = len(whole) - 1 + int(power or 0)
    stripped = digits.lstrip("0")
    exponent -= len(digits) - len(stripped)
    sign = "-" if math.copysign(1.0, number) < 0 else ""
    return (sign, stripped.rstrip("0") or "0", exponent) if stripped else (sign, "0", 0)


def scientific(digits: str, exponent: int) -> str:
    """Digits as ``d.ddde±dd``."""
    point = "." if len(digits) > 1 else ""
    sign = "-" if exponent < 0 else "+"
    return f"{digits[0]}{point}{digits[1:]}e{sign}{abs(exponent):02d}"


def positional(digits: str, exponent: int) -> str:
    """Digits as ``ddd.ddd``."""
    if exponent < 0:
        return "0." + "0" * (-exponent - 1) + digits
    if len(digits) <= exponent + 1:
        return digits + "0" * (exponent + 1 - len(digits))
    return f"{digits[: exponent + 1]}.{digits[exponent + 1 :]}"
