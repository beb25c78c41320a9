"""Tells waiting requests that the lab has changed, and lets time pass for them.

A request that waits (for a container's end, its output, events) looks at the lab's state whenever
something was done to it. Nobody need do anything for a process whose sleep is over, so the lab is
brought up to date when the next one is due. On a simulated clock time passes at once, but only
for processes that somebody in the foreground waits for.
"""

from __future__ import annotations

import asyncio
import math
import threading
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any
from weakref import WeakKeyDictionary

from imagelab.api.faults import explained, log
from imagelab.daemon import Daemon
from imagelab.daemon.clock import SECOND
from imagelab.daemon.journal import Journal, Step
from imagelab.engine import exec as execs
from imagelab.engine.processes import MAIN, NEVER, next_wake
from imagelab.model.container import Container
from imagelab.model.outcome import Event, NotFound
from imagelab.model.state import State
from imagelab.storage.errors import StorageError

#: Seconds between looks at a kept lab, which other processes may change.
_POLL = 0.1
#: How often time may pass on a simulated clock for somebody who waits for a process.
_PATIENCE = 1000

#: Action of the event that only those who listen to the container get: its start has failed.
NOT_STARTED = "not started"

#: Seconds before another try where the lab could not be brought up to date.
_PAUSE = 1.0
#: Most events that wait for somebody who does not take them.
_MAX_EVENTS = 10_000

#: What somebody in the foreground waits for: a container's ID, and a process in it.
Process = tuple[str, str]


class Events(asyncio.Queue[Event]):
    """What happens, for somebody who listens.

    Attributes:
        are_lost: whether there were more than anybody keeps for him.
    """

    def __init__(self) -> None:
        """Begin with nothing."""
        super().__init__()
        self.are_lost = False

    def hand_on(self, event: Event) -> None:
        """Add an event."""
        self.are_lost = self.are_lost or self.qsize() >= _MAX_EVENTS
        if not self.are_lost:
            self.put_nowait(event)


