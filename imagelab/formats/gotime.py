"""Times as Go writes them: RFC 3339 with up to nine digits of a second's fraction."""

from __future__ import annotations

import calendar
import re
from datetime import UTC, datetime, timedelta

SECOND = 1_000_000_000
ZERO = "0001-01-01T00:00:00Z"
_RFC3339 = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9})\d*)?(Z|[+-]\d\d:\d\d)")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def format_time(nanoseconds: int) -> str:
    """Return a time since 1970 as RFC 3339 in UTC; 0 is Go's zero time."""
    if nanoseconds == 0:
        return ZERO
    seconds, rest = divmod(nanoseconds, SECOND)
    moment = _EPOCH + timedelta(seconds=seconds)
    fraction = f".{rest:09d}".rstrip("0") if rest else ""
    return f"{moment:%Y-%m-%dT%H:%M:%S}{fraction}Z"


def parse_time(text: str) -> int:
    """Return nanoseconds since 1970; 0 for the zero time and for what is no RFC 3339 time."""
    match = _RFC3339.fullmatch(text)
    if match is None or text == ZERO:
        return 0
    year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
    seconds = calendar.timegm((year, month, day, hour, minute, second))
    zone = match[8]
    if zone != "Z":
        offset = int(zone[1:3]) * 3600 + int(zone[4:6]) * 60
        seconds -= offset if zone[0] == "+" else -offset
    return seconds * SECOND + int((match[7] or "0").ljust(9, "0"))
