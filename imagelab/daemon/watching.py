"""``docker events``: what the lab's steps did, and what others do meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from imagelab.daemon.journal import Journal
from imagelab.daemon.passing import POLL
from imagelab.daemon.timeline import OpenStep, Timeline
from imagelab.engine.event_filter import matches
from imagelab.engine.filters import Filters
from imagelab.formats.gotime import SECOND
from imagelab.model.outcome import BadRequest, Event


@dataclass(frozen=True)
class Selection:
    """Which events somebody wants to see.

    The lab's own events, those of layers, are left out.

    Attributes:
        since: time to begin at, nanoseconds since 1970; None for now.
        until: time to end at; 0 ends at once too, but after all that happened, as engine 20.10
            has it; None for never.
        filters: see :mod:`imagelab.engine.event_filter`.
    """

    since: int | None
    until: int | None
    filters: Filters

    def __post_init__(self) -> None:
        """Refuse to end before the beginning.

        Raises:
            BadRequest: in the daemon's words.
        """
        since, until = self.since, self.until
        if since is not None and until is not None and since > until:
            raise BadRequest(f"`since` time ({since // SECOND}) cannot be after `until` time "
                             f"({until // SECOND})")

    def takes(self, event: Event) -> bool:
        """Whether an event that happens now is wanted."""
        return (event.type != "layer" and (not self.until or event.time <= self.until)
                and matches(event, self.filters))

    def past(self, journal: Journal) -> list[Event]:
        """Return what is wanted of the past: only where a time is given."""
        if self.since is None and self.until is None:
            return []
        return [each for each in _events(journal, -1)
                if (self.since is None or each.time >= self.since) and self.takes(each)]


def watch(timeline: Timeline, see: Callable[[Event], None], wanted: Selection) -> bool:
    """Pass on events of the steps that led to where the lab stands, and of those that follow.

    Without ``until`` this waits for ever for more. On a simulated clock nothing would come, so it
    ends at once.

    Returns:
        Whether it ended although more would be of interest.
    """
    def show(events: Iterable[Event]) -> None:
        for event in events:
            if wanted.takes(event):
                see(event)

    until = wanted.until
    with timeline.step("events") as step:
        for event in wanted.past(timeline.journal):
            see(event)
        if wanted.since is not None or until is not None:
            show(each for each in step.events
                 if wanted.since is None or each.time >= wanted.since)
        while until is None or timeline.state.clock < until:
            if timeline.clock.simulated:
                return True
            show(_next_events(timeline, step, until))
    return False


def _events(journal: Journal, after: int) -> list[Event]:
    """Return the events of the steps later than a number."""
    return [event for each in journal.path(after) for event in each.events]


def _next_events(timeline: Timeline, step: OpenStep, until: int | None) -> list[Event]:
    """Wait for a moment and return what others, and containers by themselves, did meanwhile."""
    # A step in which something happened is written down under the next number.
    known = len(timeline.journal.rows) - (0 if step.events else 1)
    with timeline.released():
        soon = timeline.clock.now(0) + POLL
        timeline.clock.wait_until(soon if until is None else min(soon, until))
    timeline.bring_up_to_date()
    return [*_events(timeline.journal, known), *step.events]
