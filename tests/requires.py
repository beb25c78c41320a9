"""What a test may need from the machine, and what happens where it is missing.

A test names its needs with ``@pytest.mark.requires("docker")``, or takes the fixture
``dockerd`` or ``chromium``. Where a need is missing the test is skipped with a line that
says what to install; where ``IMAGELAB_REQUIRE`` names it (``docker,dockerd,chromium``),
the test fails instead.
"""

import os
import shutil
import sys
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from typing import NoReturn

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> str | None:
    """Return the path of an installed Chromium, None without one."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def _chromium() -> str | None:
    return None if find_chromium() else "no Chromium: install chromium (or Google Chrome)"


def _docker() -> str | None:
    if shutil.which("docker"):
        return None
    return "no docker client: install docker.io, docker-cli or Docker Desktop"


def _dockerd() -> str | None:
    if sys.platform != "linux" or os.geteuid() != 0:
        return "a Docker daemon of our own needs Linux and root"
    if not shutil.which("dockerd"):
        return "no Docker daemon: install docker.io"
    return _docker()


def _program(name: str) -> str | None:
    return None if shutil.which(name) else f"no {name}: install {name}"


def _npm() -> str | None:
    return None if shutil.which("npm") else "no npm: install Node.js, 20 or newer"


def _atheris() -> str | None:
    if find_spec("atheris"):
        return None
    return "no atheris: pip install atheris (for Linux on x86-64, Python before 3.14)"


def _as_root(name: str) -> str | None:
    if sys.platform != "linux" or os.geteuid() != 0:
        return f"{name} needs Linux and root to keep owners of files"
    return _program(name)


PROBES: dict[str, Callable[[], str | None]] = {
    "chromium": _chromium, "docker": _docker, "dockerd": _dockerd, "npm": _npm,
    "atheris": _atheris,
    **{name: partial(_program, name) for name in ("curl", "docker-registry", "skopeo")},
    **{name: partial(_as_root, name) for name in ("buildah", "podman", "umoci")},
}


def required() -> frozenset[str]:
    """Return the names in ``IMAGELAB_REQUIRE``.

    Raises:
        pytest.UsageError: one of them is unknown.
    """
    names = frozenset(filter(None, os.environ.get("IMAGELAB_REQUIRE", "").split(",")))
    if unknown := names - PROBES.keys():
        raise pytest.UsageError(
            f"IMAGELAB_REQUIRE: {', '.join(sorted(unknown))} is none of {', '.join(PROBES)}"
        )
    return names


def unavailable(name: str, reason: str) -> NoReturn:
    """Skip the running test because *name* is missing, or fail it where that is required."""
    if name in required():
        pytest.fail(f"IMAGELAB_REQUIRE names {name}, but: {reason}", pytrace=False)
    pytest.skip(reason)


def require(name: str) -> None:
    """Let the running test go on if the machine has *name*; else skip or fail it."""
    if reason := PROBES[name]():
        unavailable(name, reason)
