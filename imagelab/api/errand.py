"""Work in a thread of its own that can be interrupted, as Ctrl-C interrupts a program."""

from __future__ import annotations

import asyncio
import ctypes
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Generic, TypeVar

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
        self._lock = threading.Lock()
        self._thread: int | None = None
        self._is_interrupted = self._is_over = False
        threading.Thread(target=self._run, name="imagelab-command", daemon=True).start()

    def interrupt(self) -> bool:
        """Raise ``KeyboardInterrupt`` in the thread, once, and do not wait for it for long.

        Returns:
            Whether something comes of it: what is over cannot be interrupted any more.
        """
        with self._lock:
            if self._is_over:
                return False
            if self._is_interrupted:
                return True
            self._is_interrupted = True
            if self._thread is not None:
                ctypes.pythonapi.PyThreadState_SetAsyncExc(
                    ctypes.c_ulong(self._thread), ctypes.py_object(KeyboardInterrupt))
        self._loop.call_later(_PATIENCE, self._settle, None, Interrupted())
        return True

    def _run(self) -> None:
        result: T | None = None
        failure: BaseException | None = None
        try:
            try:
                with self._lock:
                    self._thread = threading.get_ident()
                    if self._is_interrupted:
                        raise KeyboardInterrupt
                result = self._function()
            finally:
                with self._lock:  # from here on nothing is raised from outside
                    self._is_over = True
        except KeyboardInterrupt:
            failure = Interrupted()
        except BaseException as error:
            failure = error
        with suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._settle, result, failure)

    def _settle(self, result: T | None, failure: BaseException | None) -> None:
        if self.result.done():
            return
        if failure is None:
            self.result.set_result(result)  # type: ignore[arg-type]
        else:
            self.result.set_exception(failure)
