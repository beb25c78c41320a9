"""Sizes and spans of time as docker prints them.

The rules are those of go-units 0.5, which docker's client uses.
"""

from __future__ import annotations

_SIZE_UNITS = ("B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB")
_BINARY_UNITS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB")
_HOUR = 3600
_DAY = 24
_LONGEST = 2**63 / 1e9
_NO_TIME = -62135596800
_YEAR_2000 = 946684800


def human_size(size: float, precision: int = 4) -> str:
    """A number of bytes in decimal units: ``2.05MB``, ``65.6kB``, ``0B``.

    Docker gives sizes of single images, layers and containers in three digits (``images``,
    ``history``, ``ps --size``), which can look like ``1e+03kB``, and all else in four
    (``system df``, reclaimed space, shared and unique sizes).
    """
    unit = 0
    while size >= 1000 and unit < len(_SIZE_UNITS) - 1:
        size /= 1000
        unit += 1
    return f"{size:.{precision}g}{_SIZE_UNITS[unit]}"


def binary_size(size: float) -> str:
    """A number of bytes in powers of 1024, as ``docker stats`` has it: ``608KiB``, ``2GiB``."""
    unit = 0
    while size >= 1024 and unit < len(_BINARY_UNITS) - 1:
        size /= 1024
        unit += 1
    return f"{size:.4g}{_BINARY_UNITS[unit]}"


def human_duration(seconds: float) -> str:
    """A span of time in one unit: ``Less than a second``, ``About a minute``, ``3 weeks``."""
    seconds = min(seconds, _LONGEST)  # Go counts nanoseconds in 63 bits
    minutes = int(seconds / 60)
    hours = int(seconds / _HOUR + 0.5)
    if seconds < 1:
        return "Less than a second"
    if seconds < 2:
        return "1 second"
    if seconds < 60:
        return f"{int(seconds)} seconds"
    if minutes == 1:
        return "About a minute"
    if minutes < 60:
        return f"{minutes} minutes"
    if hours == 1:
        return "About an hour"
    if hours < 48:
        return f"{hours} hours"
    if hours < _DAY * 7 * 2:
        return f"{hours // _DAY} days"
    if hours < _DAY * 30 * 2:
        return f"{hours // _DAY // 7} weeks"
    if hours < _DAY * 365 * 2:
        return f"{hours // _DAY // 30} months"
    return f"{int(seconds / _HOUR) // _DAY // 365} years"


def ago(seconds: float) -> str:
    """How long ago something happened: ``3 weeks ago``."""
    return f"{human_duration(seconds)} ago"


def image_created_since(created: int, now: float) -> str:
    """CreatedSince of ``docker images``, from Unix times; empty for an image without a date."""
    return "" if created == _NO_TIME else ago(now - created)


def history_created_since(created: int, now: float) -> str:
    """CreatedSince of ``docker history``, from Unix times; empty up to the year 2000."""
    return "" if created <= _YEAR_2000 else ago(now - created)
