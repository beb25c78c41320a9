"""Serving a lab: connections in, in a loop of its own or of its caller's."""

from __future__ import annotations

import asyncio
import atexit
import threading
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial

from imagelab.api import guard
from imagelab.api.answer import Answer
from imagelab.api.connection import Connection, turn_away
from imagelab.api.listening import Listener
from imagelab.api.request import Request
from imagelab.api.routes import router
from imagelab.api.service import Service
from imagelab.daemon import Daemon

#: Most connections at a time, if the system gives so many; each costs a little memory.
_MAX_CONNECTIONS = 1000
#: The lab needs files of its own: connections get one out of so many.
_SHARE = 2


@asynccontextmanager
async def served(daemon: Daemon, listener: Listener) -> AsyncIterator[Service]:
    """Serve a lab as long as this lasts; the listener is closed after that."""
    routes = router()
    tasks: set[asyncio.Task[None]] = set()
    most = _most_connections()
    is_over = False

    async def handle(request: Request) -> Answer:
        if listener.path is None:
            guard.check(request)
        return await routes.answer(service, request)

    async def connected(reader: StreamReader, writer: StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None, "runs as one"
        if is_over:  # the client came with the end
            writer.transport.abort()
            return
        if len(tasks) >= most:
            turn_away(writer, most)
            return
        tasks.add(task)
        try:
            await Connection(reader, writer, handle).run()
        except asyncio.CancelledError:
            pass  # the server ends
        finally:
            tasks.discard(task)

    start = asyncio.start_server if listener.path is None else asyncio.start_unix_server
    async with AsyncExitStack() as stack:
        stack.callback(listener.close)
        service = Service(daemon, is_private=listener.path is not None)
        stack.push_async_callback(service.close)
        server = await start(connected, sock=listener.socket)
        try:
            yield service
        finally:
            is_over = True
            listener.hide()
            # Whom the loop has let in already would be forgotten by a server that is closed.
            with suppress(NotImplementedError):  # Windows
                asyncio.get_running_loop().remove_reader(listener.socket)
            await asyncio.sleep(0)
            server.close()
            for task in tuple(tasks):
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


def _most_connections() -> int:
    """Return how many connections there may be, so that the lab can still open its files."""
    try:
        import resource
    except ImportError:  # Windows, which has no such limit
        return _MAX_CONNECTIONS
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if files == resource.RLIM_INFINITY:
        return _MAX_CONNECTIONS
    return min(_MAX_CONNECTIONS, files // _SHARE)


class Serving:
    """A lab that is served by a thread of its own, until it is stopped.

    Attributes:
        host: what clients are to have as ``DOCKER_HOST``.
    """

    def __init__(self, daemon: Daemon, listener: Listener) -> None:
        """Begin to serve; return once clients are answered."""
        self.host = listener.host
        begun: Future[Callable[[], object]] = Future()

        async def run() -> None:
            over = asyncio.Event()
            async with served(daemon, listener):
                begun.set_result(partial(
                    asyncio.get_running_loop().call_soon_threadsafe, over.set))
                await over.wait()

        def serve() -> None:
            try:
                asyncio.run(run())
            except BaseException as error:
                if begun.done():
                    raise
                begun.set_exception(error)

        self._thread = threading.Thread(target=serve, name="imagelab-serve", daemon=True)
        self._thread.start()
        self._end: Callable[[], object] | None = begun.result()
        atexit.register(self.stop)

    def stop(self) -> None:
        """Stop serving; what is under way is broken off. A second time it does nothing."""
        end, self._end = self._end, None
        if end is not None:
            with suppress(RuntimeError):  # it has ended by itself
                end()
            self._thread.join()
            atexit.unregister(self.stop)

    def __enter__(self) -> Serving:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def __repr__(self) -> str:
        """Return what to type in a terminal, so that clients there reach it."""
        if self._end is None:
            return f"# no longer served at {self.host}"
        return f"export DOCKER_HOST={self.host}"
