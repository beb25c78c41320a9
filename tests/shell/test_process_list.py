"""The programs in a process, as listed from outside; more of them in ``tests/proof``."""

from __future__ import annotations

import pytest

from imagelab.lab import Lab
from imagelab.shell.process_list import Listed, listed


def programs(image: str, command: str) -> list[tuple[str, int]]:
    lab = Lab()
    done = lab.docker(f"run -d {image} {command}")
    assert done.exit_code == 0, done.stderr
    (container,) = lab.state.containers.values()
    return [(" ".join(each.argv), each.parent) for each in listed(container.processes[""])]


@pytest.mark.parametrize(("command", "wanted"), [
    ("sleep 100", [("sleep 100", -1)]),
    ("bash -c 'sleep 100'", [("sleep 100", -1)]),
    ("bash -c 'true; sleep 100'", [("bash -c true; sleep 100", -1), ("sleep 100", 0)]),
    ("sh -c 'sleep 100'", [("sh -c sleep 100", -1), ("sleep 100", 0)]),  # dash of 2014
    ("bash -c 'sleep 100 | cat; true'", [
        ("bash -c sleep 100 | cat; true", -1), ("sleep 100", 0), ("cat", 0)]),
])
def test_shells_fork_for_what_is_not_their_last_command(
    command: str, wanted: list[tuple[str, int]],
) -> None:
    assert programs("ubuntu:14.04", command) == wanted


def test_a_shell_at_its_prompt_and_one_that_has_not_begun() -> None:
    lab = Lab()
    lab.docker("run -dit ubuntu:14.04 bash")
    (container,) = lab.state.containers.values()
    process = container.processes[""]
    assert listed(process) == (Listed(("bash",), -1),)
