"""Times as Go writes them: RFC 3339 with up to nine digits of a second's fraction."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

SECOND = 1_000_000_000
ZERO = "0001-01-01T00:00:00Z"
_RFC3339 = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})"
    r"(?:\.([0-9]{1,9})[0-9]*)?(?:Z|([+-])([01][0-9]|2[0-4]):([0-5][0-9]))")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST = -62_135_596_800 * SECOND
_LAST = 253_402_300_800 * SECOND - 1


def format_time(nanoseconds: int) -> str:
    """Return a time since 1970 as RFC 3339 in UTC.

    0 is never, Go's zero time, as for a container that has not started. What is outside of the
    years 1 to 9999, which Go's JSON cannot hold either, becomes the first or the last of them.
    """
    if nanoseconds == 0:
        return ZERO
    seconds, rest = divmod(min(max(nanoseconds, _FIRST), _LAST), SECOND)
    moment = _EPOCH + timedelta(seconds=seconds)
    fraction = f".{rest:09d}".rstrip("0") if rest else ""
    return f"{moment.year:04d}-{moment:%m-%dT%H:%M:%S}{fraction}Z"


def format_fixed(nanoseconds: int) -> str:
    """Return a time with all nine digits of its fraction, so that lines stay in columns."""
    seconds, rest = divmod(nanoseconds, SECOND)
    return f"{format_time(seconds * SECOND)[:-1]}.{rest:09d}Z"


@lru_cache(maxsize=1 << 14)  # lists sort their images by time, again and again
def parse_time(text: str) -> int:
    """Return nanoseconds since 1970; 0 for what is no RFC 3339 time of the years 1 to 9999."""
    return _nanoseconds(text) or 0


def is_time(text: str) -> bool:
    """Whether a text is an RFC 3339 time of the years 1 to 9999."""
    return _nanoseconds(text) is not None


def _nanoseconds(text: str) -> int | None:
    match = _RFC3339.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
    try:
        moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
    since = moment - _EPOCH
    seconds = since.days * 86_400 + since.seconds
    if match[8]:
        offset = int(match[9]) * 3600 + int(match[10]) * 60
        seconds -= offset if match[8] == "+" else -offset
    return seconds * SECOND + int((match[7] or "0").ljust(9, "0"))
