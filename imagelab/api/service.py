"""What handlers have at hand: the lab, threads to use it in, and its pulse."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent import futures
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any, ParamSpec, TypeVar

from imagelab.api.faults import explained, log
from imagelab.api.pulse import Pulse
from imagelab.daemon import Daemon
from imagelab.daemon.clock import impatience, interruption
from imagelab.model.outcome import EngineError
from imagelab.storage.errors import InUse, StorageError

P = ParamSpec("P")
T = TypeVar("T")

#: Most requests that use the lab at a time: one that stops a container holds its thread for long.
_THREADS = 256
#: Seconds that commands under way are given to end, once the lab is no longer served.
_END_SECONDS = 2.0
#: Seconds that writing a kept lab's steps is put off, so that those of many requests are written
#: at once; a terminal's ``imagelab docker`` sees them that much later.
_PUT_OFF = 0.02


class ClientGone(Exception):
    """A command was broken off because whoever asked for it has gone."""


class Service:
    """One lab that is served.

    Attributes:
        daemon: the lab.
        is_private: whether it is served at the file of a socket, to which only its user has access.
        pulse: tells of its changes.
    """

    def __init__(self, daemon: Daemon, *, is_private: bool) -> None:
        """Serve a lab; inside of a running loop."""
        self.daemon = daemon
        self.is_private = is_private
        daemon.write_behind(_PUT_OFF)
        self._over = threading.Event()
        self._threads = ThreadPoolExecutor(
            _THREADS, "imagelab-api", interruption.set, (self._over,))
        self._at_work: set[futures.Future[Any]] = set()
        self.pulse = Pulse(daemon, self.call)

    async def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a function that may take its time in another thread, and return its result.

        Raises:
            ClientGone: it was interrupted.
            EngineError: its own, or what is to be told of whatever else it raised.
        """
        work = self._threads.submit(_guarded, partial(function, *args, **kwargs))
        self._at_work.add(work)
        work.add_done_callback(self._at_work.discard)
        return await asyncio.wrap_future(work)

    async def at_once(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a function that makes one step, and no long one, and return its result.

        Another thread costs more than such a step does. It is used only where the function would
        wait: for others who use the lab, or for processes whose time has come.

        Raises:
            Exception: whatever the function raises, or what :meth:`call` does.
        """
        if not self.pulse.is_due():
            token = impatience.set(True)
            try:
                return function(*args, **kwargs)
            except InUse:
                pass
            finally:
                impatience.reset(token)
        return await self.call(function, *args, **kwargs)

    async def close(self) -> None:
        """Let go of the lab: what waits in threads is interrupted, what is at work ends."""
        await self.pulse.close()
        self._over.set()
        self._threads.shutdown(wait=False, cancel_futures=True)
        # Without other threads: a Python that ends starts none any more.
        left = map(asyncio.wrap_future, tuple(self._at_work))
        ended = asyncio.gather(*left, return_exceptions=True)
        with suppress(TimeoutError):
            await asyncio.wait_for(ended, _END_SECONDS)
        try:
            self.daemon.write_behind(0)
        except StorageError as error:
            log.warning("the last steps of the lab could not be kept: %s", error)


def _guarded(run: Callable[[], T]) -> T:
    """Run a function of which nothing comes but its result and errors that handlers know."""
    try:
        return run()
    except KeyboardInterrupt as error:  # would end the loop
        raise ClientGone from error
    except (EngineError, ClientGone):
        raise
    except Exception as error:
        raise explained(error) from error
