"""What the client has and the lab has not: one line each, whatever way it is asked for."""

from __future__ import annotations

import os
import re
import subprocess

import pytest

from imagelab.daemon import Daemon
from imagelab.docker.io import Io
from imagelab.docker.main import _NOT_SIMULATED, COMMANDS, GROUPS, execute


def lab(line: str) -> tuple[int, str, str]:
    out, err = bytearray(), bytearray()
    code = execute(Daemon(), line.split(), Io(out.extend, err.extend))
    return code, out.decode(), err.decode()


def listed(line: str) -> list[str]:
    """Return the commands that the real client lists for a group, or for ``--help``."""
    environment = {"PATH": os.environ["PATH"], "DOCKER_HOST": "unix:///nowhere", "HOME": "/nowhere",
                   "DOCKER_CONFIG": "/nowhere", "DOCKER_API_VERSION": "1.41"}
    text = subprocess.run(["docker", *line.split()], capture_output=True, encoding="utf-8",
                          env=environment, check=True, stdin=subprocess.DEVNULL).stdout
    # What stands before the lists may be about experiments; flags stand behind them.
    lists = re.split(r"^Global Options:|^Options:", text, flags=re.MULTILINE)[0]
    return re.findall(r"^  (\w+) +\S", lists.partition("ommands:\n")[2], re.MULTILINE)


@pytest.mark.requires("docker")
def test_every_command_of_the_client_is_simulated_or_refused_by_name() -> None:
    known = {*COMMANDS, *GROUPS, *_NOT_SIMULATED}
    names = listed("--help")
    assert len(names) > 50
    assert not [name for name in names if name not in known]
    for group in GROUPS:
        assert not [name for name in listed(f"{group} --help") if f"{group} {name}" not in known]
    assert not set(_NOT_SIMULATED) & {*COMMANDS, *GROUPS}


@pytest.mark.parametrize(("line", "name"), [
    ("swarm", "swarm"), ("swarm --help", "swarm"), ("help swarm", "swarm"),
    ("swarm init", "swarm init"), ("swarm init --help", "swarm init"),
    ("help swarm init", "swarm init"), ("swarm nonsense", "swarm nonsense"),
    ("swarm --foo", "swarm"), ("compose up -d", "compose up"), ("buildx ls", "buildx ls"),
    ("--context x stack deploy -c y z", "stack deploy"), ("trust key load", "trust key"),
    ("help context", "context"), ("manifest push x", "manifest push"),
    ("manifest push --help", "manifest push"), ("help manifest push", "manifest push"),
    ("manifest --help push", "manifest push"), ("plugin install a/b", "plugin install"),
])
def test_one_line_says_that_it_is_not_simulated(line: str, name: str) -> None:
    assert lab(line) == (1, "", f"imagelab does not simulate 'docker {name}'\n")


@pytest.mark.parametrize("line", ["checkpoint", "checkpoint ls c1", "help checkpoint"])
def test_experiments_are_refused_in_the_clients_words(line: str) -> None:
    name = "checkpoint ls" if "ls" in line else "checkpoint"
    assert lab(line) == (1, "", f"docker {name} is only supported on a Docker daemon with "
                                "experimental features enabled\n")


@pytest.mark.parametrize(("line", "err"), [
    ("nonsense", "docker: unknown command: docker nonsense\n\n"
                 "Run 'docker --help' for more information\n"),
    ("network nonsense", "docker: unknown command: docker network nonsense\n\n"
                         "Usage:  docker network\n\n"
                         "Run 'docker network --help' for more information\n"),
    ("help system nonsense", "unknown help topic: nonsense\n"),
])
def test_what_nobody_knows(line: str, err: str) -> None:
    assert lab(line) == (1, "", err)
