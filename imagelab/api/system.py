"""The daemon itself: ``_ping``, ``version``, ``info``, ``system/df``, ``events``."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from imagelab.api.answer import JSON, Answer, Response, Stream, document, encoded
from imagelab.api.pulse import Events
from imagelab.api.request import Request
from imagelab.api.routes import Route
from imagelab.api.service import ClientGone, Service
from imagelab.daemon.clock import SECOND, Clock
from imagelab.daemon.watching import Selection
from imagelab.engine import events
from imagelab.model.outcome import Event

_NO_CACHE = (("Cache-Control", "no-cache, no-store, must-revalidate"), ("Pragma", "no-cache"))
_PLAIN = "text/plain; charset=utf-8"


async def _ping(_: Service, request: Request) -> Answer:
    return Response(200, b"" if request.method == "HEAD" else b"OK", _PLAIN, _NO_CACHE)


async def _version(service: Service, _: Request) -> Answer:
    return document(service.daemon.version())


async def _info(service: Service, _: Request) -> Answer:
    return document(service.daemon.info())


async def _disk_usage(service: Service, _: Request) -> Answer:
    return document(await service.call(service.daemon.disk_usage))


async def _events(service: Service, request: Request) -> Answer:
    wanted = Selection(request.moment("since"), request.moment("until"), request.filters)
    queue, journal = service.pulse.listen()
    past = await service.call(wanted.past, journal)
    return Stream(_event_lines(service, wanted, past, queue), JSON)


async def _event_lines(
    service: Service, wanted: Selection, past: Sequence[Event], queue: Events,
) -> AsyncIterator[bytes]:
    for event in past:
        yield encoded(events.document(event))
    clock = service.daemon.clock
    if wanted.until is not None and clock.simulated:
        return  # nothing happens while one waits
    end = _end(clock, wanted.until)
    while not (queue.are_lost and queue.empty()):
        try:
            async with asyncio.timeout_at(end):
                event = await queue.get()
        except TimeoutError:
            return
        if wanted.takes(event):
            yield encoded(events.document(event))
    raise ClientGone  # or as good as that: it does not take what it asked for


def _end(clock: Clock, until: int | None) -> float | None:
    """Return the loop's time at a moment; None for none."""
    left = None if until is None else (until - clock.now(0)) / SECOND
    return None if left is None else asyncio.get_running_loop().time() + left


ROUTES = (
    Route("HEAD", "/_ping", _ping),
    Route("GET", "/_ping", _ping),
    Route("GET", "/version", _version),
    Route("GET", "/info", _info),
    Route("GET", "/system/df", _disk_usage),
    Route("GET", "/events", _events),
)
