"""What runs where requests are read is short; nobody waits there, and nobody is starved."""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any, cast

import pytest

from imagelab.api import streams
from imagelab.api.answer import Answer, Stream
from imagelab.api.connection import Connection
from imagelab.api.request import Request
from imagelab.daemon.clock import LessonClock
from imagelab.daemon.watching import Selection
from imagelab.lab import Lab
from tests.api.conftest import SECONDS, Answered, Served, serving, with_base
from tests.api.hijack import started
from tests.dockerd import BASE

#: Requests whose steps are short, and what is answered.
SHORT = (("POST", "/images/ubuntu:14.04/tag?repo=a&tag=1", 201),
         ("DELETE", "/images/ubuntu:14.04", 200))

Hold = Callable[[Served, Path], AbstractContextManager[None]]


@contextmanager
def held_by_a_thread(lab: Served, _: Path) -> Iterator[None]:
    begun, over = threading.Event(), threading.Event()

    def use() -> None:
        with lab.daemon.step("a long one"):
            begun.set()
            over.wait()

    thread = threading.Thread(target=use)
    thread.start()
    begun.wait()
    try:
        yield
    finally:
        over.set()
        thread.join()


@contextmanager
def held_by_a_process(_: Served, folder: Path) -> Iterator[None]:
    """Another process takes the file of a kept lab in the same way."""
    file = folder / "imagelab.db"
    with closing(sqlite3.connect(file, isolation_level=None, timeout=SECONDS)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@contextmanager
def in_memory(_: Path) -> Iterator[Served]:
    with serving(with_base()) as lab:
        yield lab


@contextmanager
def kept(folder: Path) -> Iterator[Served]:
    lab = Lab.open(folder)
    with BASE.open("rb") as file:
        lab.daemon.load(file)
    with serving(lab.daemon) as served:
        yield served


@pytest.mark.parametrize(("method", "path", "status"), SHORT)
@pytest.mark.parametrize(("served", "hold"), [
    (in_memory, held_by_a_thread), (kept, held_by_a_thread), (kept, held_by_a_process)])
def test_a_short_step_waits_its_turn_and_nobody_else_does(
    tmp_path: Path, method: str, path: str, status: int,
    served: Callable[[Path], AbstractContextManager[Served]], hold: Hold,
) -> None:
    answers: list[Answered] = []
    with served(tmp_path) as lab:
        asking = threading.Thread(target=lambda: answers.append(lab.ask(method, path)))
        with hold(lab, tmp_path):
            asking.start()
            end = time.monotonic() + 0.3
            while time.monotonic() < end:
                begin = time.monotonic()
                assert lab.ask("GET", "/images/json").json[0]["RepoTags"] == ["ubuntu:14.04"]
                assert time.monotonic() - begin < 2  # less than a file is waited for
            assert not answers
        asking.join()
        assert [each.status for each in answers] == [status]
        after = lab.ask("GET", "/images/json").json
        assert [each["RepoTags"] for each in after] == (
            [["a:1", "ubuntu:14.04"]] if method == "POST" else [])


def test_a_short_step_with_a_program_to_go_on_before_it_holds_nobody_up() -> None:
    """What is due is done first, and that may be long: not where requests are read."""
    program = "sleep 1; i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done"
    with serving(with_base(LessonClock())) as lab:  # its time goes on with the next step
        created = lab.ask("POST", "/containers/create", {
            "Image": "ubuntu:14.04", "Cmd": ["sh", "-c", program]}).json["Id"]
        lab.ask("POST", f"/containers/{created}/start")
        asking = threading.Thread(target=lab.ask, args=SHORT[0][:2])
        asking.start()
        times = []
        while asking.is_alive():
            begin = time.monotonic()
            assert lab.ask("GET", "/_ping").status == 200
            times.append(time.monotonic() - begin)
    assert len(times) > 5
    assert max(times) < sum(times) / 2


# --- what is long runs elsewhere -----------------------------------------------------------

@pytest.mark.parametrize(("owner", "name", "line"), [
    (streams, "read", "GET /containers/c1/logs?stdout=1"),
    (streams, "format_fixed", "GET /containers/c1/logs?stdout=1&timestamps=1"),
    (streams, "_begun", "GET /containers/c1/logs?stdout=1&follow=1"),
    (streams, "_past", "POST /containers/c1/attach?logs=1&stdout=1"),
    (Selection, "past", "GET /events?since=1&until=2"),
])
def test_nobody_waits_while_a_long_past_is_looked_through(
    lab: Served, monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, line: str,
) -> None:
    begun, over = threading.Event(), threading.Event()
    usual = getattr(owner, name)
    others_were_served: queue.Queue[bool] = queue.Queue()

    def slow(*args: Any, **kwargs: Any) -> Any:
        begun.set()
        others_were_served.put(over.wait(SECONDS / 4))
        return usual(*args, **kwargs)

    monkeypatch.setattr(owner, name, slow)
    container = started(lab, "sh", "-c", "echo a; sleep 600")
    lab.ask("POST", f"/containers/{container}/rename?name=c1")
    with lab.socket() as client:
        client.sendall(f"{line} HTTP/1.1\r\nHost: docker\r\n\r\n".encode())
        assert begun.wait(SECONDS)
        assert lab.ask("GET", "/_ping").status == 200
        over.set()
        assert b" 200 OK\r\n" in client.recv(1 << 16)
        assert others_were_served.get(timeout=SECONDS)


def test_a_stream_to_a_client_that_takes_all_at_once_lets_others_have_their_turn() -> None:
    sent: list[int] = []
    when_others_had_theirs: list[int] = []

    async def pieces() -> AsyncIterator[bytes]:
        asyncio.get_running_loop().call_soon(lambda: when_others_had_theirs.extend(sent[-1:]))
        for number in range(20_000):
            sent.append(number)
            yield b"x"

    async def handle(_: Request) -> Answer:
        return Stream(pieces(), lasts=True)

    async def run() -> None:
        reader = asyncio.StreamReader()
        reader.feed_data(b"GET / HTTP/1.1\r\nHost: docker\r\n\r\n")
        reader.feed_eof()
        await Connection(reader, cast(asyncio.StreamWriter, _Taking()), handle).run()

    asyncio.run(run())
    assert len(sent) == 20_000
    assert when_others_had_theirs[0] < 19_999


class _Taking:
    """A writer whose client takes all at once."""

    def write(self, _: bytes) -> None:
        pass

    def close(self) -> None:
        pass

    async def drain(self) -> None:
        pass

    async def wait_closed(self) -> None:
        pass
