"""Attaching, logs and waiting over the Engine API."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPResponse
from typing import Any

import pytest

from tests.api.conftest import Served
from tests.api.hijack import Frame, frames, hijacked, made, rest, started

ATTACH = "attach?stream=1&stdout=1&stderr=1"
BOTH = ["sh", "-c", "echo out; echo err >&2; printf more"]


@contextmanager
def waiting(lab: Served, container: str, condition: str = "") -> Iterator[HTTPResponse]:
    """Wait for a container; the head of the answer is there at once."""
    connection = lab.connection()
    connection.request("POST", f"/v1.41/containers/{container}/wait?condition={condition}")
    yield connection.getresponse()
    connection.close()


def start(lab: Served, container: str) -> int:
    return lab.ask("POST", f"/containers/{container}/start").status


def remove(lab: Served, container: str) -> None:
    assert lab.ask("DELETE", f"/containers/{container}?force=1").status == 204


# --- attach --------------------------------------------------------------------------------

@pytest.mark.parametrize(("wanted", "said"), [
    ("stdout=1&stderr=1", [(1, b"out\n"), (2, b"err\n"), (1, b"more")]),
    ("stdout=1", [(1, b"out\n"), (1, b"more")]), ("stderr=1", [(2, b"err\n")]), ("", [])])
@pytest.mark.parametrize("removes_itself", [False, True])
def test_who_attaches_before_the_start_hears_everything(
    lab: Served, wanted: str, said: list[Frame], removes_itself: bool,
) -> None:
    container = made(lab, *BOTH, HostConfig={"AutoRemove": removes_itself})
    own = hijacked(lab, f"/containers/{container}/attach?stream=1&{wanted}")
    assert start(lab, container) == 204
    assert frames(rest(own)) == said


def test_lines_of_the_past_come_one_by_one(lab: Served) -> None:
    container = started(lab, "sh", "-c", "printf 'one\\ntwo\\nthree'")
    own = hijacked(lab, f"/containers/{container}/attach?logs=1&stdout=1")
    assert frames(rest(own)) == [(1, b"one\n"), (1, b"two\n"), (1, b"three")]


def test_a_start_that_fails_is_the_end_of_being_attached(lab: Served) -> None:
    container = made(lab, "nosuch")
    for _ in range(2):
        own = hijacked(lab, f"/containers/{container}/{ATTACH}")
        assert start(lab, container) == 400
        assert rest(own) == b""
    state = lab.ask("GET", f"/containers/{container}/json").json["State"]
    assert (state["Status"], state["ExitCode"]) == ("created", 127)


@pytest.mark.parametrize(("once", "status"), [(True, "exited"), (False, "running")])
def test_the_end_of_the_input_is_that_of_the_process_or_of_being_attached(
    lab: Served, once: bool, status: str,
) -> None:
    container = started(lab, "cat", OpenStdin=True, StdinOnce=once)
    own = hijacked(lab, f"/containers/{container}/{ATTACH}&stdin=1")
    own.sendall(b"hi\n")
    own.shutdown(1)
    assert frames(rest(own)) == [(1, b"hi\n")]
    assert lab.ask("GET", f"/containers/{container}/json").json["State"]["Status"] == status


def test_who_cannot_attach_is_told_so_in_the_kind_of_stream_that_was_asked_for(
    lab: Served,
) -> None:
    lab.ask("POST", "/containers/create?name=c1", {"Image": "ubuntu:14.04", "Cmd": ["sleep", "9"]})
    lab.ask("POST", "/containers/c1/start")
    lab.ask("POST", "/containers/c1/pause")
    for path, status, said in (
        ("nosuch/attach", 404, "No such container: nosuch"),
        ("a%ff/attach", 404, "No such container: a\ufffd"),
        ("c1/attach", 409, "container c1 is paused, unpause the container before attach"),
    ):
        answer = lab.ask("POST", f"/containers/{path}")
        assert (answer.status, answer.body.decode()) == (status, f"{said}\r\n")
        assert answer.headers["Content-Type"] == "application/vnd.docker.raw-stream"
    lab.ask("POST", "/containers/c1/unpause")
    answer = lab.ask("POST", f"/containers/c1/{ATTACH}&detachKeys=zz")
    assert (answer.status, answer.body) == (400, b"Invalid detach keys (zz) provided\r\n")


def test_nobody_misses_anything_while_others_use_the_lab(lab: Served) -> None:
    def hear(turn: int) -> list[Frame]:
        container = made(lab, "sh", "-c", f"echo {turn}; sleep 0.01; echo end >&2",
                         HostConfig={"AutoRemove": True})
        own = hijacked(lab, f"/containers/{container}/{ATTACH}")
        with waiting(lab, container, "removed") as answer:
            start(lab, container)
            said = frames(rest(own))
            assert json.loads(answer.read())["StatusCode"] == 0
        return said

    with ThreadPoolExecutor(8) as threads:
        heard = list(threads.map(hear, range(24)))
    assert heard == [[(1, f"{turn}\n".encode()), (2, b"end\n")] for turn in range(24)]
    assert lab.daemon.state.containers == {}


# --- logs ----------------------------------------------------------------------------------

@pytest.mark.parametrize(("query", "status", "said"), [
    ("stdout=1&stderr=1", 200, [(1, b"out\n"), (2, b"err\n"), (1, b"more")]),
    ("stdout=1&tail=1", 200, [(1, b"more")]),
    ("stdout=1&tail=x", 200, [(1, b"out\n"), (1, b"more")]),
    ("stdout=1&until=1.5", 200, []), ("stdout=1&details=1", 200, [(1, b" out\n"), (1, b" more")]),
    ("stdout=1&follow=1", 200, [(1, b"out\n"), (1, b"more")]),
    ("stdout=1&since=x", 500, 'strconv.ParseInt: parsing "x": invalid syntax'),
    ("", 400, "Bad parameters: you must choose at least one stream")])
def test_logs(lab: Served, query: str, status: int, said: Any) -> None:
    container = started(lab, *BOTH)
    answer = lab.ask("GET", f"/containers/{container}/logs?{query}")
    assert answer.status == status
    assert (answer.json["message"] if status != 200 else frames(answer.body)) == said
    assert "Content-Type" not in answer.headers or status != 200


def test_a_log_is_followed_from_where_it_was_read_to(lab: Served) -> None:
    command = "for i in 1 2 3 4 5 6 7 8 9; do echo $i; sleep 0.02; done"
    container = started(lab, "sh", "-c", command)
    with ThreadPoolExecutor(4) as threads:
        path = f"/containers/{container}/logs?stdout=1&follow=1"
        answers = [threads.submit(lab.ask, "GET", path) for _ in range(4)]
    whole = [(1, f"{number}\n".encode()) for number in range(1, 10)]
    assert [frames(each.result().body) for each in answers] == [whole] * 4


# --- wait ----------------------------------------------------------------------------------

@pytest.mark.parametrize("condition", ["", "not-running", "next-exit", "removed", "no-such"])
def test_waiting(lab: Served, condition: str) -> None:
    comes_later = condition in ("next-exit", "removed")
    container = made(lab, "sh", "-c", "sleep 0.05; exit 3", HostConfig={"AutoRemove": comes_later})
    if not comes_later:
        start(lab, container)
    with waiting(lab, container, condition) as answer:
        assert answer.headers["Transfer-Encoding"] == "chunked"
        if comes_later:
            start(lab, container)
        assert json.loads(answer.read()) == {"Error": None, "StatusCode": 3}


@pytest.mark.parametrize("condition", ["next-exit", "removed"])
def test_what_never_ran_ends_when_it_is_removed(lab: Served, condition: str) -> None:
    container = made(lab, "nosuch")
    with waiting(lab, container, condition) as answer:
        start(lab, container)
        remove(lab, container)
        assert json.loads(answer.read()) == {"Error": None, "StatusCode": 127}


def test_who_is_removed_with_force_was_killed(lab: Served) -> None:
    container = started(lab, "sleep", "60")
    with waiting(lab, container, "removed") as answer:
        remove(lab, container)
        assert json.loads(answer.read())["StatusCode"] == 137
