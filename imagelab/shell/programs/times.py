"""Times: reading dates and writing them, always in UTC as in a container without a time zone."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

SECOND = 10**9
_MAX = 253402300799
_FORMATS = (
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y%m%d",
    "%Y%m%d %H:%M", "%Y%m%d %H:%M:%S", "%Y/%m/%d", "%Y/%m/%d %H:%M:%S", "%d %b %Y",
    "%d %b %Y %H:%M:%S", "%b %d %Y", "%Y.%m.%d-%H:%M:%S",
)


def moment(nanoseconds: int) -> datetime:
    """Return a time as a date; far-off times are cut."""
    seconds = max(-62135596800, min(_MAX, nanoseconds // SECOND))
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)


def parse_date(text: str, now: int) -> int | None:
    """Return nanoseconds for what ``date -d`` and ``touch -d`` take; None if it is no date."""
    text = text.strip()
    match = re.fullmatch(r"@(-?\d{1,11})(?:\.(\d{1,9})\d*)?", text, re.ASCII)
    if match:
        return int(match[1]) * SECOND + int((match[2] or "").ljust(9, "0"))
    words = {"now": 0, "today": 0, "": 0, "yesterday": -86400, "tomorrow": 86400}
    if text.lower() in words:
        return now + words[text.lower()] * SECOND
    match = re.fullmatch(r"([+-]?)\s*(\d{1,6}) (second|minute|hour|day|week)s?( ago)?", text)
    if match:
        unit = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800}[match[3]]
        sign = -1 if (match[1] == "-") != bool(match[4]) else 1
        return now + sign * int(match[2]) * unit * SECOND
    shift = 0
    match = re.search(r"(?:\s*(?:UTC|GMT|Z)|\s*([+-]\d\d):?(\d\d))$", text)
    if match and ":" in text[: match.start()]:
        text = text[: match.start()]
        if match[1]:
            shift = int(match[1]) * 3600 + int(match[1][0] + match[2]) * 60
    text, _, fraction = text.partition(".") if re.search(r":\d\d\.\d+$", text) else (text, "", "")
    for form in _FORMATS:
        try:
            found = datetime.strptime(text, form).replace(tzinfo=UTC)
        except ValueError:
            continue
        seconds = int(found.timestamp()) - shift
        return seconds * SECOND + int(fraction[:9].ljust(9, "0") if fraction else 0)
    return None


def parse_stamp(text: str, now: int) -> int | None:
    """Return nanoseconds for ``touch -t [[CC]YY]MMDDhhmm[.ss]``; None if it is wrong."""
    match = re.fullmatch(r"(\d{2}|\d{4})?(\d{2})(\d{2})(\d{2})(\d{2})(?:\.(\d{2}))?", text,
                         re.ASCII)
    if match is None:
        return None
    year = int(match[1] or moment(now).year)
    if match[1] and len(match[1]) == 2:
        year += 2000 if year < 69 else 1900
    month, day, hour, minute, second = (int(match[i] or 0) for i in range(2, 7))
    try:
        found = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
    return int(found.timestamp()) * SECOND


def listed(mtime: int, now: int) -> str:
    """Return a time as ``ls -l`` shows it: the hour for the last six months, else the year."""
    when = moment(mtime)
    recent = now - 15778476 * SECOND < mtime <= now + SECOND
    tail = f"{when:%H:%M}" if recent else f" {when.year}"
    return f"{_MONTHS[when.month - 1]} {when.day:2d} {tail}"


_LONG_MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August",
                "September", "October", "November", "December"]
_LONG_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_MONTHS = [name[:3] for name in _LONG_MONTHS]
_DAYS = [name[:3] for name in _LONG_DAYS]


def strftime(form: str, nanoseconds: int) -> str:
    """Format a time; independent of the system's C library and language."""
    when = moment(nanoseconds)
    year_start = datetime(when.year, 1, 1, tzinfo=UTC)
    values = {
        "Y": f"{when.year:04d}", "m": f"{when.month:02d}", "d": f"{when.day:02d}",
        "H": f"{when.hour:02d}", "M": f"{when.minute:02d}", "S": f"{when.second:02d}",
        "y": f"{when.year % 100:02d}", "b": _MONTHS[when.month - 1], "h": _MONTHS[when.month - 1],
        "a": _DAYS[when.weekday()], "e": f"{when.day:2d}",
        "j": f"{(when - year_start).days + 1:03d}",
        "s": str(nanoseconds // SECOND), "N": f"{nanoseconds % SECOND:09d}", "Z": "UTC",
        "z": "+0000", "n": "\n", "t": "\t", "%": "%", "I": f"{(when.hour - 1) % 12 + 1:02d}",
        "p": "AM" if when.hour < 12 else "PM", "u": str(when.isoweekday()),
        "w": str(when.isoweekday() % 7), "k": f"{when.hour:2d}", "C": f"{when.year // 100:02d}",
        "l": f"{(when.hour - 1) % 12 + 1:2d}", "A": _LONG_DAYS[when.weekday()],
        "B": _LONG_MONTHS[when.month - 1],
    }
    values["F"] = f"{values['Y']}-{values['m']}-{values['d']}"
    values["T"] = f"{values['H']}:{values['M']}:{values['S']}"
    values["R"] = f"{values['H']}:{values['M']}"
    values["D"] = f"{values['m']}/{values['d']}/{values['y']}"
    values["c"] = f"{values['a']} {values['b']} {values['e']} {values['T']} {values['Y']}"
    values["x"], values["X"] = values["D"], values["T"]
    return re.sub(r"%(-?)([A-Za-z%])", lambda m: _piece(m, values), form)


def _piece(match: re.Match[str], values: dict[str, str]) -> str:
    text = values.get(match[2])
    if text is None:
        return match[0]
    return text.lstrip("0 ") or "0" if match[1] else text
