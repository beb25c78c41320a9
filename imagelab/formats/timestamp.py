"""Points in time as Docker's filters take them: ``10m``, ``1700000000.5``, ``2026-03-02T09:00``."""

from __future__ import annotations

import re
from datetime import date

from imagelab.formats.gotime import SECOND

_UNITS = {"ns": 1, "us": 1000, "µs": 1000, "μs": 1000, "ms": 10**6, "s": SECOND,
          "m": 60 * SECOND, "h": 3600 * SECOND}
_NUMBER = re.compile(r"([0-9]*)(?:\.([0-9]*))?(ns|us|µs|μs|ms|s|m|h)")
_INT64 = 1 << 63
_MAX_DIGITS = 19
#: Elements of a layout in Go's way of writing them, and the least and the greatest value.
_FIELDS = {"2006": (0, 9999, "year"), "01": (1, 12, "month"), "02": (0, 99, "day"),
           "15": (0, 23, "hour"), "04": (0, 59, "minute"), "05": (0, 59, "second")}
_ELEMENTS = re.compile(r"2006|01|02|15|04|05|\.9+|Z07:00|[-T:]")
_FRACTION = re.compile(r"[.,]([0-9]+)")
_ZONE = re.compile(r"([+-])([0-9]{2}):([0-9]{2})")


def parse_timestamp(text: str, now: int) -> int:
    """Return nanoseconds since 1970 for a duration back from now, a time, or Unix seconds.

    A time without a zone is taken as UTC, the daemon's zone in the lab.

    Raises:
        ValueError: it is none of them; the message is the daemon's (case ``prune-04``).
    """
    back = None if text == "0" else parse_duration(text)
    if back is not None:
        return now - back
    try:
        return _parse_layout(text, _layout(text))
    except ValueError:
        if "-" in text:
            raise
    try:
        return parse_unix(text)
    except ValueError:
        raise ValueError(f'failed to parse value as time or duration: "{text}"') from None


def parse_duration(text: str) -> int | None:
    """Return the nanoseconds of Go's ``1h30m`` or ``-1.5s``; None for what is no duration."""
    rest = text[1:] if text[:1] in ("+", "-") else text
    if rest == "0":
        return 0
    total = at = 0
    while at < len(rest):
        match = _NUMBER.match(rest, at)
        if match is None or not (match[1] or match[2]):
            return None
        whole, fraction = _number(match[1]), (match[2] or "")[:_MAX_DIGITS]
        unit = _UNITS[match[3]]
        if whole is None:
            return None
        total += whole * unit + int(fraction or "0") * unit // 10 ** len(fraction)
        at = match.end()
    if not rest or total >= _INT64:
        return None
    return -total if text[0] == "-" else total


def parse_unix(text: str) -> int:
    """Return nanoseconds since 1970 for the seconds that clients send, maybe with a fraction.

    Raises:
        ValueError: it is none; the message is Go's.
    """
    whole, _, fraction = text.partition(".")
    for part in (whole, fraction or "0"):
        if not re.fullmatch(r"[+-]?[0-9]+", part, re.ASCII):
            raise ValueError(f"strconv.ParseInt: parsing {_quoted(part)}: invalid syntax")
        if _number(part.lstrip("+-")) is None:
            raise ValueError(f"strconv.ParseInt: parsing {_quoted(part)}: value out of range")
    return int(whole) * SECOND + int(int(fraction or "0") * 10.0 ** (9 - len(fraction)))


def _number(digits: str) -> int | None:
    """The number of some digits; None if 64 bits do not hold it."""
    significant = digits.lstrip("0")
    if len(significant) > _MAX_DIGITS or int(significant or "0") >= _INT64:
        return None
    return int(significant or "0")


