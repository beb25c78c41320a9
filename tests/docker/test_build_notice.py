"""What the client says of its builders, beside the real one, by ``DOCKER_BUILDKIT``."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from imagelab.daemon import Daemon
from imagelab.docker.io import Io
from imagelab.docker.main import execute
from tests.requires import unavailable


def real(folder: Path, environment: dict[str, str], *words: str) -> tuple[int, str]:
    done = subprocess.run(
        ["docker", *words], capture_output=True, encoding="utf-8", cwd=folder, check=False,
        env={"PATH": os.environ["PATH"], "DOCKER_HOST": "unix:///nowhere", "HOME": "/nowhere",
             "DOCKER_CONFIG": "/nowhere", "DOCKER_API_VERSION": "1.41", **environment})
    return done.returncode, done.stderr


@pytest.mark.requires("docker")
@pytest.mark.parametrize("wish", ["", "0", "f", "False", "1", "TRUE", "x", "yes"])
def test_a_build_begins_as_with_the_real_client(tmp_path: Path, wish: str) -> None:
    if real(tmp_path, {}, "buildx", "version")[0] == 0:
        unavailable("docker", "this is about a client without buildx")
    environment = {"DOCKER_BUILDKIT": wish} if wish else {}
    err = bytearray()
    code = execute(Daemon(), ["build", "."], Io(
        err.extend, err.extend, folder=tmp_path, environment=environment))
    assert (code, err.decode()) == real(tmp_path, environment, "build", ".")
