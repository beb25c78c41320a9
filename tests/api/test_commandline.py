"""Command lines of our own client: what is asked, what comes back, and what holds nobody up."""

from __future__ import annotations

import json
import os
import shlex
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from imagelab.api.listening import listen
from imagelab.api.server import Serving
from imagelab.client import wire
from imagelab.daemon.clock import LessonClock
from imagelab.daemon.given import Given, GivenLine
from imagelab.docker.io import Io
from imagelab.docker.main import execute
from tests.api.conftest import SECONDS, Served, serving, with_base

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs unix sockets")


@pytest.fixture
def lesson() -> Iterator[Served]:
    """A served lab on the lessons' clock, with the base image."""
    with serving(with_base(LessonClock())) as served:
        yield served


def wish(*words: str, typed: bool = False, **more: Any) -> dict[str, Any]:
    return {"Words": words, "Folder": "/", "Environment": {}, "StdinIsTerminal": typed,
            "StdoutIsTerminal": False, **more}


class Client:
    """A client whose every step a test takes."""

    def __init__(self, own: socket.socket, body: dict[str, Any]) -> None:
        self.socket = own
        data = json.dumps(body).encode()
        own.sendall(b"POST /imagelab/docker HTTP/1.1\r\nHost: docker\r\nConnection: Upgrade\r\n"
                    b"Upgrade: tcp\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
                    % len(data) + data)
        self._pending = bytearray()
        while b"\r\n\r\n" not in self._pending:
            self._pending += own.recv(1000)
        head, _, self._pending = self._pending.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 101 ")

    def next(self) -> tuple[int, bytes]:
        """Return the next frame."""
        while (found := wire.first(self._pending)) is None:
            data = self.socket.recv(1 << 16)
            assert data, "the lab has gone"
            self._pending += data
        return found

    def until(self, kind: int) -> tuple[bytes, bytes]:
        """Return what is printed up to a frame of a kind, and what that says."""
        printed = b""
        while True:
            found, data = self.next()
            if found == kind:
                return printed, data
            assert found in (wire.OUT, wire.ERR)
            printed += data

    def drain(self) -> None:
        """Read until the lab ends the connection."""
        with suppress(ConnectionError):
            while self.socket.recv(1 << 16):
                pass

    def send(self, kind: int, data: bytes = b"") -> None:
        self.socket.sendall(wire.frame(kind, data))


@contextmanager
def client(lab: Served, *words: str, typed: bool = False, **more: Any) -> Iterator[Client]:
    with lab.socket() as own:
        yield Client(own, wish(*words, typed=typed, **more))


def run(lab: Served, *words: str, **more: Any) -> tuple[bytes, int]:
    """Run a command line to its end; return what it prints and its exit code."""
    with client(lab, *words, **more) as own:
        printed, code = own.until(wire.ENDED)
        return printed, int(code)


def at_work() -> int:
    """How many commands are at work for clients."""
    return sum(each.name == "imagelab-command" for each in threading.enumerate())


def settles(lab: Served) -> bool:
    """Whether no command comes to be at work any more, and the lab answers."""
    end = time.monotonic() + SECONDS
    while at_work() and time.monotonic() < end:
        time.sleep(0.01)
    return not at_work() and run(lab, "images", "-q")[1] == 0


# --- who may ask, and how ------------------------------------------------------------------

def test_at_a_port_nothing_is_run(tmp_path: Path) -> None:
    daemon = with_base()
    with Serving(daemon, listen("tcp://127.0.0.1:0")) as serving:
        connection = HTTPConnection(serving.host.removeprefix("tcp://"), timeout=SECONDS)
        target = tmp_path / "written"
        connection.request(
            "POST", "/imagelab/docker",
            json.dumps(wish("save", "-o", str(target), "ubuntu:14.04")),
            {"Content-Type": "application/json"})
        answer = connection.getresponse()
        assert answer.status == 403
        assert "not at a port" in json.loads(answer.read())["message"]
        connection.close()
        assert not target.exists()
        assert not len(daemon.journal)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root")
def test_another_user_is_refused_even_where_the_sockets_mode_lets_him_in(lab: Served) -> None:
    Path(lab.path).parent.chmod(0o755)
    Path(lab.path).chmod(0o666)
    os.seteuid(65534)
    try:
        own = lab.socket()
    finally:
        os.seteuid(0)
    with own:
        said = Client(own, wish("tag", "ubuntu:14.04", "mine:1")).until(wire.ENDED)
    assert said == (b"docker: this lab is served for another user\n", b"1")
    assert not len(lab.daemon.journal)


@pytest.mark.parametrize("wrong", [
    {"Words": [1]}, {"Words": {}}, {"Folder": ""}, {"Folder": "here"}, {"Folder": 3},
    {"Folder": "/a\0b"}, {"Environment": {"A": 1}}, {"Environment": ["A"]},
    {"StdinIsTerminal": "yes"}])
def test_what_is_no_wish_is_refused(lab: Served, wrong: dict[str, Any]) -> None:
    answer = lab.ask("POST", "/imagelab/docker", {**wish("images"), **wrong}, version="")
    assert answer.status in (400, 500)
    assert answer.json["message"]


