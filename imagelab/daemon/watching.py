"""``docker events``: what the lab's steps did, and what others do meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from imagelab.daemon.passing import POLL
from imagelab.daemon.timeline import OpenStep, Timeline
from imagelab.engine.event_filter import matches
from imagelab.engine.filters import Filters
from imagelab.formats.gotime import SECOND
from imagelab.model.outcome import BadRequest, Event


def watch(
    timeline: Timeline, see: Callable[[Event], None], *, since: int | None, until: int | None,
    filters: Filters,
) -> bool:
    """Pass on events of the steps that led to where the lab stands, and of those that follow.

    The lab's own events, those of layers, are left out. What happened before is passed on only
    where a time is given; without ``until`` this waits for ever for more. On a simulated clock
    nothing would come, so it ends at once.

    Args:
        timeline: the lab.
        see: gets each event.
        since: time to begin at, nanoseconds since 1970.
        until: time to end at; 0 ends at once too, but after all that happened, as engine 20.10
            has it.
        filters: see :mod:`imagelab.engine.event_filter`.

    Returns:
        Whether it ended although more would be of interest.

    Raises:
        BadRequest: it would end before it begins.
    """
    if since is not None and until is not None and since > until:
        raise BadRequest(f"`since` time ({since // SECOND}) cannot be after `until` time "
                         f"({until // SECOND})")

    def show(events: Iterable[Event], least: int | None) -> None:
        for event in events:
            if (event.type != "layer" and (least is None or event.time >= least)
                    and (not until or event.time <= until) and matches(event, filters)):
                see(event)

    with timeline.step("events") as step:
        if since is not None or until is not None:
            show(_events(timeline, step, -1), since)
        while until is None or timeline.state.clock < until:
            if timeline.clock.simulated:
                return True
            show(_next_events(timeline, step, until), None)
    return False


def _events(timeline: Timeline, step: OpenStep, after: int) -> list[Event]:
    """Return the events of the steps later than a number, and of the open one."""
    done = (event for each in timeline.journal.path(after) for event in each.events)
    return [*done, *step.events]


def _next_events(timeline: Timeline, step: OpenStep, until: int | None) -> list[Event]:
    """Wait for a moment and return what others, and containers by themselves, did meanwhile."""
    # A step in which something happened is written down under the next number.
    known = len(timeline.journal.rows) - (0 if step.events else 1)
    with timeline.released():
        soon = timeline.clock.now(0) + POLL
        timeline.clock.wait_until(soon if until is None else min(soon, until))
    timeline.bring_up_to_date()
    return _events(timeline, step, known)
