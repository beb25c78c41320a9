"""The command line: what the client refuses by itself, and what it answers without a lab.

``client_refusals.json`` holds what docker's client (28.2.2) said to lines that never reach a
daemon.
"""

from __future__ import annotations

import json
import shlex
from io import BytesIO
from pathlib import Path

import pytest

from imagelab.daemon import Daemon
from imagelab.docker.io import Io
from imagelab.docker.main import _NOT_SIMULATED, COMMANDS, execute

RECORDED = json.loads(Path(__file__).with_name("client_refusals.json").read_text("utf-8"))


def run(daemon: Daemon, line: str, stdin: bytes = b"") -> tuple[int, str, str]:
    out, err = bytearray(), bytearray()
    code = execute(daemon, shlex.split(line), Io(out.extend, err.extend, BytesIO(stdin)))
    return code, out.decode(), err.decode()


@pytest.mark.parametrize("case", RECORDED, ids=lambda case: case["line"])
def test_refusals_of_the_client(case: dict[str, str | int]) -> None:
    assert run(Daemon(), str(case["line"])) == (case["code"], case["stdout"], case["stderr"])


@pytest.mark.parametrize("line", ["--version", "--help", "image", "ps --help"])
def test_asking_for_help_is_no_step(line: str) -> None:
    daemon = Daemon()
    assert run(daemon, line)[0] == 0
    assert len(daemon.journal) == 0


@pytest.mark.parametrize("line", ["images --nothing", "nonsense", "rmi", "build ."])
def test_a_refused_line_is_a_step_that_undo_takes_back(line: str) -> None:
    daemon = Daemon()
    code = run(daemon, line)[0]
    assert [step.exit_code for step in daemon.journal] == [code]
    assert daemon.undo().command == f"docker {line}"
    assert daemon.journal.head == 0


@pytest.mark.parametrize("line", ["compose up", "manifest create x y", "manifest rm x"])
def test_what_is_not_simulated_says_so(line: str) -> None:
    code, out, err = run(Daemon(), line)
    assert (code, out) == (1, "")
    assert err.startswith("imagelab does not simulate 'docker ")


@pytest.mark.parametrize("line", [
    "cp 'f\0' c:/", "cp f 'c:/a\0b'", "load -i 'a\0'", "save -o 'a\0' i", "build -f 'a\0' .",
    "run --cidfile 'a\0' i", "import 'a\0'", "export -o 'a\0' c", "'a\0'", "--config 'a\0' ps",
])
def test_a_zero_byte_is_in_no_command_line(line: str) -> None:
    daemon = Daemon()
    code, out, err = run(daemon, line)
    assert (code, out) == (1, "")
    assert err == "imagelab: no word of a command line can hold a zero byte\n"
    assert [step.exit_code for step in daemon.journal] == [1]


def test_no_command_is_simulated_and_not() -> None:
    assert not _NOT_SIMULATED & COMMANDS.keys()


#: Of these the client says each time that their builder is an old one.
_BUILDER = ("build", "builder build", "builder prune", "image build")


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_help_of_every_command(name: str) -> None:
    code, out, err = run(Daemon(), f"{name} --help")
    assert code == 0
    assert out.startswith(f"Usage:  docker {COMMANDS[name].name}")
    assert err == "" or (name in _BUILDER and err.startswith("DEPRECATED: "))


def test_an_overview_lists_the_commands() -> None:
    _, out, _ = run(Daemon(), "--help")
    assert "  images " in out
    assert "image prune" not in out
    assert run(Daemon(), "image --help")[1].count("  prune ") == 1


@pytest.mark.parametrize("options", [
    "-H tcp://nowhere:1", "--host=unix:///x", "--context c", "-D", "--config /x -l debug",
])
def test_options_before_the_command_change_nothing(options: str) -> None:
    assert run(Daemon(), f"{options} images -q") == (0, "", "")


@pytest.mark.parametrize(("answer", "prunes"), [
    (b"y\n", True), (b"Y\n", True), (b"yes\n", False), (b"n\n", False), (b"", False),
])
def test_prune_asks(answer: bytes, prunes: bool) -> None:
    code, out, err = run(Daemon(), "image prune", answer)
    assert (code, err) == (0, "")
    assert out.startswith("WARNING! This will remove all dangling images.\n"
                          "Are you sure you want to continue? [y/N] ")
    assert ("Total reclaimed space" in out) is prunes


def test_a_quiet_listing_gives_only_ids() -> None:
    daemon = Daemon()
    run(daemon, "pull hello-world")
    code, out, _ = run(daemon, "images -q --no-trunc")
    assert code == 0
    assert out.splitlines() == list(daemon.state.images)
