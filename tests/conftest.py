"""Fixtures and marks for all tests."""

import os
from collections.abc import Iterator

import pytest

from tests.dockerd import Dockerd
from tests.real_docker import real_docker
from tests.requires import find_chromium, require, required

pytest_plugins = ["pytester"]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "requires(*names): needs chromium, docker … (see tests/requires.py)"
    )
    required()  # a wrong name must not pass in silence
    # Programs and workers share compiled modules, as those of an installed imagelab do.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    for mark in item.iter_markers("requires"):
        for name in mark.args:
            require(name)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the figures that tests have measured, from whichever process."""
    reports = [each for reports in terminalreporter.stats.values() for each in reports]
    figures = [value for each in reports if getattr(each, "when", "") == "call"
               for name, value in each.user_properties if name == "figure"]
    if figures:
        terminalreporter.section("figures")
        for figure in figures:
            terminalreporter.write_line(str(figure))


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of an installed Chromium, for Playwright's ``executable_path``."""
    require("chromium")
    path = find_chromium()
    assert path is not None
    return path


@pytest.fixture(scope="session")
def dockerd() -> Iterator[Dockerd]:
    """A real Docker daemon, without images at first, stopped at the end of the session."""
    with real_docker() as daemon:
        yield daemon


@pytest.hookimpl(optionalhook=True)  # -p no:xdist leaves it out
def pytest_xdist_auto_num_workers() -> int:
    """Use one process more than processors: a third of the time goes into waiting for daemons."""
    return (os.cpu_count() or 1) + 1
