"""``docker container prune``; the answers are those of a real client and daemon."""

from __future__ import annotations

import pytest

from imagelab import Lab

WARNING = ("WARNING! This will remove all stopped containers.\n"
           "Are you sure you want to continue? [y/N] ")


@pytest.fixture
def lab() -> Lab:
    found = Lab()
    found.docker("pull -q ubuntu:14.04")
    for number in (1, 2, 3):
        found.docker([
            "run", "--name", f"p{number}", "--label", f"p={number}", "ubuntu:14.04", "sh", "-c",
            f"head -c {number}000 /dev/zero > /x"])
    found.docker("create --name p4 --label p=4 ubuntu:14.04")
    found.docker("run -d --name runs --label p=5 ubuntu:14.04 sleep 600")
    found.docker("run -d --name frozen ubuntu:14.04 sleep 600")
    found.docker("pause frozen")
    return found


def names(lab: Lab) -> list[str]:
    return lab.docker("ps -a --format '{{.Names}}'").stdout.split()


def test_it_removes_what_does_not_run_the_newest_first(lab: Lab) -> None:
    ids = lab.docker("ps -aq --no-trunc -f name=^/p").stdout
    done = lab.docker("container prune", "y\n")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout == f"{WARNING}Deleted Containers:\n{ids}\nTotal reclaimed space: 6kB\n"
    assert names(lab) == ["frozen", "runs"]


@pytest.mark.parametrize("answer", ["n\n", "\n", "", "yes\n"])
def test_it_asks_first(lab: Lab, answer: str) -> None:
    done = lab.docker("container prune", answer)
    assert (done.exit_code, done.stdout, done.stderr) == (0, WARNING, "")
    assert len(names(lab)) == 6


@pytest.mark.parametrize(("filters", "left"), [
    ("--filter label=p=2", "frozen runs p4 p3 p1"),
    ("--filter label=p", "frozen runs"),
    ("--filter label!=p=2", "frozen runs p2"),
    ("--filter label=p=1 --filter label=p=2", "frozen runs p4 p3 p2 p1"),
    ("--filter label!=p --filter label=p", "frozen runs p4 p3 p2 p1"),
    ("--filter until=1h", "frozen runs p4 p3 p2 p1"),
    ("--filter until=1s", "frozen runs"),
])
def test_filters(lab: Lab, filters: str, left: str) -> None:
    assert lab.docker(f"container prune -f {filters}").exit_code == 0
    assert names(lab) == left.split()


@pytest.mark.parametrize(("filters", "reason"), [
    ("--filter foo=1", "Invalid filter 'foo'"),
    ("--filter until=x", 'failed to parse value as time or duration: "x"'),
    ("--filter until=1h --filter until=2h", "more than one until filter specified"),
])
@pytest.mark.parametrize("command", ["container", "image"])
def test_filters_that_cannot_be(lab: Lab, command: str, filters: str, reason: str) -> None:
    done = lab.docker(f"{command} prune -f {filters}")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == f"Error response from daemon: {reason}\n"


def test_undo_brings_them_back(lab: Lab) -> None:
    before = names(lab)
    lab.docker("container prune -f")
    lab.undo()
    assert names(lab) == before
