"""Builds in a lab as on a real daemon: output, exit codes, configurations, layers, cache, remains.

``build_answers.json`` holds what a real daemon made of every case of ``build_cases.py``: engine
20.10.24 (overlay2, no network) with client 28.2.2 and ``DOCKER_BUILDKIT=0``, the base image loaded
and all else removed before each case, written down by ``build_sides.run``. Some cases are built
live again.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from imagelab.lab import Lab
from tests.conformance import conform
from tests.dockerd import Dockerd
from tests.proof import build_sides
from tests.proof.build_cases import CASES
from tests.proof.pair import Pair

ANSWERS: dict[str, str] = json.loads(
    Path(__file__).with_name("build_answers.json").read_text("utf-8"))
BASE = conform.HERE / "base.tar"
#: Cases that are built live again: every so-manyth.
EVERY = 24

_UNUSED = re.compile(r"(?<=build-args \[)[^]]+")

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="a build context has the modes and links of Linux")


@pytest.fixture(scope="module")
def lab() -> Lab:
    made = Lab()
    made.docker(["load", "-i", str(BASE)])
    return made


def answer(docker: build_sides.Docker, name: str, folder: Path) -> str:
    context = folder / "context"
    context.mkdir()
    parts = build_sides.run(docker, CASES[name], context)
    text = "\n".join(part.rstrip("\n") for part in parts if part)
    # The daemon has arguments that nothing took in a map, whose order is chance.
    return _UNUSED.sub(lambda names: " ".join(sorted(names[0].split())), text)


def test_every_case_was_recorded() -> None:
    assert ANSWERS.keys() == CASES.keys()


@pytest.mark.parametrize("name", CASES)
def test_a_build_gives_what_docker_gave(lab: Lab, name: str, tmp_path: Path) -> None:
    def docker(words: tuple[str, ...], folder: Path) -> tuple[int, str, str]:
        done = lab.docker(words, folder=folder)
        return done.exit_code, done.stdout, done.stderr

    lab.daemon.go_to(1)
    assert answer(docker, name, tmp_path) == ANSWERS[name]


@pytest.mark.requires("docker", "dockerd")
@pytest.mark.parametrize("name", [*CASES][::EVERY])
def test_docker_still_gives_it(pair: Pair, dockerd: Dockerd, name: str, tmp_path: Path) -> None:
    def docker(words: tuple[str, ...], folder: Path) -> tuple[int, str, str]:
        done = subprocess.run(
            ["docker", *words], cwd=folder, capture_output=True, check=False,
            stdin=subprocess.DEVNULL, env=dockerd.environment())
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    assert answer(docker, name, tmp_path) == ANSWERS[name]
