"""A lab and a real Docker beside each other, both with the base image."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from imagelab.lab import Lab
from tests.conformance import conform
from tests.dockerd import Dockerd
from tests.proof.pair import Pair

BASE = conform.HERE / "base.tar"


@pytest.fixture
def pair(dockerd: Dockerd, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    made = Pair(Lab(), dockerd, tmp_path_factory.mktemp("archives"))
    made.clean()
    made.both("load", "-q", "-i", str(BASE))
    yield made
    made.clean()
