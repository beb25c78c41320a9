"""Being attached to a process: its output as it comes, until it ends or wants input."""

from __future__ import annotations

from collections.abc import Callable

from imagelab.daemon.passing import (
    REMOVED_STATUS,
    let_pass,
    logs_of,
    never_wakes,
    own_wake,
    status_in,
)
from imagelab.daemon.timeline import Timeline
from imagelab.engine import exec as execs
from imagelab.engine import lookup, processes
from imagelab.model.container import Container, Log
from imagelab.model.outcome import NotFound, Outcome
from imagelab.model.state import State

#: Gets a process's output, piece by piece.
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
        logs = logs_of(identifier, timeline.do(command, run))
        status = status_in(identifier, step.events[seen:])
        while attach is not None:
            for log in logs:
                attach(log)
            if status is not None:
                return status
            container = timeline.state.containers.get(identifier)
            if container is None:
                return REMOVED_STATUS
            if not container.is_running:
                return container.exit_code
            if _goes_no_further(timeline, container, processes.MAIN):
                return None
            logs, status = let_pass(timeline, step, container)
    return None


def attached_to_exec(
    timeline: Timeline, command: str, identifier: str, attach: Attach | None,
    run: Callable[[State, int], Outcome[None]],
) -> int | None:
    """Run something on an exec and, if attached, go on until it ends or wants input.

    Returns:
        The exit code of an exec that was attached to and has ended, else None.

    Raises:
        NotFound: there is no such exec.
        EngineError: it could not start.
    """
    with timeline.step(command) as step:
        timeline.do(command, run)
        while attach is not None:
            try:
                output = timeline.apply(execs.take_output(timeline.state, identifier))
                container, found = execs.find_exec(timeline.state, identifier)
            except NotFound:  # its container was removed
                return REMOVED_STATUS
            for log in output:
                attach(log)
            if found.exit_code is not None:
                return found.exit_code
            if _goes_no_further(timeline, container, identifier):
                return None
            let_pass(timeline, step, container, identifier)
    return None


def _goes_no_further(timeline: Timeline, container: Container, key: str) -> bool:
    """Whether whoever is attached has to do something now: a process wants input."""
    wake = own_wake(container, key)
    if not timeline.clock.simulated:
        return wake is None and container.status != "paused"
    if key != processes.MAIN and wake is not None:
        wake = processes.next_wake(container)  # the end of the main process ends it too
    return never_wakes(wake)
