"""A lab and a real Docker beside each other, both with the base image."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from imagelab.lab import Lab
from tests.dockerd import BASE, Dockerd
from tests.proof.pair import Pair
from tests.proof.side import INSIDE


@pytest.fixture
def pair(dockerd: Dockerd, tmp_path_factory: pytest.TempPathFactory) -> Pair:
    return with_base(dockerd, tmp_path_factory)


def with_base(dockerd: Dockerd, tmp_path_factory: pytest.TempPathFactory) -> Pair:
    """Return a lab and a daemon that both have the base image and nothing else."""
    made = Pair(Lab(), dockerd, tmp_path_factory.mktemp("archives"))
    dockerd.reset()
    made.here("load", "-q", "-i", str(BASE))
    return made


@pytest.fixture(scope="module")
def module_pair(
    dockerd: Dockerd, tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Pair]:
    """Return a lab and a daemon that both have the image ``files:1``, with the same layers."""
    made = with_base(dockerd, tmp_path_factory)
    made.here("run", "--name", "maker", "ubuntu:14.04", "sh", "-c", INSIDE)
    made.here("commit", "maker", "files:1")
    made.here("rm", "maker")
    made.send("files:1")
    yield made
    dockerd.remove_all()
