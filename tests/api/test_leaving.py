"""Clients that go in the middle of something, and a server that does: nothing is left of either."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import re
import shutil
import threading
import time
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from imagelab.api.listening import listen
from imagelab.api.outbox import Outbox
from imagelab.api.server import Serving, served
from imagelab.api.service import Service
from imagelab.daemon import Daemon
from imagelab.model.outcome import EngineError
from imagelab.shell.budget import Budget
from imagelab.storage.store import Store
from tests.api.conftest import SECONDS, archive, nothing_logged, with_base
from tests.dockerd import BASE

_UPGRADE = ("Connection: Upgrade", "Upgrade: tcp")
_CHUNKED = ("Transfer-Encoding: chunked", "Content-Type: application/json")
_FILES = Path("/proc/self/fd")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have it noticed soon that a client has gone."""
    monkeypatch.setattr("imagelab.api.duplex._LOOK", 0.02)


class Lab:
    """A lab that is served in the test's own loop."""

    def __init__(self, service: Service, path: str) -> None:
        self.service = service
        self.daemon = service.daemon
        self._path = path

    async def open(self, line: str, *headers: str, body: bytes = b"",
                   ) -> tuple[StreamReader, StreamWriter]:
        """Send a request and return the connection."""
        reader, writer = await asyncio.open_unix_connection(self._path, limit=8 << 20)
        lines = (f"{line} HTTP/1.1", "Host: docker", *headers, "", "")
        writer.write("\r\n".join(lines).encode() + body)
        return reader, writer

    async def ask(self, line: str, document: object = None) -> bytes:
        """Send a whole request and return what is answered."""
        body = json.dumps(document).encode() if document is not None else b""
        reader, writer = await self.open(
            line, "Connection: close", "Content-Type: application/json",
            f"Content-Length: {len(body)}", body=body)
        answer = await asyncio.wait_for(reader.read(), SECONDS)
        writer.close()
        return answer

    async def run(self, name: str, command: str) -> str:
        """Start a container and return an exec in it."""
        await self.ask(f"POST /containers/create?name={name}", {
            "Image": "ubuntu:14.04", "Cmd": ["sh", "-c", command], "OpenStdin": True})
        await self.ask(f"POST /containers/{name}/start")
        answer = await self.ask(f"POST /containers/{name}/exec", {
            "AttachStdin": True, "AttachStdout": True, "Cmd": ["cat"]})
        return str(json.loads(answer.rpartition(b"\r\n\r\n")[2])["Id"])

    def held(self) -> dict[str, int]:
        """Return what would be held for clients."""
        return {
            "tasks": len(asyncio.all_tasks()),
            "threads at work": len(self.service._at_work),
            "listeners": len(self.service.pulse._queues),
            "waiting": len(self.service.pulse._foreground),
            "files": len(os.listdir(_FILES)) if _FILES.is_dir() else 0,
        }

    async def becomes(self, before: dict[str, int]) -> None:
        """Wait until no more is held than before."""
        end = time.monotonic() + SECONDS
        while more := {
                name: each for name, each in self.held().items() if each > before[name]}:
            assert time.monotonic() < end, (more, before)
            await asyncio.sleep(0.01)
            if time.monotonic() > end - SECONDS / 2:
                gc.collect()  # not that it should be needed


@asynccontextmanager
async def serving_here(daemon: Daemon) -> AsyncIterator[Lab]:
    with TemporaryDirectory(prefix="imagelab-") as folder:
        path = f"{folder}/docker.sock"
        async with served(daemon, listen(f"unix://{path}")) as service:
            yield Lab(service, path)


def build(*run: str) -> bytes:
    """Return the body of a build, in one chunk and without its end."""
    tar = archive(("Dockerfile",), dockerfile="\n".join(("FROM ubuntu:14.04", *run)).encode())
    return b"%x\r\n%s\r\n0\r\n\r\n" % (len(tar), tar)


Opening = Callable[[Lab, str], Awaitable[tuple[StreamReader, StreamWriter]]]

