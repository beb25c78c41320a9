"""What handlers have at hand: the lab, threads to use it in, and its pulse."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from imagelab.api.pulse import Pulse
from imagelab.daemon import Daemon
from imagelab.daemon.clock import interruption

P = ParamSpec("P")
T = TypeVar("T")

#: Most requests that use the lab at a time: one that stops a container holds its thread for long.
_THREADS = 256


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
        self.pulse = Pulse(daemon, self.call)

    async def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a function that may take its time in another thread, and return its result.

        Raises:
            ClientGone: it was interrupted.
        """
        run = partial(_uninterrupted, partial(function, *args, **kwargs))
        return await asyncio.get_running_loop().run_in_executor(self._threads, run)

    async def close(self) -> None:
        """Let go of the lab: what waits in threads is interrupted, what is at work ends."""
        await self.pulse.close()
        self._over.set()
        self._threads.shutdown(wait=False, cancel_futures=True)
        self.daemon.write_behind(0)


def _uninterrupted(run: Callable[[], T]) -> T:
    """Run a function; an interruption, which would end the loop, becomes an ordinary error."""
    try:
        return run()
    except KeyboardInterrupt as error:
        raise ClientGone from error
