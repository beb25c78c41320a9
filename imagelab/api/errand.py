"""Work in a thread of its own that can be interrupted, as Ctrl-C interrupts a program.

Nothing is raised in the thread from outside, which could strike anywhere and get lost: the work
asks whether to stop when it begins a step, waits, prints, reads or tells how far it is.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Generic, TypeVar

from imagelab.daemon.clock import interruption

T = TypeVar("T")

#: Seconds that an interrupted thread has to end; one that waits for the lab cannot before its turn.
_PATIENCE = 2.0


class Interrupted(Exception):
    """The work was interrupted."""


class Errand(Generic[T]):
    """A function at work; inside of a running loop.

    The thread is no pool's: it may wait for input that never comes, and a program waits for a
    pool's threads before it ends.

    Attributes:
        result: what comes of it; ``Interrupted`` if it was interrupted.
    """

    def __init__(self, function: Callable[[], T]) -> None:
        """Begin."""
        self._function = function
        self._loop = asyncio.get_running_loop()
        self.result: asyncio.Future[T] = self._loop.create_future()
        self._asked = threading.Event()
        self._is_over = False
        threading.Thread(target=self._run, name="imagelab-command", daemon=True).start()

    def interrupt(self) -> bool:
        """Have ``KeyboardInterrupt`` raised by what the work does next.

        Returns:
            Whether something may come of it: what is over cannot be interrupted any more.
        """
        if self._is_over:
            return False
        if not self._asked.is_set():
            self._asked.set()
            self._loop.call_later(_PATIENCE, self._settle, None, Interrupted())
        return True

    def _run(self) -> None:
        interruption.set(self._asked)
        result: T | None = None
        failure: BaseException | None = None
        try:
            result = self._function()
        except KeyboardInterrupt:
            failure = Interrupted()
        except BaseException as error:
            failure = error
        self._is_over = True
        with suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._settle, result, failure)

    def _settle(self, result: T | None, failure: BaseException | None) -> None:
        if self.result.done():
            return
        if failure is None:
            self.result.set_result(result)  # type: ignore[arg-type]
        else:
            self.result.set_exception(failure)
