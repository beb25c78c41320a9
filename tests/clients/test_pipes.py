"""More input than a process reads: the real client on a lab shows what it does on a real daemon."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.clients.beside import Beside, beside
from tests.dockerd import Dockerd

pytestmark = pytest.mark.requires("docker", "dockerd")

_MUCH = "x" * 79 + "\n"
_RUN = ("run", "--rm", "--network", "none", "-i", "ubuntu:14.04")


@pytest.fixture
def sides(dockerd: Dockerd) -> Iterator[Beside]:
    with beside(dockerd) as made:
        yield made


@pytest.mark.parametrize("command", [
    ("true",), ("head", "-n", "2"), ("wc", "-c"), ("md5sum",), ("sleep", "1"),
    ("sh", "-c", "echo last words; echo and more >&2; exit 3"),
    ("sh", "-c", "read line; echo $line; exit 4"),
])
def test_a_pipe_into_a_container(sides: Beside, command: tuple[str, ...]) -> None:
    sides.same(*_RUN, *command, input=_MUCH * 40_000)


def test_a_pipe_into_an_exec(sides: Beside) -> None:
    sides.docker("run", "-d", "--name", "c1", "--network", "none", "ubuntu:14.04", "sleep", "1000")
    for command in ("cat > /f; md5sum /f", "exit 5", "head -c 3", "sleep 1; echo late"):
        sides.same("exec", "-i", "c1", "sh", "-c", command, input=_MUCH * 40_000)