#: All that takes its time, and a begun upload.
_OPENINGS: dict[str, Opening] = {
    "events": lambda lab, _: lab.open("GET /events"),
    "events to an end": lambda lab, _: lab.open("GET /events?since=1&until=9999999999"),
    "logs": lambda lab, _: lab.open("GET /containers/c1/logs?follow=1&stdout=1"),
    "wait": lambda lab, _: lab.open("POST /containers/c1/wait"),
    "wait for the removal": lambda lab, _: lab.open("POST /containers/c1/wait?condition=removed"),
    "attach": lambda lab, _: lab.open(
        "POST /containers/c1/attach?stream=1&stdin=1&stdout=1", *_UPGRADE),
    "attach without stdin": lambda lab, _: lab.open(
        "POST /containers/c1/attach?stream=1&stdout=1", *_UPGRADE),
    "attach of old": lambda lab, _: lab.open("POST /containers/c1/attach?stream=1&stdout=1"),
    "exec": lambda lab, name: lab.open(
        f"POST /exec/{name}/start", *_UPGRADE, "Content-Type: application/json",
        "Content-Length: 2", body=b"{}"),
    "build": lambda lab, _: lab.open("POST /build", *_CHUNKED, body=build("RUN sleep 1000")),
    "save": lambda lab, _: lab.open("GET /images/get?names=ubuntu:14.04"),
    "export": lambda lab, _: lab.open("GET /containers/c1/export"),
    "archive": lambda lab, _: lab.open("GET /containers/c1/archive?path=/"),
    "pull": lambda lab, _: lab.open("POST /images/create?fromImage=redis&tag=latest"),
}
_UPLOADS: dict[str, Opening] = {
    "load": lambda lab, _: lab.open("POST /images/load", *_CHUNKED, body=b"5\r\nab"),
    "put": lambda lab, _: lab.open("PUT /containers/c1/archive?path=/", *_CHUNKED, body=b"5\r\nab"),
    "create": lambda lab, _: lab.open("POST /containers/create", *_CHUNKED, body=b"5\r\n{"),
    "half a head": lambda lab, _: lab.open("GET /_ping", "X"),
    "nothing": lambda lab, _: lab.open("GET /_ping"),
}


async def leave_by_closing(reader: StreamReader, writer: StreamWriter) -> None:
    await asyncio.wait_for(reader.read(10), SECONDS)
    writer.close()


async def leave_at_once(_: StreamReader, writer: StreamWriter) -> None:
    writer.close()


async def leave_by_halves(reader: StreamReader, writer: StreamWriter) -> None:
    await asyncio.wait_for(reader.read(10), SECONDS)
    writer.write_eof()
    await asyncio.sleep(0.01)
    writer.close()


@pytest.mark.parametrize("leave", [leave_by_closing, leave_at_once, leave_by_halves])
def test_nothing_is_held_for_clients_that_have_gone(
    leave: Callable[[StreamReader, StreamWriter], Awaitable[None]],
) -> None:
    async def run() -> None:
        async with serving_here(with_base()) as lab:
            name = await lab.run("c1", "echo a; sleep 1000")
            before = lab.held()
            openings = list(_OPENINGS.values())
            if leave is leave_at_once:
                openings += _UPLOADS.values()
            clients = [await opening(lab, name) for opening in openings]
            await asyncio.gather(*(leave(*client) for client in clients))
            del clients
            await lab.becomes(before)
            assert b" 200 " in await lab.ask("GET /containers/json")
            with lab.daemon.step("look", looks=True):
                pass

    with nothing_logged():
        asyncio.run(run())


def test_a_client_that_takes_nothing_holds_up_nobody() -> None:
    async def run() -> None:
        async with serving_here(with_base()) as lab:
            await lab.run("c1", "head -c 1000000 /dev/zero; sleep 1000")
            before = lab.held()
            kept = [await lab.open(line, *_UPGRADE) for line in (
                "POST /containers/c1/attach?logs=1&stream=1&stdout=1",
                "GET /containers/c1/logs?follow=1&stdout=1", "GET /events",
                "GET /images/get?names=ubuntu:14.04")]
            for number in range(20):
                assert b" 201 " in await lab.ask(
                    "POST /images/ubuntu:14.04/tag?repo=a", {"n": number})
            assert await lab.ask("POST /containers/c1/kill")
            for _, writer in kept:
                writer.close()
            await lab.becomes(before)

    with nothing_logged():
        asyncio.run(run())


