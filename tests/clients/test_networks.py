"""Networks by the real client, with a lab and with a real daemon that makes bridges."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.clients.sides import Client, both
from tests.dockerd import Dockerd
from tests.proof.test_networks import STORIES, comparable
from tests.real_docker import dockerd_apart

__all__ = ["dockerd_apart"]

pytestmark = pytest.mark.requires("docker", "dockerd")


@pytest.mark.parametrize("story", STORIES.values(), ids=list(STORIES))
def test_each_line_answers_the_same(story: str, tmp_path: Path, dockerd: Dockerd) -> None:
    with both(tmp_path, dockerd) as (mine, real):
        try:
            for line in map(str.strip, story.strip().splitlines()):
                assert told(mine, line) == told(real, line)
        finally:
            dockerd.remove_all()
            dockerd.docker("network", "prune", "-f")


def told(side: Client, line: str) -> tuple[object, ...]:
    code, out, err = side.run(line)
    out = comparable(out)
    return line, code, sorted(out.splitlines()) if "prune" in line else out, comparable(err)
