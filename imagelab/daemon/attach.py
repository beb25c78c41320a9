"""Being attached to a container: its output as it comes, until it ends or wants input."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from imagelab.daemon.clock import SECOND
from imagelab.daemon.timeline import Timeline
from imagelab.engine import lookup, processes
from imagelab.model.container import Container, Log
from imagelab.model.outcome import Event, Outcome
from imagelab.model.state import State

#: How often a command that waits looks at what others do, in nanoseconds.
POLL = SECOND // 10
#: Exit status for a container that others killed and removed.
REMOVED_STATUS = 137
#: Gets a container's output, piece by piece.
Attach = Callable[[Log], None]


def attached(
    timeline: Timeline, command: str, name: str, attach: Attach | None,
    run: Callable[[State, int], Outcome[tuple[processes.Output, ...]]],
) -> int | None:
    """Run something on a container and, if attached, go on until it ends or wants input.

    Returns:
        The exit status of a container that was attached to and has ended, else None.

    Raises:
        NotFound: there is no such container.
    """
    identifier = lookup.find_container(timeline.state, name).id
    with timeline.step(command) as step:
        seen = len(step.events)
        output = timeline.do(command, run)
        while attach is not None:
            _show(identifier, output, attach)
            status = _exit_status(identifier, step.events[seen:])
            if status is not None:
                return status
            container = timeline.state.containers.get(identifier)
            if container is None:
                return REMOVED_STATUS
            if not container.is_running:
                return container.exit_code
            wake = processes.next_wake(container)
            if wake is None and (timeline.clock.simulated or container.status != "paused"):
                return None
            _wait(timeline, container, wake)
            seen = len(step.events)
            for log in _missed(timeline, container):
                attach(log)
            state = timeline.state
            output = timeline.apply(processes.advance(state, state.clock, timeline.budget))
    return None


def _show(identifier: str, output: Sequence[processes.Output], attach: Attach) -> None:
    for piece in output:
        if piece.container == identifier:
            attach(piece.log)


def _missed(timeline: Timeline, before: Container) -> tuple[Log, ...]:
    """Return what a container printed while others used the lab."""
    after = timeline.state.containers.get(before.id)
    return after.logs[len(before.logs) :] if after else ()


def _wait(timeline: Timeline, container: Container, wake: int | None) -> None:
    """Let time pass up to a moment, or until others have touched a container."""
    clock = timeline.clock
    if clock.simulated:
        assert wake is not None, "without another one nobody pauses or resumes it"
        timeline.let_pass(clock.wait_until(wake))
        return
    with timeline.released():
        while True:
            soon = clock.now(0) + POLL
            now = clock.wait_until(soon if wake is None else min(soon, wake))
            after = timeline.state.containers.get(container.id)
            if (wake is not None and now >= wake) or _stand(after) != _stand(container):
                break


def _stand(container: Container | None) -> tuple[object, ...]:
    """Return what whoever is attached to a container waits for."""
    if container is None:
        return ()
    return container.status, len(container.logs), processes.next_wake(container)


def _exit_status(identifier: str, events: Sequence[Event]) -> int | None:
    """Return the status that a container ended with during some events."""
    for event in events:
        if event.id == identifier and event.action == "die":
            return int(event.attributes["exitCode"])
    return None