def _layout(text: str) -> str:
    """The layout that Docker expects of a text, judged by the signs in it."""
    zulu = "z" in text or "Z" in text
    zoned = zulu or "+" in text or text.count("-") == 3
    zone = "Z07:00" if zoned else ""
    if "." in text:
        return "2006-01-02T15:04:05.999999999" + zone
    if "T" not in text:
        return "2006-01-02" + zone
    colons = text.count(":") - (1 if zoned and not zulu and ":" in text else 0)
    return "2006-01-02T15" + (":04", ":04:05")[min(colons, 2) - 1] * (colons > 0) + zone


def _parse_layout(text: str, layout: str) -> int:
    """Read a time as Go's ``time.Parse`` does.

    Raises:
        ValueError: in Go's words.
    """
    found: dict[str, int] = {}
    nanoseconds = offset = 0
    rest = text
    for element in _ELEMENTS.findall(layout):
        if element in _FIELDS:
            found[element], rest = _field(element, rest, text, layout)
            if element == "05" and "." not in layout:
                nanoseconds, rest = _fraction(rest)
        elif element[0] == ".":
            nanoseconds, rest = _fraction(rest)
        elif element == "Z07:00":
            offset, rest = _zone(rest, text, layout)
        elif rest.startswith(element):
            rest = rest[1:]
        else:
            raise _misfit(text, layout, rest, element)
    if rest:
        raise ValueError(f"parsing time {_quoted(text)}: extra text: {_quoted(rest)}")
    days = _days(found["2006"], found["01"], found["02"])
    if days is None:
        raise ValueError(f"parsing time {_quoted(text)}: day out of range")
    minutes = found.get("15", 0) * 60 + found.get("04", 0)
    seconds = days * 86_400 + minutes * 60 + found.get("05", 0) - offset
    return seconds * SECOND + nanoseconds


def _field(element: str, rest: str, text: str, layout: str) -> tuple[int, str]:
    width = len(element)
    digits = rest[:width]
    if element == "15" and not _is_number(digits[1:]):
        digits = digits[:1]  # An hour alone may have one digit.
    if not _is_number(digits) or len(digits) < (1 if element == "15" else width):
        # The year is cut off before it is looked at closely.
        cut = width if element == "2006" and len(digits) == 4 and _is_number(digits[0]) else 0
        raise _misfit(text, layout, rest[cut:], element)
    least, most, name = _FIELDS[element]
    if not least <= int(digits) <= most:
        raise ValueError(f"parsing time {_quoted(text)}: {name} out of range")
    return int(digits), rest[len(digits):]


def _fraction(rest: str) -> tuple[int, str]:
    match = _FRACTION.match(rest)
    if match is None:
        return 0, rest
    return int(match[1][:9].ljust(9, "0")), rest[match.end():]


def _zone(rest: str, text: str, layout: str) -> tuple[int, str]:
    if rest.startswith("Z"):
        return 0, rest[1:]
    match = _ZONE.match(rest)
    if match is None:
        cut = 6 if len(rest) >= 6 and rest[3] == ":" else 0
        raise _misfit(text, layout, rest[cut:], "Z07:00")
    offset = int(match[2]) * 3600 + int(match[3]) * 60
    return offset if match[1] == "+" else -offset, rest[6:]


def _days(year: int, month: int, day: int) -> int | None:
    """Days since 1970, also of the year 0, which Python's calendar lacks; None for no date."""
    shift = 400 if year == 0 else 0
    try:
        ordinal = date(year + shift, month, day).toordinal()
    except ValueError:
        return None
    return ordinal - date(1970, 1, 1).toordinal() - (146_097 if shift else 0)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _misfit(text: str, layout: str, rest: str, element: str) -> ValueError:
    return ValueError(f'parsing time {_quoted(text)} as "{layout}": '
                      f'cannot parse {_quoted(rest)} as "{element}"')


def _quoted(text: str) -> str:
    r"""Quote as Go's time package: bytes that are not printable ASCII as ``\x…``."""
    out = "".join(
        "\\" + char if char in '"\\' else char if " " <= char <= "\x7f"
        else "".join(f"\\x{byte:02x}" for byte in char.encode())
        for char in text)
    return f'"{out}"'
