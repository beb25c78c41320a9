"""``imagelab serve``: a lab that is served until its user or the system says stop."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress

from imagelab.api.listening import listen
from imagelab.api.server import served
from imagelab.daemon import Daemon


def serve(daemon: Daemon, host: str, ready: Callable[[str], object]) -> int:
    """Serve a lab until SIGINT, SIGTERM or its terminal's end, and return the exit code.

    Args:
        daemon: the lab.
        host: where: see :func:`imagelab.api.listening.listen`.
        ready: is told the ``DOCKER_HOST`` for clients once they are answered.

    Raises:
        EngineError: it cannot be served there.
    """
    async def run() -> None:
        over = asyncio.Event()
        loop = asyncio.get_running_loop()
        for each in _ends():
            with suppress(NotImplementedError):  # Windows: Ctrl-C raises KeyboardInterrupt
                loop.add_signal_handler(each, over.set)
        async with served(daemon, listener):
            ready(listener.host)
            await over.wait()

    listener = listen(host)
    with suppress(KeyboardInterrupt):
        asyncio.run(run())
    return 0


def _ends() -> Iterator[signal.Signals]:
    """Yield what says stop; a terminal that is closed does, but not after ``nohup``."""
    yield from (signal.SIGINT, signal.SIGTERM)
    hang_up = getattr(signal, "SIGHUP", None)  # Windows has none
    if hang_up is not None and signal.getsignal(hang_up) is not signal.SIG_IGN:
        yield hang_up
