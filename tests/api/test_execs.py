"""Execs over the Engine API."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.api.conftest import Served
from tests.api.hijack import frames, hijacked, opened, rest, started

BOTH = ["sh", "-c", "echo out; echo err >&2"]


def exec_of(lab: Served, container: str, command: list[str], **settings: Any) -> str:
    body = {"Cmd": command, "AttachStdout": True, "AttachStderr": True, **settings}
    identifier: str = lab.ask("POST", f"/containers/{container}/exec", body).json["Id"]
    return identifier


@pytest.fixture
def box(lab: Served) -> str:
    return started(lab, "cat", OpenStdin=True)


@pytest.mark.parametrize(("tty", "framed", "said"), [
    (False, True, [(1, b"out\n"), (2, b"err\n")]), (False, False, b"out\n"),
    (True, True, [(1, b"out\r\nerr\r\n")]), (True, False, b"out\r\nerr\r\n")])
def test_who_starts_it_says_whether_there_are_frames(
    lab: Served, box: str, tty: bool, framed: bool, said: Any,
) -> None:
    wanted = exec_of(lab, box, BOTH, Tty=tty)
    data = rest(hijacked(lab, f"/exec/{wanted}/start", {"Tty": not framed}))
    assert (frames(data) if framed else data) == said


def test_output_never_comes_with_the_head(lab: Served, box: str) -> None:
    """A client may be slow, and have a buffer that swallows more than the head."""
    wanted = exec_of(lab, box, ["echo", "hi"])
    own = opened(lab, f"/exec/{wanted}/start", {})
    time.sleep(0.1)
    head = own.recv(1 << 16)
    assert head.endswith(b"\r\n\r\n")
    assert frames(rest(own)) == [(1, b"hi\n")]


@pytest.mark.parametrize("key", ["DetachKeys", "detachKeys"])
def test_keys_that_detach_leave_the_process_running(lab: Served, box: str, key: str) -> None:
    wanted = exec_of(lab, box, ["cat"], AttachStdin=True, Tty=True, **{key: "ctrl-x"})
    own = hijacked(lab, f"/exec/{wanted}/start", {"Tty": True})
    own.sendall(b"a\x18")
    assert rest(own) == b"a"
    assert lab.ask("GET", f"/exec/{wanted}/json").json["Running"] is True


def test_what_was_started_cannot_be_started_again(lab: Served, box: str) -> None:
    wanted = exec_of(lab, box, ["nosuch"])
    first, again = (frames(rest(hijacked(lab, f"/exec/{wanted}/start", {}))) for _ in range(2))
    assert first == [(1, b'OCI runtime exec failed: exec failed: unable to start container process:'
                         b' exec: "nosuch": executable file not found in $PATH: unknown\r\n')]
    assert again == [(1, f"Error: Exec command {wanted} has already run\r\n".encode())]
    assert lab.ask("GET", f"/exec/{wanted}/json").json["ExitCode"] == 126
    answer = lab.ask("POST", f"/exec/{wanted}/start", {"Detach": True})
    assert (answer.status, answer.json["message"]) == (
        409, f"Error: Exec command {wanted} has already run")


@pytest.mark.parametrize(("upgrade", "begin"), [
    ("Upgrade: tcp\r\n", "101 UPGRADED\r\nContent-Type: {}\r\nConnection: Upgrade\r\n"
     "Upgrade: tcp\r\n{}"), ("", "200 OK\r\nContent-Type: {}\r\n{}")])
def test_an_exec_says_whose_it_is_and_being_attached_does_not(
    lab: Served, box: str, upgrade: str, begin: str,
) -> None:
    kind = "application/vnd.docker.raw-stream"
    own = ("Api-Version: 1.41\r\nDocker-Experimental: false\r\nOstype: linux\r\n"
           "Server: Docker/20.10.24 (linux)\r\n")
    wanted = exec_of(lab, box, ["true"])
    for path, said in ((f"exec/{wanted}/start", own), (f"containers/{box}/attach", "")):
        with lab.socket() as client:
            client.sendall(f"POST /{path} HTTP/1.1\r\nHost: docker\r\n{upgrade}Content-Length: 2"
                           "\r\nContent-Type: application/json\r\n\r\n{}".encode())
            assert rest(client).decode() == f"HTTP/1.1 {begin.format(kind, said)}\r\n"
