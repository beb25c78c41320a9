"""Real Docker daemons for tests, which are skipped where there are none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from tests.dockerd import Dockerd, StartError, started
from tests.requires import require, unavailable


@contextmanager
def real_docker(*, apart: bool = False) -> Iterator[Dockerd]:
    """Start a daemon as :func:`tests.dockerd.started` does, or skip the test."""
    require("dockerd")
    with ExitStack() as stack:
        try:
            daemon = stack.enter_context(started(apart=apart))
        except StartError as error:
            unavailable("dockerd", str(error))
        yield daemon


@pytest.fixture(name="dockerd", scope="module")
def dockerd_apart() -> Iterator[Dockerd]:
    """For a module that makes networks, in place of the daemon that all tests share."""
    with real_docker(apart=True) as daemon:
        yield daemon
