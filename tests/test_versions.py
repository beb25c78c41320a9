"""The Docker that tests compare with is the one that the lab follows."""

from __future__ import annotations

import subprocess

import pytest

from imagelab.docker.commands.system import CLIENT_VERSION
from imagelab.engine.child_image import DOCKER_VERSION
from tests.dockerd import Dockerd
from tests.requires import unavailable

CLIENT = "28.2.2"
DAEMON = "20.10"


@pytest.mark.requires("docker")
def test_the_client_is_the_one_that_the_lab_follows() -> None:
    found = subprocess.run(["docker", "--version"], capture_output=True, encoding="utf-8",
                           check=True).stdout
    if f"version {CLIENT}," not in found:
        unavailable("docker", f"the lab follows docker's client {CLIENT}, this is {found.strip()}")
    assert CLIENT_VERSION == CLIENT


def test_the_daemon_is_the_one_that_the_lab_follows(dockerd: Dockerd) -> None:
    found = dockerd.docker("version", "--format", "{{.Server.Version}}").stdout.strip()
    if not found.startswith(f"{DAEMON}."):
        unavailable("dockerd", f"the lab follows a daemon {DAEMON}, this is {found}")
    assert DOCKER_VERSION.startswith(f"{DAEMON}.")