def test_what_a_build_says_waits_in_a_file_for_a_client_that_reads_late(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("imagelab.api.outbox._IN_MEMORY", 1000)

    async def run() -> bytes:
        async with serving_here(with_base()) as lab:
            before = lab.held()
            reader, writer = await lab.open(
                "POST /build?t=made", *_CHUNKED, body=build("RUN seq 1 100000"))
            end = time.monotonic() + SECONDS
            while b'"made:latest"' not in await lab.ask("GET /images/json"):
                assert time.monotonic() < end
            assert lab.held()["files"] > before["files"]
            said = await asyncio.wait_for(reader.readuntil(b"\r\n0\r\n\r\n"), SECONDS)
            writer.close()
            await lab.becomes(before)
            return said

    # Each line is a chunk of its own.
    lines = re.findall(rb"\r\n[0-9a-f]+\r\n(\{.*\})\r\n", asyncio.run(run()))
    said = "".join(json.loads(line).get("stream", "") for line in lines)
    printed = "".join(f"{number}\n" for number in range(1, 100_001))
    assert printed in said
    assert said.endswith("Successfully tagged made:latest\n")


def test_what_nobody_reads_does_not_fill_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        box = Outbox()
        box.put(bytes(1500))
        assert await box.take() == bytes(1500)
        box.put(bytes(900))
        for _ in range(2):
            with pytest.raises(EngineError, match=r"not read yet.*nearly full \(1 MiB are left\)"):
                box.put(bytes(900))
        assert await box.take() == bytes(900)
        box.close()

    monkeypatch.setattr("imagelab.api.outbox.LOOK", 1600)
    usage = shutil.disk_usage("/")
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage._replace(free=1 << 20))
    asyncio.run(run())


@pytest.mark.parametrize(("program", "request_line"), [
    ("sleep 1000", "GET /_ping"), ("cat", "POST /containers/c1/pause")])
def test_input_that_nobody_reads_is_not_kept_without_end(program: str, request_line: str) -> None:
    async def run() -> None:
        async with serving_here(with_base()) as lab:
            await lab.run("c1", program)
            before = lab.held()
            steps = len(lab.daemon.journal)
            reader, writer = await lab.open(
                "POST /containers/c1/attach?stream=1&stdin=1&stdout=1", *_UPGRADE)
            assert await reader.readuntil(b"\r\n\r\n")
            await lab.ask(request_line)
            writer.write(bytes(4 << 20))
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(writer.drain(), 0.1)
            process = next(iter(lab.daemon.state.containers.values())).processes[""]
            assert 64 << 10 <= len(process.stdin) <= 128 << 10
            assert len(lab.daemon.journal) <= steps + 3
            writer.transport.abort()
            await lab.becomes(before)

    asyncio.run(run())


def test_lines_that_nobody_reads_hold_nothing_for_a_client_that_has_gone() -> None:
    async def run() -> None:
        async with serving_here(with_base()) as lab:
            await lab.ask("POST /containers/create?name=c1", {
                "Image": "ubuntu:14.04", "Cmd": ["sleep", "1000"], "Tty": True, "OpenStdin": True})
            await lab.ask("POST /containers/c1/start")
            before = lab.held()
            reader, writer = await lab.open(
                "POST /containers/c1/attach?stream=1&stdin=1&stdout=1", *_UPGRADE)
            assert await reader.readuntil(b"\r\n\r\n")
            typed = b"\n" * 3000
            writer.write(typed)
            await asyncio.wait_for(reader.readexactly(2 * len(typed)), SECONDS)  # its echo
            writer.transport.abort()
            await lab.becomes(before)

    with nothing_logged():
        asyncio.run(run())