def test_what_is_no_frame_ends_the_client_and_nothing_else(lab: Served) -> None:
    with client(lab, "run", "-i", "-t", "ubuntu:14.04", typed=True) as own:
        own.until(wire.WANTED)
        own.socket.sendall(b"\xff" * (wire.MOST + 100))
        own.drain()
    assert settles(lab)


# --- what is run ---------------------------------------------------------------------------

@pytest.mark.parametrize("line", [
    "images", "run --name c1 ubuntu:14.04 sh -c 'echo out; echo err >&2; exit 3'", "rmi nothing",
    "nothing", "tag ubuntu:14.04 mine:1", "history ubuntu:14.04", "--help"])
def test_it_prints_what_the_notebooks_door_prints(lesson: Served, line: str) -> None:
    words, wanted = shlex.split(line), bytearray()
    code = execute(with_base(LessonClock()), words, Io(wanted.extend, wanted.extend))
    assert run(lesson, *words) == (bytes(wanted), code)


def test_files_are_those_of_the_clients_folder_and_variables_those_of_its_shell(
    lesson: Served, tmp_path: Path,
) -> None:
    (tmp_path / "Dockerfile").write_text("FROM ubuntu:14.04\nCOPY file /file\n")
    (tmp_path / "file").write_text("hello\n")
    where = {"Folder": str(tmp_path)}
    assert run(lesson, "build", "-q", "-t", "made:1", ".", **where)[1] == 0
    assert run(lesson, "run", "--name", "c1", "-e", "A", "made:1", "sh", "-c", "cat /file; echo $A",
               Environment={"A": "5"}) == (b"hello\n5\n", 0)
    assert run(lesson, "cp", "c1:/file", "copy", **where)[1] == 0
    assert (tmp_path / "copy").read_text() == "hello\n"


def test_a_level_can_be_marked_that_was_solved_from_a_terminal(lesson: Served) -> None:
    with client(lesson, "run", "-i", "-t", "--name", "c1", "ubuntu:14.04", typed=True) as own:
        own.until(wire.WANTED)
        own.send(wire.GIVEN, b"echo hello > /hello\n")
        own.until(wire.WANTED)
        own.send(wire.GIVEN, b"exit 3\n")
        assert own.until(wire.ENDED)[1] == b"3"
    given = [step.given for step in lesson.daemon.journal]
    assert [type(each) for each in given] == [Given, GivenLine, GivenLine]
    assert [step.command for step in lesson.daemon.journal][1:] == [
        "/ # echo hello > /hello", "/ # exit 3"]


# --- input ---------------------------------------------------------------------------------

def test_input_is_asked_for_only_where_it_is_read(lesson: Served) -> None:
    assert run(lesson, "images", "-q")[1] == 0
    with client(lesson, "run", "-i", "ubuntu:14.04", "wc", "-c") as own:
        for _ in range(3):
            assert own.until(wire.WANTED) == (b"", wire.SOME)
            own.send(wire.GIVEN, b"x" * wire.MOST)
        own.until(wire.WANTED)
        own.send(wire.GIVEN)
        assert own.until(wire.ENDED) == (b"%d\n" % (3 * wire.MOST), b"0")


def test_a_password_is_not_shown_and_a_question_is_asked_once(lesson: Served) -> None:
    with client(lesson, "login", typed=True) as own:
        assert own.until(wire.WANTED) == (b"Username: ", wire.LINE)
        own.send(wire.GIVEN, b"student\n")
        assert own.until(wire.WANTED) == (b"Password: ", wire.SECRET)
        own.send(wire.GIVEN, b"imagelab\n")
        assert own.until(wire.ENDED) == (b"\nLogin Succeeded\n", b"0")
    (step,) = lesson.daemon.journal
    assert isinstance(step.given, Given)
    assert step.given.withheld


def test_ctrl_c_to_a_question_leaves_everything_as_it_is(lesson: Served) -> None:
    with client(lesson, "image", "prune", "-a", typed=True) as own:
        own.until(wire.WANTED)
        own.send(wire.INTERRUPTED)
        assert own.until(wire.ENDED) == (b"", b"130")
    assert not len(lesson.daemon.journal)


# --- nobody is held up ---------------------------------------------------------------------

@pytest.mark.parametrize("words", [
    ("image", "prune"), ("run", "-i", "-t", "--name", "c1", "ubuntu:14.04")])
def test_others_use_the_lab_while_somebody_thinks(lesson: Served, words: tuple[str, ...]) -> None:
    with client(lesson, *words, typed=True) as own:
        own.until(wire.WANTED)
        assert run(lesson, "tag", "ubuntu:14.04", "mine:1")[1] == 0
        own.send(wire.GIVEN, b"exit\n")
        assert own.until(wire.ENDED)[1] == b"0"


