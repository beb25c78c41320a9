"""Whatever a client sends, a served lab answers the next one, and is as it should be."""

from __future__ import annotations

import os
import random
import socket
import struct
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from imagelab.api.routes import routes
from tests.api.any_requests import AnyRequests
from tests.api.conftest import SECONDS, Served, nothing_logged, serving, with_base
from tests.dockerd import BASE

#: How many messages are tried; ``make stress`` tries many more.
COUNT = 20_000 if os.environ.get("IMAGELAB_STRESS") else 200
#: After so many, the lab is looked at and has its containers again.
_ROUND = 50
#: Seconds for an answer that may be one without end.
_PATIENCE = 0.01
_FAULT = b"fault in the lab itself"
#: Most bytes that the process may take more after the first round than in the end. The journal
#: of a lab keeps its states.
_GROWTH = 200 << 20
_PROCESS = Path("/proc/self")


def prepare(lab: Served, source: AnyRequests) -> None:
    """Make what requests name, as far as it is not there."""
    if lab.ask("POST", "/images/ubuntu:14.04/tag?repo=made").status == 404:
        lab.ask("POST", "/images/load", BASE.read_bytes())
    for name, command in (("c1", "sleep 1000"), ("c2", "echo a; echo b >&2; echo c > /f"), (
            "c3", "while read x; do echo $x; done")):
        lab.ask("POST", f"/containers/create?name={name}", {
            "Image": "ubuntu:14.04", "Cmd": ["sh", "-c", command], "OpenStdin": True})
        lab.ask("POST", f"/containers/{name}/unpause")
        lab.ask("POST", f"/containers/{name}/start")
    made = [lab.ask("POST", f"/containers/{name}/exec", {
        "AttachStdin": True, "AttachStdout": True, "Cmd": ["cat"]}) for name in ("c1", "c3")]
    source.execs = tuple(each.json["Id"] for each in made if each.status == 201)


def send(lab: Served, source: AnyRequests, chance: random.Random) -> bytes:
    """Send a message in some way and return what came back in time."""
    got = bytearray()
    with lab.socket() as client, suppress(OSError):
        for piece in source.pieces(source.message()):
            client.sendall(piece)
            if chance.random() < 0.01:
                time.sleep(0.001)
        way = chance.randrange(6)
        if way == 0:
            return b""
        if way == 1:
            client.shutdown(socket.SHUT_WR)
        if way == 2:  # a port's other end would get a reset
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.settimeout(_PATIENCE)
        while data := client.recv(1 << 16):
            got += data
            if len(got) > 1 << 20:
                break
    return bytes(got)


def check(lab: Served) -> None:
    """See that a lab answers, and that nobody holds it."""
    for path in ("/_ping", "/containers/json?all=1", "/images/json?all=1", "/info"):
        assert lab.ask("GET", path).status == 200
    with lab.daemon.step("look", looks=True):
        pass


def memory() -> int:
    """Return the bytes that this process takes; 0 where that is not told."""
    status = _PROCESS / "status"
    lines = status.read_text().splitlines() if status.exists() else ()
    return sum(int(line.split()[1]) << 10 for line in lines if line.startswith("VmRSS:"))


def files() -> int:
    """Return how many files are open; 0 where that is not told."""
    return len(os.listdir(_PROCESS / "fd")) if _PROCESS.exists() else 0


@pytest.mark.parametrize("seed", range(2))
def test_nothing_harms_a_lab(seed: int) -> None:
    chance = random.Random(seed)
    source = AnyRequests(chance, routes())
    daemon, begun = with_base(), 0
    before = files(), threading.active_count()
    with nothing_logged(), serving(daemon) as lab:
        for number in range(COUNT // 2):
            if number % _ROUND == 0:
                prepare(lab, source)
            state = chance.getstate()
            if _FAULT in send(lab, source, chance):
                chance.setstate(state)
                raise AssertionError(f"{source.message()!r}")
            if number % _ROUND == _ROUND - 1:
                check(lab)
                begun = begun or memory()
        check(lab)
    assert memory() - begun < _GROWTH
    end = time.monotonic() + SECONDS
    while has_grown(before) and time.monotonic() < end:
        time.sleep(0.01)  # threads that have nothing to do end by themselves
    assert not has_grown(before)


def has_grown(before: tuple[int, int]) -> bool:
    """Whether there are more files or threads; those of tests before may be fewer by now."""
    return any(now > each for now, each in zip(
        (files(), threading.active_count()), before, strict=True))