def test_a_fault_while_somebody_is_attached_is_not_passed_over_in_silence(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("imagelab.api.talking.wrapped", None)

    async def run() -> bytes:
        async with serving_here(with_base()) as lab:
            await lab.run("c1", "echo a; sleep 1000")
            reader, writer = await lab.open(
                "POST /containers/c1/attach?logs=1&stream=1&stdout=1", *_UPGRADE)
            said = await asyncio.wait_for(reader.read(), SECONDS)
            writer.close()
            return said

    assert asyncio.run(run()).endswith(b"\r\n\r\n")
    assert [record.exc_info is not None for record in caplog.records] == [True]


def test_a_stream_of_lines_is_not_kept_line_by_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imagelab.api.talking._MANY", 5)
    monkeypatch.setattr("imagelab.api.talking._HURRY", SECONDS)

    async def run() -> list[str]:
        async with serving_here(with_base()) as lab:
            await lab.run("c1", "while read x; do echo got $x; done")
            reader, writer = await lab.open(
                "POST /containers/c1/attach?stream=1&stdin=1&stdout=1", *_UPGRADE)
            assert await reader.readuntil(b"\r\n\r\n")
            steps = len(lab.daemon.journal)
            for number in range(20):
                writer.write(b"%d\n" % number)
                assert await asyncio.wait_for(reader.readuntil(b"got %d\n" % number), SECONDS)
            writer.close()
            return [each.command for each in lab.daemon.journal.steps[steps + 1:]]

    commands = asyncio.run(run())
    assert commands == [*(f"c1 <- {number}" for number in range(6)), "c1 <- input"]


def test_a_program_that_wants_all_of_its_input_gets_only_what_it_can_hold(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Budget, "words", 1 << 20)

    async def run() -> bytes:
        async with serving_here(with_base()) as lab:
            await lab.run("c1", "wc -c")
            reader, writer = await lab.open(
                "POST /containers/c1/attach?stream=1&stdin=1&stderr=1", *_UPGRADE)
            assert await reader.readuntil(b"\r\n\r\n")
            writer.write(bytes(4 << 20))
            said = await asyncio.wait_for(reader.read(), SECONDS)
            writer.transport.abort()
            return said

    assert asyncio.run(run()).endswith(b"imagelab: sh was stopped: it needs too much memory\n")


def test_events_that_nobody_takes_are_not_kept_without_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("imagelab.api.pulse._MAX_EVENTS", 20)

    async def run() -> None:
        async with serving_here(with_base()) as lab:
            before = lab.held()
            reader, writer = await lab.open("GET /events")
            assert await reader.readuntil(b"\r\n\r\n")
            queue, = lab.service.pulse._queues
            for number in range(2000):  # buffers on the way take many
                lab.daemon.tag("ubuntu:14.04", f"{'x' * 100}:{number}")
                if number % 100 == 0:
                    await asyncio.sleep(0.001)
                if queue.are_lost:
                    break
            assert queue.are_lost
            del queue
            taken = await asyncio.wait_for(reader.read(), SECONDS)
            assert taken
            assert not taken.endswith(b"\r\n0\r\n\r\n")
            writer.close()
            await lab.becomes(before)

    asyncio.run(run())


@pytest.mark.parametrize("is_kept", [False, True])
def test_a_server_ends_at_once_whatever_is_going_on(is_kept: bool, tmp_path: Path) -> None:
    def lab_of(store: Store | None) -> Daemon:
        daemon = Daemon(clock=with_base().clock, store=store) if store else with_base()
        if store:
            with BASE.open("rb") as file:
                daemon.load(file)
        return daemon

    async def run(daemon: Daemon) -> float:
        clients = []
        async with serving_here(daemon) as lab:
            name = await lab.run("c1", "trap '' TERM; sleep 1000")
            for opening in (*_OPENINGS.values(), *_UPLOADS.values()):
                clients.append(await opening(lab, name))
            for _ in range(3):  # each of these waits in a thread
                clients.append(await lab.open("POST /containers/c1/stop?t=1000"))
            await asyncio.sleep(0.1)
            end = time.monotonic() + SECONDS
            while len(lab.service._at_work) < 3 and time.monotonic() < end:
                await asyncio.sleep(0.01)
            assert len(lab.service._at_work) >= 3
            begun = time.monotonic()
        took = time.monotonic() - begun
        for reader, writer in clients:
            with suppress(ConnectionError):
                await asyncio.wait_for(reader.read(), SECONDS)
            writer.close()
        return took

    before = threading.active_count()
    store = Store.open(tmp_path / "lab") if is_kept else None
    daemon = lab_of(store)
    with nothing_logged():
        took = asyncio.run(run(daemon))
    assert took < 5
    with daemon.step("look", looks=True):
        pass
    assert daemon.state.containers
    if store:
        store.close()
    end = time.monotonic() + SECONDS
    while threading.active_count() > before and time.monotonic() < end:
        time.sleep(0.01)
    assert threading.active_count() == before


@pytest.mark.parametrize("turns", range(5))
def test_a_server_that_ends_forgets_nobody_who_comes_meanwhile(turns: int) -> None:
    async def run() -> None:
        async with serving_here(with_base()) as lab:
            clients = [await lab.open("GET /events") for _ in range(20)]
            for _ in range(turns):
                await asyncio.sleep(0)
        for reader, writer in clients:
            with suppress(ConnectionError):
                await asyncio.wait_for(reader.read(), SECONDS / 4)
            writer.close()

    with nothing_logged():
        asyncio.run(run())


def test_a_served_thread_that_cannot_begin_says_so_and_nothing_is_left(tmp_path: Path) -> None:
    class Broken(Daemon):
        def subscribe(self, _: object) -> Callable[[], None]:
            raise RuntimeError("no")

    with TemporaryDirectory(prefix="imagelab-") as folder:
        listener = listen(f"unix://{folder}/docker.sock")
        before = threading.active_count()
        with nothing_logged(), pytest.raises(RuntimeError, match="no"):
            Serving(Broken(), listener)
        assert os.listdir(folder) == []
    assert threading.active_count() == before
