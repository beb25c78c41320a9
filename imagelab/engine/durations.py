"""Durations in the words of the daemon (``Up 2 seconds``, ``About a minute``)."""

from __future__ import annotations

from imagelab.formats.gotime import SECOND


def human_duration(nanoseconds: int) -> str:
    """Return a duration as Docker says it, rounded the way Docker rounds."""
    seconds = max(0, nanoseconds) // SECOND
    if seconds < 1:
        return "Less than a second"
    if seconds == 1:
        return "1 second"
    if seconds < 60:
        return f"{seconds} seconds"
    minutes = seconds // 60
    if minutes == 1:
        return "About a minute"
    if minutes < 60:
        return f"{minutes} minutes"
    hours = (seconds + 1800) // 3600
    if hours == 1:
        return "About an hour"
    if hours < 48:
        return f"{hours} hours"
    if hours < 24 * 7 * 2:
        return f"{hours // 24} days"
    if hours < 24 * 30 * 2:
        return f"{hours // 24 // 7} weeks"
    if hours < 24 * 365 * 2:
        return f"{hours // 24 // 30} months"
    return f"{hours // 24 // 365} years"
