"""Filters of ``docker events``, as engine 20.10 applies them."""

from __future__ import annotations

from collections.abc import Sequence

from imagelab.engine.filters import Filters, labels_match
from imagelab.model.outcome import Event

#: Filters that a beginning of an ID or a name fits, whatever the event is about.
_BY_NAME = ("daemon", "container", "plugin", "volume", "network", "node", "service", "secret",
            "config")
#: Actions that go on after a colon; one of them among the filters makes all fit by beginning.
_LONG_ACTIONS = frozenset({"health_status", "exec_create", "exec_start"})


def matches(event: Event, filters: Filters) -> bool:
    """Whether an event fits all filters; names that the daemon does not know filter nothing."""
    return (
        _fits_action(event.action, filters.get("event", ()))
        and _fits(event.type, filters.get("type", ()))
        and _fits("local", filters.get("scope", ()))
        and all(_fits_name(event, filters.get(kind, ())) for kind in _BY_NAME)
        and _fits_image(event, filters.get("image", ()))
        and labels_match({"label": filters.get("label", ())}, event.attributes)
    )


def _fits(text: str, wanted: Sequence[str]) -> bool:
    return not wanted or text in wanted


def _begins(text: str, wanted: Sequence[str]) -> bool:
    return not wanted or text.startswith(tuple(wanted))


def _fits_action(action: str, wanted: Sequence[str]) -> bool:
    return (_begins if _LONG_ACTIONS.intersection(wanted) else _fits)(action, wanted)


def _fits_name(event: Event, wanted: Sequence[str]) -> bool:
    return _begins(event.id, wanted) or _begins(event.attributes.get("name", ""), wanted)


def _fits_image(event: Event, wanted: Sequence[str]) -> bool:
    """Whether an image's ID or name, with or without its tag, is wanted.

    What is told of a container is told of its image too.
    """
    key = "name" if event.type == "image" else "image"
    names = (event.id, event.attributes.get(key, ""))
    return not wanted or any(
        text in wanted for name in names for text in (name, _without_tag(name)))


def _without_tag(name: str) -> str:
    """Return a name without its tag; an ID without its digits, as the daemon takes it."""
    front, colon, tag = name.rpartition(":")
    return front if colon and "/" not in tag else name
