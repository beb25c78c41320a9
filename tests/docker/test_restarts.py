"""Commands on containers that are started again by their restart policy, where time is simulated.

What docker says of them was asked of a real daemon in ``tests/clients/test_docker_py_restarts.py``.
"""

from __future__ import annotations

import pytest

from imagelab import Lab
from tests.api.conftest import serving


@pytest.fixture
def lab() -> Lab:
    """A lab with a container that ends at once, and is to be started again."""
    lab = Lab()
    lab.docker("pull -q busybox")
    lab.docker("run -d --name c1 --restart always busybox sh -c 'echo once; exit 3'")
    return lab


def status(lab: Lab) -> str:
    return lab.docker("ps -a -f name=c1 --format '{{.Status}}'").stdout.strip()


def test_time_passes_for_whoever_waits(lab: Lab) -> None:
    before = lab.docker("inspect -f '{{.RestartCount}} {{.State.Restarting}}' c1").stdout.split()
    assert before[1] == "true"
    waited = lab.docker("wait c1")
    assert (waited.exit_code, waited.stdout) == (0, "3\n")
    after = lab.docker("inspect -f '{{.RestartCount}}' c1").stdout
    assert int(after) > int(before[0])
    assert status(lab).startswith("Restarting (3) ")


def test_stopped_and_started(lab: Lab) -> None:
    assert lab.docker("stop c1").stdout == "c1\n"
    assert status(lab).startswith("Exited (3) ")
    count = len(lab.docker("logs c1").stdout.splitlines())
    lab.docker("run busybox sleep 100")
    assert len(lab.docker("logs c1").stdout.splitlines()) == count
    attached = lab.docker("start -a c1")
    assert (attached.exit_code, attached.stdout) == (3, "once\n")
    assert status(lab).startswith("Restarting (3) ")
    assert lab.docker("restart c1").stdout == "c1\n"


def test_attached_until_its_first_end(lab: Lab) -> None:
    done = lab.docker("run --restart always busybox sh -c 'echo a; sleep 1; echo b; exit 4'")
    assert (done.exit_code, done.stdout) == (4, "a\nb\n")


def test_its_output_is_followed_to_an_end(lab: Lab) -> None:
    lab.docker("run -d --name c2 --restart always busybox sh -c 'sleep 100; echo late'")
    assert lab.docker("logs -f c2").stdout == "late\n"
    assert int(lab.docker("inspect -f '{{.RestartCount}}' c2").stdout) == 1


@pytest.mark.parametrize(("line", "said"), [
    ("attach c1", "You cannot attach to a restarting container, wait until it is running"),
    ("rm c1", "Stop the container before attempting removal or force remove")])
def test_refused(lab: Lab, line: str, said: str) -> None:
    done = lab.docker(line)
    assert done.exit_code == 1
    assert said in done.stderr


def test_removed_by_force(lab: Lab) -> None:
    assert lab.docker("rm -f c1").exit_code == 0
    actions = [each.action for each in lab.journal.current.events]
    assert "kill" not in actions
    assert actions[-1] == "destroy"


def test_time_passes_for_whoever_waits_at_a_served_lab(lab: Lab) -> None:
    with serving(lab.daemon) as served:
        before = lab.daemon.state.clock
        assert served.ask("POST", "/containers/c1/wait").json["StatusCode"] == 3
        assert lab.daemon.state.clock > before
