"""Filters of list and prune commands: ``dangling=true``, ``label=key=value``, ``until=24h``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from imagelab.formats.timestamp import parse_timestamp
from imagelab.model.outcome import BadRequest, EngineError

#: Names of filters to the values given for them.
Filters = Mapping[str, Sequence[str]]


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


def loose_flag(filters: Filters, name: str) -> bool | None:
    """Return a filter that is true or false; of several values, one is enough to be true.

    Raises:
        BadRequest: no value says anything.
    """
    values = filters.get(name)
    if not values:
        return None
    if {"true", "1"} & set(values):
        return True
    if {"false", "0"} & set(values):
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
        EngineError: it is neither (case ``prune-04``).
    """
    values = filters.get("until")
    if not values:
        return None
    try:
        return parse_timestamp(values[0], now)
    except ValueError as error:
        raise EngineError(str(error)) from error
