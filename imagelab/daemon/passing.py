"""Letting time pass inside a step, until something happens to a container."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from imagelab.daemon.clock import SECOND
from imagelab.daemon.timeline import OpenStep, Timeline
from imagelab.engine import processes
from imagelab.engine.advance import advance
from imagelab.model.container import Container, Log
from imagelab.model.outcome import Event

#: How often a command that waits looks at what others do, in nanoseconds.
POLL = SECOND // 10
#: Exit status for a container that others killed and removed.
REMOVED_STATUS = processes.KILLED_STATUS


class Passed(NamedTuple):
    """What happened to a container meanwhile.

    Attributes:
        logs: what its main process printed.
        status: its exit status, if it has ended.
    """

    logs: tuple[Log, ...]
    status: int | None


def own_wake(container: Container, key: str = processes.MAIN) -> int | None:
    """Return when a process goes on by itself; None if it is paused or wants input.

    For a container that is about to be started again it is the time of that.
    """
    if container.status == "restarting":
        return container.restarts.due
    if container.status != "running":
        return None
    return container.processes[key].wake


def never_wakes(wake: int | None) -> bool:
    """Whether nothing comes of waiting for a process, as far as it is itself concerned."""
    return wake is None or wake >= processes.NEVER


def let_pass(timeline: Timeline, step: OpenStep, container: Container, key: str = processes.MAIN,
             ) -> Passed:
    """Let time pass until a process of a container goes on, or others have touched it.

    Where the command's budget is used up, the process waited for is stopped by it: time would
    pass for ever otherwise.
    """
    _wait(timeline, step, container)
    seen = len(step.events)
    logs = _missed(timeline, container)
    state, budget = timeline.state, timeline.budget
    if budget.steps or container.id not in state.containers:
        outcome = advance(state, state.clock, budget)
    else:
        outcome = processes.settle(state, container.id, state.clock, budget, (key,))
    printed = logs_of(container.id, timeline.apply(outcome))
    return Passed((*logs, *printed), status_in(container.id, step.events[seen:]))


def logs_of(identifier: str, output: tuple[processes.Output, ...]) -> tuple[Log, ...]:
    """Return what a container printed, out of what all did."""
    return tuple(piece.log for piece in output if piece.container == identifier)


def status_in(identifier: str, events: Sequence[Event]) -> int | None:
    """Return the status that a container ended with during some events."""
    for event in events:
        if event.id == identifier and event.action == "die":
            return int(event.attributes["exitCode"])
    return None


def _missed(timeline: Timeline, before: Container) -> tuple[Log, ...]:
    """Return what a container printed while others used the lab."""
    after = timeline.state.containers.get(before.id)
    return after.logs[len(before.logs) :] if after else ()


def _wait(timeline: Timeline, step: OpenStep, container: Container) -> None:
    """Let time pass until a container goes on, or others have touched it."""
    clock, wake = timeline.clock, processes.next_wake(container)
    if clock.simulated:
        assert wake is not None, "without another one nobody pauses or resumes it"
        timeline.let_pass(clock.wait_until(wake))
        return
    with timeline.released():
        while True:
            step.idle()
            soon = clock.now(0) + POLL
            now = clock.wait_until(soon if wake is None else min(soon, wake))
            after = timeline.state.containers.get(container.id)
            if (wake is not None and now >= wake) or _stand(after) != _stand(container):
                break


def _stand(container: Container | None) -> tuple[object, ...]:
    """Return what whoever waits for a container looks at."""
    if container is None:
        return ()
    return container.status, len(container.logs), processes.next_wake(container), container.execs
