"""docker-py, speaking to a served lab and, in the same tests, to a real daemon."""

from __future__ import annotations

import gc
import os
import signal
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from docker import DockerClient
from docker.models.containers import Container

from tests.api.conftest import serving, with_base
from tests.dockerd import BASE_NAME

#: Seconds for a test; a stream that never ends would last for ever.
_SECONDS = 60


@contextmanager
def _speaking(host: str) -> Iterator[DockerClient]:
    def ring(*_: object) -> None:
        raise TimeoutError(f"the test takes longer than {_SECONDS} seconds")

    client = DockerClient(base_url=host, timeout=_SECONDS)
    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(_SECONDS)
    try:
        yield client
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
        client.close()


@pytest.fixture(scope="module")
def _forgotten() -> Iterator[None]:
    """Close what docker-py forgets to close before tests come that would be blamed for it."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.fixture
def lab_client(_forgotten: None) -> Iterator[DockerClient]:
    """docker-py with a lab of its own, which has the base image."""
    with serving(with_base()) as served, _speaking(served.host) as client:
        yield client


#: A real daemon now and then loses the output of a short command on a busy machine, so that it is
#: asked with ``make stress`` only.
_DAEMONS = ["lab", pytest.param("dockerd", marks=pytest.mark.requires("dockerd"))]


@pytest.fixture(params=_DAEMONS if os.environ.get("IMAGELAB_STRESS") else _DAEMONS[:1])
def client(_forgotten: None, request: pytest.FixtureRequest) -> Iterator[DockerClient]:
    """docker-py with a lab or a real daemon, which has the base image and nothing else."""
    if request.param == "lab":
        yield request.getfixturevalue("lab_client")
        return
    daemon = request.getfixturevalue("dockerd")
    daemon.reset()
    with _speaking(daemon.host) as real:
        yield real
        while any(each["State"] == "removing" for each in real.api.containers(all=True)):
            time.sleep(0.05)
    daemon.reset()


@pytest.fixture
def box(client: DockerClient) -> Container:
    """A container that runs until its input ends."""
    return run(client, "cat", stdin_open=True)


#: What a container's shell waits with until :func:`tell`.
UNTIL_TOLD = "until test -e /told; do sleep 0.1; done"


def tell(container: Container) -> None:
    """Let a container go on that waits for it."""
    container.exec_run(["touch", "/told"])


def run(client: DockerClient, command: Any, **settings: Any) -> Container:
    """Start a container of the base image."""
    settings.setdefault("network_mode", "none")
    return client.containers.run(BASE_NAME, command, detach=True, **settings)
