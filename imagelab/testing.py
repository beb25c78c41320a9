"""Fixtures for pytest: a lab that stands for a Docker daemon in the tests of other projects.

pytest loads this module wherever imagelab is installed, so all that it needs is imported when a
fixture is used.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from docker import DockerClient

    from imagelab.lab import Lab

#: What a user's environment may say of other daemons, of accounts, and of how to use them.
_OTHERS = (
    "DOCKER_API_VERSION", "DOCKER_AUTH_CONFIG", "DOCKER_CERT_PATH", "DOCKER_CONTENT_TRUST",
    "DOCKER_CONTEXT", "DOCKER_CUSTOM_HEADERS", "DOCKER_DEFAULT_PLATFORM", "DOCKER_TLS",
    "DOCKER_TLS_VERIFY")

_LAB = pytest.StashKey["Lab"]()


@pytest.fixture(scope="session")
def docker_lab_start() -> Lab:
    """The lab that ``docker_lab`` is a copy of in every test: empty, on the machine's clock.

    A ``docker_lab_start`` of your own, in ``conftest.py``, may take this one and put images into
    it, or return another lab.
    """
    from imagelab.daemon.clock import SystemClock
    from imagelab.lab import Lab

    return Lab(clock=SystemClock())


@pytest.fixture
def docker_lab(
    docker_lab_start: object, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest,
) -> Iterator[Lab]:
    """A lab that is served as a Docker daemon during the test; ``DOCKER_HOST`` leads to it.

    docker-py's ``from_env()`` and programs that the test starts use it. What they did to it is
    reported with a test that fails.
    """
    from imagelab.lab import Lab
    from imagelab.model.outcome import EngineError

    if not isinstance(docker_lab_start, Lab):
        pytest.fail(f"docker_lab: docker_lab_start is to return a lab, not {docker_lab_start!r}",
                    pytrace=False)
    lab = docker_lab_start.at(docker_lab_start.journal.current)
    request.node.stash[_LAB] = lab
    try:
        served = lab.serve()
    except EngineError as error:
        pytest.fail(f"docker_lab: {error}", pytrace=False)
    with served, TemporaryDirectory(prefix="imagelab-") as accounts:
        for name in _OTHERS:
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("DOCKER_HOST", served.host)
        # Neither the user's passwords go to the lab nor the test's into the user's file.
        monkeypatch.setenv("DOCKER_CONFIG", accounts)
        monkeypatch.setenv("DOCKER_BUILDKIT", "0")  # the lab has the classic builder
        yield lab


@pytest.fixture
def docker_lab_client(docker_lab: Lab) -> Iterator[DockerClient]:
    """A client of docker-py for ``docker_lab``."""
    try:
        from docker import DockerClient
    except ImportError as error:
        pytest.fail(f'docker_lab_client: {error}: run  pip install "imagelab[testing]"',
                    pytrace=False)

    client = DockerClient.from_env()
    yield client
    client.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Report what was done to the lab of a test that fails."""
    report = yield
    lab = item.stash.get(_LAB, None)
    if report.failed and lab is not None:
        report.sections.append(("docker_lab", repr(lab.journal)))
    return report
