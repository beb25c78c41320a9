"""Filters of list and prune commands: ``dangling=true``, ``label=key=value``, ``until=24h``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from imagelab.formats.gotime import SECOND, parse_time
from imagelab.model.outcome import BadRequest

#: Names of filters to the values given for them.
Filters = Mapping[str, Sequence[str]]

#: Longest text of a time or duration; no number in it overflows.
_MAX_TIME = 64
_DURATION = re.compile(r"(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+")
_DURATION_PART = re.compile(r"(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)")
_UNITS = {"ns": 1, "us": 1000, "µs": 1000, "ms": 10**6, "s": SECOND, "m": 60 * SECOND,
          "h": 3600 * SECOND}
_DATE = re.compile(r"(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d)(:\d\d(?:\.\d+)?)?)?(Z|[+-]\d\d:\d\d)?")


def check_names(filters: Filters, known: Sequence[str]) -> None:
    """Refuse filters that a command does not know.

    Raises:
        BadRequest: ``Invalid filter 'x'`` (case ``images-12``).
    """
    for name in filters:
        if name not in known:
            raise BadRequest(f"Invalid filter '{name}'")


def flag(filters: Filters, name: str, default: bool | None) -> bool | None:
    """Return a filter that is true or false.

    Raises:
        BadRequest: ``Invalid filter 'dangling=[maybe]'`` (case ``images-02``).
    """
    values = filters.get(name)
    if not values:
        return default
    if all(value in ("true", "1") for value in values):
        return True
    if all(value in ("false", "0") for value in values):
        return False
    raise BadRequest(f"Invalid filter '{name}=[{' '.join(values)}]'")


def labels_match(filters: Filters, labels: Mapping[str, str] | None) -> bool:
    """Whether labels have all of ``label`` and none of ``label!`` (case ``prune-03``)."""
    own = labels or {}
    wanted = all(_has(own, each) for each in filters.get("label", ()))
    return wanted and not any(_has(own, each) for each in filters.get("label!", ()))


def _has(labels: Mapping[str, str], wish: str) -> bool:
    key, equals, value = wish.partition("=")
    return key in labels and (not equals or labels[key] == value)


def parse_until(filters: Filters, now: int) -> int | None:
    """Return the time that ``until`` gives: a duration back from now, or a time.

    Raises:
        BadRequest: it is neither (case ``prune-04``).
    """
    values = filters.get("until")
    if not values:
        return None
    text = values[0]
    if len(text) > _MAX_TIME:
        raise BadRequest(f'failed to parse value as time or duration: "{text}"')
    if _DURATION.fullmatch(text):
        parts = _DURATION_PART.findall(text)
        return now - sum(int(float(number) * _UNITS[unit]) for number, unit in parts)
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return int(float(text) * SECOND)
    if match := _DATE.fullmatch(text):
        minutes = match[2] or "00:00"
        moment = parse_time(f"{match[1]}T{minutes}{match[3] or ':00'}{match[4] or 'Z'}")
        if moment:
            return moment
    raise BadRequest(f'failed to parse value as time or duration: "{text}"')
