"""The fixture ``dockerd`` is a real Docker, and goes away without a trace."""

import os
from pathlib import Path

import pytest

from tests.dockerd import BASE, BASE_ID, BASE_NAME, Dockerd, started


def test_runs_a_container_of_the_base_image(dockerd: Dockerd) -> None:
    dockerd.remove_all()
    assert dockerd.docker("load", "-i", BASE).stdout == "Loaded image: ubuntu:14.04\n"
    assert dockerd.docker("images", "-q", "--no-trunc").stdout == f"{BASE_ID}\n"
    run = dockerd.docker(
        "run", "--rm", "-i", "--network", "none", "ubuntu:14.04", "sh", "-c", "cat; exit 3",
        input="alpha\n", check=False,
    )  # fmt: skip
    assert (run.stdout, run.stderr, run.returncode) == ("alpha\n", "", 3)


def test_a_reset_leaves_the_base_image_alone(dockerd: Dockerd) -> None:
    for name in (BASE_NAME, "other:1", "other:1"):
        dockerd.reset()
        assert dockerd.docker("images", "-aq", "--no-trunc").stdout == f"{BASE_ID}\n"
        assert dockerd.docker("ps", "-aq").stdout == ""
        assert dockerd.docker("volume", "ls", "-q").stdout == ""
        dockerd.docker("create", "--name", "c1", "-v", "data:/data", "-v", "/anon", BASE_NAME)
        dockerd.docker("commit", "c1", name)
        dockerd.docker("commit", "c1")


def test_a_failed_command_says_why(dockerd: Dockerd) -> None:
    with pytest.raises(AssertionError, match="No such image: nosuch"):
        dockerd.docker("rmi", "nosuch")


@pytest.mark.requires("dockerd")
def test_leaves_nothing_behind() -> None:
    with started() as daemon:
        root = Path(daemon.host.removeprefix("unix://")).parent.parent
        daemon.docker("load", "-i", BASE)
        daemon.docker("run", "-d", "--network", "none", "ubuntu:14.04", "sleep", "1000")
        assert _processes(root)
    assert not root.exists()
    assert not _processes(root)
    assert str(root) not in Path("/proc/self/mountinfo").read_text()


def _processes(root: Path) -> list[str]:
    """Return the command lines of processes that were given a path under *root*."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except (FileNotFoundError, ProcessLookupError):
                continue
            if str(root) in command:
                found.append(command)
    return found
