"""Bringing all containers up to a moment, whatever they do by themselves until then."""

from __future__ import annotations

from imagelab.engine.processes import Output, next_wake, settle
from imagelab.engine.start import start_again
from imagelab.model.outcome import Event, Outcome
from imagelab.model.state import State
from imagelab.shell.budget import Budget

#: Restarts that were due longer ago than this are left out: a lab that is opened after a week
#: would be busy with the restarts of a week.
_RECENT = 3600 * 1_000_000_000


def advance(state: State, now: int, budget: Budget) -> Outcome[tuple[Output, ...]]:
    """Bring all containers up to a moment, each process at the time it was due."""
    events: list[Event] = []
    output: list[Output] = []
    while budget.steps > 0:
        due = [(wake, each.id) for each in state.containers.values()
               if (wake := next_wake(each)) is not None and wake <= now]
        if not due:
            break
        wake, identifier = min(due)
        if state.containers[identifier].status == "restarting":
            outcome = start_again(
                state, identifier, now=max(wake, now - _RECENT), budget=budget)
        else:
            outcome = settle(state, identifier, wake, budget)
        state = outcome.state
        events.extend(outcome.events)
        output.extend(outcome.value)
    return Outcome(state, tuple(output), tuple(events))
