"""What a process prints from some moment on, and how it ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from imagelab.api.pulse import Process, Pulse
from imagelab.engine.processes import KILLED_STATUS, MAIN
from imagelab.model.container import Container, Log
from imagelab.model.outcome import Event


class Following:
    """Somebody who listens to a process, a container's main one or that of an exec.

    Attributes:
        status: how it ended; None before.
    """

    def __init__(self, pulse: Pulse, process: Process, seen: int) -> None:
        """Listen from now on.

        Args:
            pulse: of the lab.
            process: the container's ID and the exec's; empty for the main process.
            seen: how many pieces of its output are of no interest.
        """
        self._pulse = pulse
        self._identifier, self._key = process
        self._seen = seen
        self.status: int | None = None

    async def pieces(self) -> AsyncGenerator[Sequence[Log]]:
        """Yield what it prints, until it ends or its container is no longer there."""
        process = (self._identifier, self._key)
        with self._pulse.events() as queue, self._pulse.waiting(process):
            async with aclosing(self._pulse.states()) as states:
                has_begun = False
                async for state in states:
                    if ended := self._ended(queue):
                        self.status = self._status_of(ended)
                        if ended.container is not None:
                            yield self._new(ended.container)
                        return
                    container = state.containers.get(self._identifier)
                    if container is None:
                        self.status = KILLED_STATUS
                        return
                    if pieces := self._new(container):
                        yield pieces
                    has_begun = has_begun or self._runs(container)
                    if has_begun and not self._runs(container):
                        self.status = self._last_status(container)
                        return

    def _ended(self, queue: asyncio.Queue[Event]) -> Event | None:
        """Return the event of the container's end, if that has come."""
        while not queue.empty():
            event = queue.get_nowait()
            if event.action == "die" and event.id == self._identifier:
                return event
        return None

    def _status_of(self, ended: Event) -> int:
        if self._key == MAIN:
            return int(ended.attributes.get("exitCode", KILLED_STATUS))
        return KILLED_STATUS if ended.container is None else self._last_status(ended.container)

    def _new(self, container: Container) -> Sequence[Log]:
        if self._key == MAIN:
            logs = container.logs
        else:
            run = container.execs.get(self._key)
            logs = run.output if run else ()
        fresh = logs[self._seen:]
        self._seen += len(fresh)
        return fresh

    def _runs(self, container: Container) -> bool:
        if self._key == MAIN:
            return container.is_running
        run = container.execs.get(self._key)
        return run is not None and bool(run.pid) and run.exit_code is None

    def _last_status(self, container: Container) -> int:
        if self._key == MAIN:
            return container.exit_code
        run = container.execs.get(self._key)
        return KILLED_STATUS if run is None or run.exit_code is None else run.exit_code


async def ended(pulse: Pulse, identifier: str, *, next_one: bool, removed: bool,
                foreground: bool) -> int:
    """Wait for a container's end and return its exit status.

    Args:
        pulse: of the lab.
        identifier: the container's ID.
        next_one: whether an end of the past does not count.
        removed: whether to wait until it is removed, too.
        foreground: whether time passes for this where it passes at once.
    """
    status: int | None = None
    process = ((identifier, MAIN),) if foreground else ()
    with pulse.events() as queue, pulse.waiting(*process):
        async with aclosing(pulse.states()) as states:
            async for state in states:
                while not queue.empty():
                    event = queue.get_nowait()
                    if event.id == identifier and event.action == "die" and status is None:
                        status = int(event.attributes.get("exitCode", KILLED_STATUS))
                container = state.containers.get(identifier)
                if container is None:
                    return KILLED_STATUS if status is None else status
                if removed:
                    continue
                if status is not None:
                    return status
                if not next_one and not container.is_running:
                    return container.exit_code
    raise AssertionError("states have no end")
