"""Serving a lab: connections in, in a loop of its own or of its caller's."""

from __future__ import annotations

import asyncio
import atexit
import threading
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from imagelab.api import guard
from imagelab.api.answer import Answer
from imagelab.api.connection import Connection
from imagelab.api.listening import Listener
from imagelab.api.request import Request
from imagelab.api.routes import router
from imagelab.api.service import Service
from imagelab.daemon import Daemon

#: Most connections at a time; each costs a little memory.
_MAX_CONNECTIONS = 1000


@asynccontextmanager
async def served(daemon: Daemon, listener: Listener) -> AsyncIterator[Service]:
    """Serve a lab as long as this lasts; the listener is closed after that."""
    routes = router()
    service = Service(daemon, is_private=listener.path is not None)
    tasks: set[asyncio.Task[None]] = set()

    async def handle(request: Request) -> Answer:
        if listener.path is None:
            guard.check(request)
        return await routes.answer(service, request)

    async def connected(reader: StreamReader, writer: StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None, "runs as one"
        if len(tasks) >= _MAX_CONNECTIONS:
            writer.close()
            return
        tasks.add(task)
        try:
            await Connection(reader, writer, handle).run()
        except asyncio.CancelledError:
            pass  # the server ends
        finally:
            tasks.discard(task)

    start = asyncio.start_server if listener.path is None else asyncio.start_unix_server
    server = await start(connected, sock=listener.socket)
    try:
        yield service
    finally:
        server.close()
        listener.close()
        for task in tuple(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await service.close()


class Serving:
    """A lab that is served by a thread of its own, until it is stopped.

    Attributes:
        host: what clients are to have as ``DOCKER_HOST``.
    """

    def __init__(self, daemon: Daemon, listener: Listener) -> None:
        """Begin to serve; return once clients are answered."""
        self.host = listener.host
        self._loop: asyncio.AbstractEventLoop | None = None
        self._over = asyncio.Event()
        ready = threading.Event()
        failure: list[BaseException] = []

        async def run() -> None:
            async with served(daemon, listener):
                self._loop = asyncio.get_running_loop()
                ready.set()
                await self._over.wait()

        def serve() -> None:
            try:
                asyncio.run(run())
            except BaseException as error:
                failure.append(error)
                raise
            finally:
                ready.set()

        self._thread = threading.Thread(target=serve, name="imagelab-serve", daemon=True)
        self._thread.start()
        ready.wait()
        if failure:
            raise failure[0]
        atexit.register(self.stop)

    def stop(self) -> None:
        """Stop serving; what is under way is broken off. A second time it does nothing."""
        loop, self._loop = self._loop, None
        if loop is not None:
            loop.call_soon_threadsafe(self._over.set)
            self._thread.join()
            atexit.unregister(self.stop)

    def __enter__(self) -> Serving:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def __repr__(self) -> str:
        """Return what to type in a terminal, so that clients there reach it."""
        if self._loop is None:
            return f"# no longer served at {self.host}"
        return f"export DOCKER_HOST={self.host}"
