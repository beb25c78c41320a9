"""Spans of time as Go reads them, errors included."""

from __future__ import annotations

import re

from imagelab.formats.goquote import quoted
from imagelab.formats.timestamp import parse_duration

_PART = re.compile(r"([0-9]*\.?[0-9]*)([^0-9.]*)")


def duration(text: str) -> int:
    """Return the nanoseconds of ``1h30m`` or ``1.5s``.

    Raises:
        ValueError: it is no span of time, in Go's words.
    """
    span = parse_duration(text)
    if span is None:
        raise ValueError(f"time: {_reason(text)} {quoted(text)}")
    return span


def _reason(text: str) -> str:
    at = 1 if text[:1] in ("+", "-") else 0
    while at < len(text) and (match := _PART.match(text, at)):
        number, unit = match.groups()
        if not number.strip("."):
            break
        if not unit:
            return "missing unit in duration"
        if parse_duration(f"1{unit}") is None:
            return f"unknown unit {quoted(unit)} in duration"
        at = match.end()
    return "invalid duration"