class Pulse:
    """What waiting requests of one lab listen to. All of it belongs to the loop's thread."""

    def __init__(self, daemon: Daemon, call: Callable[..., Any]) -> None:
        """Listen to a lab; inside of a running loop.

        Args:
            daemon: the lab.
            call: runs a function that takes time in another thread.
        """
        self._daemon = daemon
        self._call = call
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()
        self._is_told = False
        self._warned: set[str] = set()
        self._changed = asyncio.Event()
        self._foreground: Counter[Process] = Counter()
        self._patience: Counter[Process] = Counter()
        self._queues: WeakKeyDictionary[Events, tuple[str, ...]] = WeakKeyDictionary()
        self._journal = daemon.journal
        self._end = daemon.subscribe(self._stepped)
        self._ticking = self._loop.create_task(self._tick())

    async def close(self) -> None:
        """Stop listening."""
        self._end()
        self._ticking.cancel()
        with suppress(asyncio.CancelledError):
            await self._ticking

    # --- waiting ---------------------------------------------------------------------------

    @contextmanager
    def waiting(self, *foreground: Process) -> Iterator[None]:
        """Have a simulated clock's time pass for processes as long as this lasts.

        Args:
            foreground: processes that are waited for in the foreground.
        """
        self._foreground.update(foreground)
        self._patience.update(dict.fromkeys(foreground, _PATIENCE))
        self._wake()
        try:
            yield
        finally:
            self._foreground.subtract(foreground)
            self._foreground = +self._foreground
            self._patience = Counter(
                {each: left for each, left in self._patience.items() if each in self._foreground})

    def listen(self, *actions: str) -> tuple[Events, Journal]:
        """Return a queue of what happens from now on, and the journal up to now.

        Who listens does so until the queue is forgotten: a request that is broken off anywhere
        leaves nothing to be tidied up.

        Args:
            actions: what is of interest, ``die``; everything that happens if empty.
        """
        journal = self._look()
        queue = Events()
        self._queues[queue] = actions
        return queue, journal

    def not_started(self, identifier: str) -> None:
        """Tell those who listen to a container that it could not start; they wait no longer."""
        self._look()
        for queue, actions in self._queues.items():
            if NOT_STARTED in actions:
                queue.hand_on(Event("container", NOT_STARTED, identifier))
        self._wake()

    async def states(self) -> AsyncGenerator[State]:
        """Yield the lab's state now and after every step, never one in the middle of a step.

        What happened up to then, and nothing later, is in the queues of :meth:`listen` before.
        """
        while True:
            journal = self._look()
            changed = self._changed
            yield journal.current.after
            await changed.wait()

    # --- what happens ----------------------------------------------------------------------

    def _stepped(self, _: Step) -> None:
        """Take note of a step, in whichever thread it was made."""
        if self._is_told:
            return
        self._is_told = True
        with suppress(RuntimeError):  # the loop has ended
            if threading.get_ident() == self._thread:
                self._loop.call_soon(self._look)
            else:
                self._loop.call_soon_threadsafe(self._look)

    def _look(self) -> Journal:
        """Hand on what happened since the last look, and return the journal up to there."""
        self._is_told = False  # before the look: what comes after it is to be told again
        try:
            journal = self._daemon.journal  # another thread may add to it meanwhile
        except StorageError as error:
            self._warn(f"the lab cannot be looked at: {error}")
            return self._journal
        seen, self._journal = self._journal, journal
        if journal is not seen:
            for event in _events_since(seen, journal):
                self._hand_on(event)
            self._wake()
        return journal

    def _hand_on(self, event: Event) -> None:
        for queue, actions in self._queues.items():
            if event.action in actions or not actions:
                queue.hand_on(event)

    def _wake(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    def is_due(self) -> bool:
        """Whether the lab's next step lets processes go on, which may take long."""
        state, clock = self._daemon.state, self._daemon.clock
        wakes = map(next_wake, state.containers.values())
        return not self._daemon.is_read_only and any(
            each is not None and each <= clock.now(state.clock) for each in wakes)

    def _warn(self, message: str) -> None:
        """Log what is in the way, once as long as it is."""
        if message not in self._warned:
            self._warned.add(message)
            log.warning("%s", message)

    # --- time ------------------------------------------------------------------------------

    async def _tick(self) -> None:
        """Bring the lab up to date whenever a process is due."""
        while True:
            changed = self._changed
            try:
                moment = self._next()
                if moment is None:
                    await self._sleep(changed, None)
                elif self._daemon.clock.simulated:
                    await self._call(self._daemon.catch_up, moment)
                elif await self._is_due(changed, moment):
                    await self._call(self._daemon.catch_up, moment)
                    if self._next() == moment:  # one step was not enough for all that is due
                        await asyncio.sleep(_POLL)
            except Exception as error:  # time passes all the same
                self._warn(f"the lab cannot be brought up to date: {explained(error).message}")
                await asyncio.sleep(_PAUSE)
            else:
                self._warned.clear()

    async def _is_due(self, changed: asyncio.Event, moment: int) -> bool:
        """Wait for a moment; return whether it is there, and nothing has changed before."""
        left = (moment - self._daemon.clock.now(0)) / SECOND
        return left <= 0 or not await self._sleep(changed, left)

    async def _sleep(self, changed: asyncio.Event, seconds: float | None) -> bool:
        """Wait for a change, at most some seconds; return whether there was one."""
        end = math.inf if seconds is None else self._loop.time() + seconds
        while (left := end - self._loop.time()) > 0:
            limit = min(left, _POLL if self._daemon.is_kept else math.inf)
            try:
                async with asyncio.timeout(None if limit == math.inf else limit):
                    await changed.wait()
            except TimeoutError:
                self._look()
            if changed.is_set():
                return True
        return False

    def _next(self) -> int | None:
        """Return when time is to pass up to; None for nothing to come."""
        if self._daemon.is_read_only:
            return None
        state = self._daemon.state
        if not self._daemon.clock.simulated:
            wakes = (next_wake(each) for each in state.containers.values())
            return min((each for each in wakes if each is not None and each < NEVER), default=None)
        for process in self._foreground:
            wake = self._wake_of(state, *process)
            if wake is not None and wake < NEVER and self._patience[process] > 0:
                self._patience[process] -= 1
                return wake
        return None

    def _wake_of(self, state: State, identifier: str, key: str) -> int | None:
        container: Container | None
        if key == MAIN:
            container = state.containers.get(identifier)
            if container is not None and container.status == "restarting":
                return container.restarts.due
        else:
            try:
                container = execs.find_exec(state, key)[0]
            except NotFound:
                container = None
        if container is None or container.status != "running" or key not in container.processes:
            return None
        wake = container.processes[key].wake
        # The end of the main process ends an exec, too.
        return next_wake(container) if key != MAIN and wake is not None else wake


def _events_since(seen: Journal, journal: Journal) -> Iterator[Event]:
    """Yield what happened between two looks; the last step may have grown meanwhile."""
    last = len(seen.rows) - 1
    known = len(seen.rows[last].events)
    for index in range(last, len(journal.rows)):
        yield from journal.rows[index].events[known if index == last else 0:]
