"""The hostile layers of ``tests/hostile`` on a real daemon: what it makes of the same bytes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.dockerd import Dockerd
from tests.hostile.documents import DOUBTS, FORMAT
from tests.hostile.tars import archive, listed, refusal
from tests.hostile.test_layers import CASES

pytestmark = pytest.mark.requires("docker", "dockerd")


@pytest.fixture
def bare(dockerd: Dockerd) -> Dockerd:
    """A daemon without images, with the storage driver that the table speaks of."""
    if dockerd.docker("info", "--format", "{{.Driver}}").stdout != "overlay2\n":
        pytest.skip("other storage drivers have other answers than overlay2")
    dockerd.remove_all()
    return dockerd


@pytest.mark.parametrize("name", CASES)
def test_what_a_daemon_makes_of_it(name: str, bare: Dockerd, tmp_path: Path) -> None:
    case = CASES[name]
    path = tmp_path / "image.tar"
    path.write_bytes(archive(case.layers))
    done = bare.docker("load", "-q", "-i", path, check=False)
    if done.returncode:
        answer = refusal(done.stderr)
    else:
        made = bare.docker("create", "--network", "none", "t:1", "x").stdout.strip()
        bare.docker("export", "-o", path, made)
        answer = listed(path.read_bytes())
    assert answer == (case.answer if case.daemon is None else case.daemon)


@pytest.mark.parametrize("name", DOUBTS)
def test_what_a_daemon_takes_a_document_in_doubt_for(
    name: str, dockerd: Dockerd, tmp_path: Path,
) -> None:
    dockerd.remove_all()
    path = tmp_path / "image.tar"
    path.write_bytes(DOUBTS[name].archive)
    done = dockerd.docker("load", "-q", "-i", path, check=False)
    answer = done.stderr
    if not done.returncode:
        (image,) = dockerd.docker("images", "-q", "--no-trunc").stdout.split()
        answer = dockerd.docker("inspect", "--format", FORMAT, image).stdout
    assert answer.strip("\n").startswith(DOUBTS[name].daemon)
