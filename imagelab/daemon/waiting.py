"""Commands that wait for a container: ``wait``, ``stop``, ``restart`` and ``logs --follow``.

On a simulated clock nobody could end a command that waits for ever, so it ends by itself there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import count

from imagelab.daemon.attach import Attach
from imagelab.daemon.clock import SECOND
from imagelab.daemon.passing import REMOVED_STATUS, let_pass, never_wakes, own_wake
from imagelab.daemon.timeline import OpenStep, Timeline
from imagelab.engine import lookup, processes, signals
from imagelab.engine.events import container_event
from imagelab.engine.logs import Lines
from imagelab.model.container import Container
from imagelab.model.outcome import EngineError, Event, Outcome

#: Seconds that ``stop`` waits before it kills.
_STOP_TIMEOUT = 10
#: How often a process may go on before a command on a simulated clock no longer waits for it.
_PATIENCE = 1000


class EndlessError(EngineError):
    """A command on a simulated clock waits for what does not come by itself.

    The message is the lab's own; a daemon would wait on.
    """


def wait(timeline: Timeline, name: str) -> int:
    """Let time pass until a container has ended and return its exit status.

    Raises:
        NotFound: there is no such container.
        EndlessError: it does not end by itself.
    """
    with timeline.step(f"wait {name}") as step:
        identifier = lookup.find_container(timeline.state, name).id
        status = _status_at_end(timeline, step, identifier)
    return status


def _status_at_end(timeline: Timeline, step: OpenStep, identifier: str) -> int:
    turn = 0
    while container := timeline.state.containers.get(identifier):
        if not container.is_active:
            return container.exit_code
        _check_patience(timeline, container, turn)
        status = let_pass(timeline, step, container).status
        if status is not None:  # its restart policy may have started it again by now
            return status
        turn += 1
    return REMOVED_STATUS


def _check_patience(timeline: Timeline, container: Container, turn: int) -> None:
    """Give up waiting for a container where nobody could end it.

    Raises:
        EndlessError: it does not end by itself.
    """
    if not timeline.clock.simulated:
        return
    if container.status == "paused":
        reason = "it is paused"
    elif never_wakes(own_wake(container)):
        wants_input = container.processes[processes.MAIN].stdin_open
        reason = "it waits for input" if wants_input else "it goes on for ever"
    elif turn >= _PATIENCE:
        seconds = (timeline.state.clock - container.started) // SECOND
        reason = f"it still runs after {seconds} seconds"
    else:
        return
    raise EndlessError(f"container {container.name} does not end by itself: {reason}")


def stop(timeline: Timeline, name: str, timeout: int | None = None) -> bool:
    """Stop a container: its stop signal, and KILL if it does not end by that.

    Time passes only as long as the container may still end in it: one that has nothing to do
    before the timeout is killed at once.

    Args:
        timeline: the lab.
        name: the container.
        timeout: seconds before KILL; negative for no KILL at all. The container's own if None.

    Returns:
        Whether it ran.

    Raises:
        NotFound: there is no such container.
        EndlessError: without a timeout, and it does not end.
    """
    with timeline.step(f"stop {name}") as step:
        container = lookup.find_container(timeline.state, name)
        if not container.is_active:
            return False
        _end(timeline, step, container, timeout)
        _note_stop(step, container_event(container, "stop", timeline.state.clock))
        return True


def _note_stop(step: OpenStep, event: Event) -> None:
    """Note that a container has stopped; one of ``--rm`` is removed only after that."""
    after = next((at for at, each in enumerate(step.events) if each.action == "destroy"
                  and each.time == event.time), len(step.events))
    step.events.insert(after, event)


def _end(timeline: Timeline, step: OpenStep, container: Container, timeout: int | None) -> None:
    own = container.config.stop_timeout
    if timeout is None:
        timeout = own if isinstance(own, int) else _STOP_TIMEOUT
    _kill(timeline, container.id, str(signals.stop_signal(container)))
    deadline = timeline.state.clock + timeout * SECOND
    for turn in count():
        left = timeline.state.containers.get(container.id)
        if left is None or not left.is_running:
            return
        wake = own_wake(left)
        if timeout < 0:
            _check_patience(timeline, left, turn)
        elif wake is None or wake > deadline or turn >= _PATIENCE:
            break
        let_pass(timeline, step, left)
    _kill(timeline, container.id, "KILL")


def _kill(timeline: Timeline, identifier: str, signal: str) -> None:
    timeline.do(f"kill {identifier}", lambda state, now: signals.kill(
        state, identifier, now=now, budget=timeline.budget, signal=signal))


def restart(
    timeline: Timeline, name: str, timeout: int | None, start: Callable[[str], object],
) -> None:
    """Stop a container if it runs, and start it again; one of ``--rm`` stays meanwhile.

    Args:
        timeline: the lab.
        name: the container.
        timeout: as for :func:`stop`.
        start: starts a container of an ID.

    Raises:
        NotFound: there is no such container.
        EngineError: it cannot start.
    """
    with timeline.step(f"restart {name}"):
        container = lookup.find_container(timeline.state, name)
        own = container.host_config
        _set_auto_remove(timeline, container.id, False)
        try:
            stop(timeline, container.id, timeout)
        finally:
            _set_auto_remove(timeline, container.id, own.auto_remove)
        try:
            start(container.id)
        except EngineError as error:
            raise EngineError(f"Cannot restart container {name}: {error.message}") from error
        event = container_event(container, "restart", timeline.state.clock)
        timeline.apply(Outcome(timeline.state, None, (event,)))


def _set_auto_remove(timeline: Timeline, identifier: str, wanted: bool) -> None:
    container = lookup.find_container(timeline.state, identifier)
    if container.host_config.auto_remove is not wanted:
        host_config = replace(container.host_config, auto_remove=wanted)
        changed = replace(container, host_config=host_config)
        timeline.apply(Outcome(timeline.state.with_container(changed), None))


def follow(timeline: Timeline, name: str, attach: Attach, until: int | None = None) -> None:
    """Pass on the lines that a container prints from now on, until it ends.

    Args:
        timeline: the lab.
        name: the container.
        attach: gets each line, when it ends.
        until: time after which nothing more is of interest, nanoseconds since 1970.

    Raises:
        NotFound: there is no such container.
        EndlessError: it prints on and on.
    """
    lines = Lines()
    with timeline.step(f"logs {name}") as step:
        found = lookup.find_container(timeline.state, name)
        if not found.is_running:
            return
        for log in found.logs:
            for _ in lines.add(log):
                pass  # known already
        for turn in count():
            container = timeline.state.containers.get(found.id)
            if container is None or not container.is_running:
                break
            if _ends_following(timeline, container, until):
                return
            if turn >= _PATIENCE:
                _check_patience(timeline, container, turn)
            logs, status = let_pass(timeline, step, container)
            for log in logs:
                for line in lines.add(log):
                    if until is None or line.time <= until:
                        attach(line)
            if status is not None:
                break
        for line in lines.rest():
            attach(line)


def _ends_following(timeline: Timeline, container: Container, until: int | None) -> bool:
    """Whether nothing more comes that is of interest."""
    wake = own_wake(container)
    if until is not None and (timeline.state.clock > until or (wake or 0) > until):
        return True
    return timeline.clock.simulated and never_wakes(wake)
