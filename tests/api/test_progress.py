"""Lines of commands that talk while they work, and what becomes of them when the client goes."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import BinaryIO

import pytest

from imagelab.api.progress import encoded, error_line, line_of, lines_of
from imagelab.daemon import Daemon
from imagelab.engine.progress import Interrupted, Progress, Pushed, Tell, silent
from imagelab.model.outcome import EngineError
from tests.api.conftest import SECONDS, Served, serving

#: Messages, and the bytes that engine 20.10.24 sent for them.
SENT = [
    (Progress("Pulling from me/app", "1"), '{"status":"Pulling from me/app","id":"1"}'),
    (Progress("Pulling fs layer", "dc13efd53b92"),
     '{"status":"Pulling fs layer","progressDetail":{},"id":"dc13efd53b92"}'),
    (Progress("Loading layer", "941560c1be28", 32768, 3074560),
     '{"status":"Loading layer","progressDetail":{"current":32768,"total":3074560},"progress":'
     '"[\\u003e                                                  ]  32.77kB/3.075MB",'
     '"id":"941560c1be28"}'),
    (Progress("Downloading", "df0f684b0e6d", 110, 110),
     '{"status":"Downloading","progressDetail":{"current":110,"total":110},"progress":'
     '"[==================================================\\u003e]     110B/110B",'
     '"id":"df0f684b0e6d"}'),
    (Progress("Pushing", "7aefd068fc6f", 1872384, 1984271),
     '{"status":"Pushing","progressDetail":{"current":1872384,"total":1984271},"progress":'
     '"[===============================================\\u003e   ]  1.872MB/1.984MB",'
     '"id":"7aefd068fc6f"}'),
    (Progress("Pushing", "38de0d73d3ac", 512, 4),
     '{"status":"Pushing","progressDetail":{"current":512,"total":4},"progress":'
     '"[==================================================\\u003e]     512B",'
     '"id":"38de0d73d3ac"}'),
    (Progress("Importing", "", 2, 2),
     '{"status":"Importing","progressDetail":{"current":2,"total":2},"progress":'
     '"[==================================================\\u003e]       2B/2B"}'),
    (Progress("Status: Image is up to date for app:1"),
     '{"status":"Status: Image is up to date for app:1"}'),
]


@pytest.mark.parametrize(("progress", "sent"), SENT, ids=lambda each: getattr(each, "status", ""))
def test_lines_are_a_daemons(progress: Progress, sent: str) -> None:
    assert encoded(line_of(progress)) == f"{sent}\r\n".encode()


def test_a_push_ends_with_what_programs_read() -> None:
    digest = f"sha256:{'8' * 64}"
    told = Progress(f"1: digest: {digest} size: 1153", pushed=Pushed("1", digest, 1153))
    assert b"".join(map(encoded, lines_of(told))).decode() == (
        f'{{"status":"1: digest: {digest} size: 1153"}}\r\n'
        f'{{"progressDetail":{{}},"aux":{{"Tag":"1","Digest":"{digest}","Size":1153}}}}\r\n')


def test_failures_escape_what_go_escapes() -> None:
    assert encoded(error_line("a < b & c\u2028\udcff", 3)) == (
        b'{"errorDetail":{"code":3,"message":"a \\u003c b \\u0026 c\\u2028\\ufffd"},'
        b'"error":"a \\u003c b \\u0026 c\\u2028\\ufffd"}\r\n')


# --- streams -------------------------------------------------------------------------------

class Talking(Daemon):
    """A lab whose ``load`` and ``pull`` talk as they are told to."""

    def __init__(self, talk: Callable[[Tell], None]) -> None:
        super().__init__()
        self.ended = threading.Event()
        self._talk = talk

    def load(self, file: BinaryIO, *, tell: Tell = silent) -> tuple[Progress, ...]:
        try:
            self._talk(tell)
        finally:
            assert not file.closed
            self.ended.set()
        return ()

    def pull(self, name: str, *, tell: Tell = silent, **_: object) -> tuple[Progress, ...]:
        try:
            self._talk(tell)
        finally:
            self.ended.set()
        return ()


def pull(lab: Served) -> socket.socket:
    """Ask for a pull and read the beginning of the answer."""
    own = lab.socket()
    own.sendall(b"POST /images/create?fromImage=a&tag=b HTTP/1.1\r\nHost: docker\r\n"
                b"Content-Length: 0\r\n\r\n")
    assert own.recv(12) == b"HTTP/1.1 200"
    return own


def load(lab: Served, query: str = "") -> socket.socket:
    """Ask for a load and read the beginning of the answer."""
    own = lab.socket()
    own.sendall(f"POST /images/load{query} HTTP/1.1\r\nHost: docker\r\nContent-Length: 2\r\n\r\n"
                "xx".encode())
    assert own.recv(12) == b"HTTP/1.1 200"
    return own


def test_a_client_that_leaves_ends_the_command() -> None:
    def endless(tell: Tell) -> None:
        for number in range(SECONDS * 100):
            tell(Progress("Loading layer", "a", number, 1 << 30))
            time.sleep(0.01)

    daemon = Talking(endless)
    with serving(daemon) as lab:
        pull(lab).close()
        started = time.monotonic()
        assert daemon.ended.wait(SECONDS / 2)
        assert time.monotonic() - started < SECONDS / 4
        assert lab.ask("GET", "/_ping").status == 200


def test_a_load_goes_on_to_its_end_without_its_client() -> None:
    """skopeo leaves as soon as the answer begins."""
    told = 0
    left = threading.Event()

    def load_on(tell: Tell) -> None:
        nonlocal told
        tell(Progress("Loading layer", "a", 0, 100))
        assert left.wait(SECONDS)
        for _ in range(20):
            tell(Progress("Loading layer", "a", 1, 100))
            told += 1
            time.sleep(0.01)

    daemon = Talking(load_on)
    with serving(daemon) as lab:
        load(lab).close()
        left.set()
        assert daemon.ended.wait(SECONDS)
        assert told == 20


def test_a_slow_client_keeps_nobody_and_little_waits_for_it() -> None:
    told = 0

    def fast(tell: Tell) -> None:
        nonlocal told
        for number in range(50_000):
            tell(Progress("Loading layer", "a", number, 1 << 30))
            told += 1

    daemon = Talking(fast)
    with serving(daemon) as lab:
        own = load(lab)
        assert daemon.ended.wait(SECONDS)  # nothing of it was read so far
        assert told == 50_000
        own.settimeout(SECONDS)
        received = bytearray()
        while not received.endswith(b"0\r\n\r\n"):
            received += own.recv(1 << 16)
        own.close()
    assert len(received) < 20_000  # ten lines a second


def test_the_last_word_on_a_piece_of_work_is_always_sent() -> None:
    def quick(tell: Tell) -> None:
        for layer in ("a", "b"):
            for number in range(5):
                tell(Progress("Loading layer", layer, number, 4))

    with serving(Talking(quick)) as lab:
        lines = lab.ask("POST", "/images/load", b"xx").lines
    sent = [(each["id"], each["progressDetail"].get("current", 0)) for each in lines]
    assert {("a", 0), ("a", 4), ("b", 0), ("b", 4)} <= set(sent)


@pytest.mark.parametrize(("error", "line"), [
    (EngineError("no room", 507), {"errorDetail": {"message": "no room"}, "error": "no room"}),
    (Interrupted("stopped", ()), {"errorDetail": {"message": "stopped"}, "error": "stopped"}),
    (ZeroDivisionError("secret"), {
        "errorDetail": {"message": "imagelab: this request met a fault in the lab itself"},
        "error": "imagelab: this request met a fault in the lab itself"}),
])
def test_a_failure_is_the_last_line(error: Exception, line: object) -> None:
    def fail(tell: Tell) -> None:
        tell(Progress("one"))
        raise error

    with serving(Talking(fail)) as lab:
        answer = lab.ask("POST", "/images/load", b"xx")
    assert (answer.status, answer.lines) == (200, [{"stream": "one\n"}, line])


def test_lines_come_as_they_are_said() -> None:
    go_on = threading.Event()

    def hesitating(tell: Tell) -> None:
        tell(Progress("one"))
        assert go_on.wait(SECONDS)
        tell(Progress("two"))

    with serving(Talking(hesitating)) as lab:
        connection = lab.connection()
        connection.request("POST", "/images/load", b"xx")
        lines: Iterator[bytes] = iter(connection.getresponse())
        assert json.loads(next(lines)) == {"stream": "one\n"}
        go_on.set()
        assert json.loads(next(lines)) == {"stream": "two\n"}
        connection.close()
