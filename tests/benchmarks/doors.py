"""A served lab beside a real daemon: over HTTP, and through the real docker client.

The lab is a kept one, served by ``imagelab serve`` in a process of its own, as users have it.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

from tests.benchmarks.over_http import OverHttp
from tests.benchmarks.timing import Row, Times, timed
from tests.clients.serving import served
from tests.conformance import conform
from tests.dockerd import Dockerd, UnixConnection, client_environment

BASE = conform.HERE / "base.tar"
IMAGE = "ubuntu:14.04"
RUNS = 31
MANY = 300
#: How many times faster than the daemon a command is to be over HTTP.
WISHES = {"commit": 10, "rmi": 3, f"images ({MANY})": 3, "tag": 1, "history": 1, "inspect": 1}

Table = tuple[str, list[Row], Mapping[str, float]]


def compared(dockerd: Dockerd, folder: Path) -> Iterator[Table]:
    """Yield the tables of both ways, each with what is wanted."""
    dockerd.reset()
    with served() as server:
        ours = OverHttp(UnixConnection(server.path))
        ours.load(BASE)
        theirs = OverHttp(dockerd.connection())
        yield "over HTTP, `imagelab serve` and a real daemon", _over_http(ours, theirs), WISHES
        settings = folder / "client"
        settings.mkdir()
        rows = _through_client(_Client(client_environment(server.host, settings)),
                               _Client(dockerd.environment()), folder)
        yield "through the docker client", rows, {row.name: 1 for row in rows}


def _over_http(*sides: OverHttp) -> list[Row]:
    containers = {side: side.run(IMAGE, "sh", "-c", "echo one > /one") for side in sides}

    def row(name: str, run: Callable[[OverHttp, str], object], what: str) -> Row:
        return Row(name, *(timed(partial(run, side), _names(what)) for side in sides))

    rows = [
        row("commit", lambda side, name: side.commit(containers[side], name), "one"),
        row("tag", lambda side, name: side.tag(IMAGE, name), "two"),
        row("inspect", lambda side, _: side.inspect(IMAGE), ""),
        row("history", lambda side, _: side.history(IMAGE), ""),
        row("rmi", lambda side, name: side.remove(f"{name}:1"), "one"),
    ]
    for side, container in containers.items():
        for number in range(MANY):
            side.commit(container, f"many{number}", str(number))
    return [*rows, row(f"images ({MANY})", lambda side, _: side.images(), "")]


def _names(what: str) -> list[str]:
    return [f"{what}{number}" for number in range(RUNS)]


class _Client:
    """The docker client on one daemon."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = environment | {"DOCKER_BUILDKIT": "0"}

    def __call__(self, *words: str) -> None:
        subprocess.run(["docker", *words], env=self._environment, check=True,
                       stdin=subprocess.DEVNULL, capture_output=True)


def _through_client(ours: _Client, theirs: _Client, folder: Path) -> list[Row]:
    """Time image commands, the two sides in turn."""
    context = folder / "context"
    context.mkdir()
    (context / "Dockerfile").write_text(f"FROM {IMAGE}\nENV a=b\nCMD [\"sh\"]\n")
    for client in (ours, theirs):
        client("create", "--network", "none", "--name", "c1", IMAGE)
        client("save", "-o", str(folder / "base.tar"), IMAGE)
    commands = {
        "images": ("images",), "inspect": ("inspect", IMAGE), "history": ("history", IMAGE),
        "commit": ("commit", "c1", "{}:1"), "tag": ("tag", IMAGE, "{}:2"), "rmi": ("rmi", "{}:1"),
        "build (cached)": ("build", "-t", "{}:3", str(context)),
        "save": ("save", "-o", str(folder / "saved.tar"), IMAGE),
        "load": ("load", "-i", str(folder / "base.tar")),
        "import": ("import", str(folder / "base.tar"), "{}:4"),
        "image prune": ("image", "prune", "-f"),
    }
    return [_in_turn(name, words, ours, theirs) for name, words in commands.items()]


def _in_turn(name: str, words: tuple[str, ...], ours: _Client, theirs: _Client) -> Row:
    runs: dict[_Client, list[float]] = {ours: [], theirs: []}
    for number in range(RUNS):
        for client, times in runs.items():
            line = [word.format(f"bench{number}") for word in words]
            times += timed(partial(_run, client, line), [""], 0).runs
    return Row(name, *(Times(tuple(times[1:])) for times in runs.values()))


def _run(client: _Client, line: list[str], _: str) -> None:
    client(*line)
