"""What a process prints from some moment on, and how it ends."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from imagelab.api.pulse import NOT_STARTED, Pulse
from imagelab.engine import lookup
from imagelab.engine.processes import KILLED_STATUS, MAIN
from imagelab.model.container import Container, Log
from imagelab.model.outcome import Event


class Following:
    """Somebody who listens to a process, a container's main one or that of an exec.

    Attributes:
        container: the container as it was when this began.
    """

    def __init__(self, pulse: Pulse, name: str, key: str = MAIN) -> None:
        """Listen from now on.

        Args:
            pulse: of the lab.
            name: the container.
            key: the exec's ID; empty for the main process.

        Raises:
            NotFound: there is no such container.
        """
        self._pulse = pulse
        self._queue, journal = pulse.listen("die", NOT_STARTED)
        self.container = lookup.find_container(journal.current.after, name)
        self._identifier, self._key = self.container.id, key
        self._seen = len(self._output(self.container))

    async def pieces(self) -> AsyncGenerator[Sequence[Log]]:
        """Yield what it prints, until it ends, cannot start, or its container is gone."""
        has_begun = self._has_begun(self.container)
        with self._pulse.waiting((self._identifier, self._key)):
            async with aclosing(self._pulse.states()) as states:
                async for state in states:
                    container = state.containers.get(self._identifier)
                    if ended := self._end():
                        container = ended.container or container
                    if container is None:
                        return
                    if pieces := self._new(container):
                        yield pieces
                    has_begun = has_begun or self._has_begun(container)
                    if ended or (has_begun and not self._runs(container)):
                        return

    def _end(self) -> Event | None:
        """Return the event of the container's end, or of a start that failed, if it has come."""
        while not self._queue.empty():
            event = self._queue.get_nowait()
            if event.id == self._identifier:
                return event
        return None

    def _output(self, container: Container) -> Sequence[Log]:
        if self._key == MAIN:
            return container.logs
        run = container.execs.get(self._key)
        return run.output if run else ()

    def _new(self, container: Container) -> Sequence[Log]:
        fresh = self._output(container)[self._seen:]
        self._seen += len(fresh)
        return fresh

    def _has_begun(self, container: Container) -> bool:
        if self._key == MAIN:
            return container.is_running
        run = container.execs.get(self._key)
        return run is not None and (bool(run.pid) or run.exit_code is not None)

    def _runs(self, container: Container) -> bool:
        if self._key == MAIN:
            return container.is_running
        run = container.execs.get(self._key)
        return run is not None and run.exit_code is None


class Ending:
    """Somebody who waits for a container's end."""

    def __init__(self, pulse: Pulse, name: str) -> None:
        """Listen from now on.

        Args:
            pulse: of the lab.
            name: the container.

        Raises:
            NotFound: there is no such container.
        """
        self._pulse = pulse
        self._queue, journal = pulse.listen("die", "destroy")
        self._container = lookup.find_container(journal.current.after, name)

    async def status(self, condition: str) -> int:
        """Wait, and return the exit status.

        Args:
            condition: ``next-exit``, for which an end of the past does not count;
                ``removed``, which is later; or else until it does not run. Where time passes at
                once, it passes for whoever waits with the last of them.
        """
        identifier = self._container.id
        is_passing = condition not in ("next-exit", "removed")
        process = ((identifier, MAIN),) if is_passing else ()
        status: int | None = None
        with self._pulse.waiting(*process):
            async with aclosing(self._pulse.states()) as states:
                async for state in states:
                    while not self._queue.empty() and status is None:
                        status = _status_of(self._queue.get_nowait(), identifier)
                    container = state.containers.get(identifier)
                    if container is None:
                        return KILLED_STATUS if status is None else status
                    if condition == "removed":
                        continue
                    if status is not None:
                        return status
                    if is_passing and not container.is_active:
                        return container.exit_code
        raise AssertionError("states have no end")


def _status_of(event: Event, identifier: str) -> int | None:
    """Return how a container ended, or, if it never ran, what it had as its exit status."""
    if event.id != identifier:
        return None
    if event.action == "destroy" and event.container is not None:
        return event.container.exit_code
    return int(event.attributes.get("exitCode", KILLED_STATUS))