def test_a_client_that_does_not_read_holds_nobody_up(lesson: Served) -> None:
    words = ("run", "ubuntu:14.04", "head", "-c", "5000000", "/dev/zero")
    with client(lesson, *words) as own:
        end = time.monotonic() + SECONDS
        while len(lesson.daemon.journal) < 1 and time.monotonic() < end:
            time.sleep(0.01)
        assert run(lesson, "tag", "ubuntu:14.04", "mine:1")[1] == 0
        printed, code = own.until(wire.ENDED)
        assert (len(printed), code) == (5_000_000, b"0")


def test_nobody_who_reads_the_output_ends_the_command(lab: Served) -> None:
    line = "while true; do echo more; sleep 0.1; done"
    with client(lab, "run", "--name", "c1", "ubuntu:14.04", "sh", "-c", line) as own:
        assert own.next() == (wire.OUT, b"more\n")
        own.send(wire.UNREAD)
        assert own.until(wire.ENDED)[1] == b"1"


# --- the end -------------------------------------------------------------------------------

@pytest.mark.parametrize("words", [
    ("run", "ubuntu:14.04", "sleep", "100"), ("logs", "-f", "sleeping"), ("wait", "sleeping"),
    ("events",), ("attach", "--no-stdin", "sleeping")])
def test_ctrl_c_ends_what_waits(
    lab: Served, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("imagelab.api.errand._PATIENCE", 2 * SECONDS)  # it need not be given up
    assert run(lab, "run", "-d", "--name", "sleeping", "ubuntu:14.04", "sleep", "100")[1] == 0
    with client(lab, *words) as own:
        time.sleep(0.1)
        own.send(wire.INTERRUPTED)
        assert own.until(wire.ENDED)[1] == b"130"
    assert settles(lab)


def test_what_was_interrupted_before_its_turn_is_not_done(
    lesson: Served, monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("imagelab.api.errand._PATIENCE", 0.1)
    with lesson.daemon.step("of somebody else"), client(lesson, "rmi", "ubuntu:14.04") as own:
        own.send(wire.INTERRUPTED)
        assert own.until(wire.ENDED) == (b"", b"130")
    assert run(lesson, "images", "-q")[0]
    assert settles(lesson)


def test_ctrl_c_is_a_key_for_a_process(lab: Served) -> None:
    with client(lab, "run", "-i", "-t", "ubuntu:14.04", typed=True) as own:
        own.until(wire.WANTED)
        own.send(wire.INTERRUPTED)
        assert own.until(wire.WANTED)[0] == b"\n/ # "
        own.send(wire.GIVEN, b"sleep 100\n")
        own.send(wire.INTERRUPTED)
        assert own.until(wire.WANTED)[0] == b"\n/ # "
        own.send(wire.GIVEN)  # Ctrl-D
        assert own.until(wire.ENDED)[1] == b"130"


@pytest.mark.parametrize(("words", "typed"), [
    (("run", "ubuntu:14.04", "sleep", "100"), False), (("run", "-i", "ubuntu:14.04", "cat"), False),
    (("login",), True), (("run", "-i", "-t", "--name", "c1", "ubuntu:14.04"), True)])
def test_of_a_client_that_goes_nothing_stays_behind(
    lab: Served, words: tuple[str, ...], typed: bool,
) -> None:
    with client(lab, *words, typed=typed) as own:
        if "sleep" not in words:
            own.until(wire.WANTED)
        else:
            time.sleep(0.1)
    assert settles(lab)


def test_a_process_is_left_alone_by_its_keys_and_goes_on_for_who_attaches(lab: Served) -> None:
    with client(lab, "run", "-i", "-t", "--name", "c1", "ubuntu:14.04", typed=True) as own:
        own.until(wire.WANTED)
        own.send(wire.GIVEN, b"\x10\x11")
        assert own.until(wire.ENDED) == (b"", b"0")
    with client(lab, "attach", "c1", typed=True) as own:
        own.until(wire.WANTED)
        own.send(wire.GIVEN, b"echo $((1+1))\n")
        assert b"2\n" in own.until(wire.WANTED)[0]
        lab.daemon.stop("c1", 0)  # elsewhere
        assert own.until(wire.ENDED)[1] == b"137"


def test_what_others_have_a_process_print_is_shown(lab: Served) -> None:
    with client(lab, "run", "-i", "-t", "--name", "c1", "ubuntu:14.04", typed=True) as own:
        own.until(wire.WANTED)
        lab.daemon.send_input("c1", b"echo $((3*3))\n")
        printed = b""
        while b"9\n/ # " not in printed:
            kind, data = own.next()
            assert kind == wire.OUT
            printed += data
        own.send(wire.GIVEN, b"exit 4\n")
        assert own.until(wire.ENDED) == (b"", b"4")


def test_the_end_of_the_server_ends_its_clients() -> None:
    with serving(with_base()) as lab:
        own = Client(lab.socket(), wish("run", "ubuntu:14.04", "sleep", "100"))
        time.sleep(0.1)
    own.drain()
    own.socket.close()
    end = time.monotonic() + SECONDS
    while at_work() and time.monotonic() < end:
        time.sleep(0.01)
    assert not at_work()
