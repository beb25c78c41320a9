"""While a command waits for a line to be typed, others use the lab."""

from __future__ import annotations

import threading
from collections.abc import Callable
from io import BytesIO

import pytest

from imagelab.daemon import Daemon
from imagelab.daemon.clock import RandomIds, SystemClock
from imagelab.daemon.journal import Step
from imagelab.docker.io import Io
from imagelab.docker.main import execute
from imagelab.engine.import_image import wanted
from imagelab.engine.volumes import NewVolume
from tests.dockerd import BASE

RUN = ["run", "-i", "-t", "--name", "c1", "ubuntu:14.04"]


@pytest.fixture
def daemon() -> Daemon:
    daemon = Daemon()
    with BASE.open("rb") as file:
        daemon.load(file)
    return daemon.fork(1)


def ignore(_: bytes) -> None:
    """Take output."""


def run(daemon: Daemon, words: list[str], *lines: Callable[[], bytes]) -> int:
    """Run a command line; each line is typed by a function."""
    typed = iter(lines)
    return execute(daemon, words, Io(ignore, ignore, read_line=lambda: next(typed)()))


def commands(daemon: Daemon) -> list[str]:
    return [step.command for step in daemon.journal]


def test_the_container_is_seen_and_used_by_others(daemon: Daemon) -> None:
    def commit() -> bytes:
        (shown,) = daemon.containers()
        assert shown["State"] == "running"
        daemon.commit("c1", "seen:1")
        return b"exit 3\n"

    assert run(daemon, RUN, lambda: b"echo hello > /hello\n", commit) == 3
    line = "docker run -i -t --name c1 ubuntu:14.04"
    assert commands(daemon) == [line, "commit c1 seen:1", line]
    assert daemon.history("seen:1")[0]["Size"] == 6
    assert [step.parent for step in daemon.journal] == [0, 1, 2]


def test_if_nobody_does_it_stays_one_step_at_one_time(daemon: Daemon) -> None:
    told: list[Step] = []
    daemon.subscribe(told.append)
    before = daemon.state.clock
    assert run(daemon, RUN, lambda: b"true\n", lambda: b"exit\n") == 0
    (step,) = daemon.journal
    assert step.before.clock == before
    assert step.after.clock == before + 1_000_000_000
    assert [each.action for each in step.events] == [
        "create", "attach", "connect", "start", "die", "disconnect"]
    assert told[-1] is step
    daemon.undo()
    assert not daemon.state.containers


def test_an_interruption_takes_back_what_others_have_only_seen(daemon: Daemon) -> None:
    told: list[Step] = []
    daemon.subscribe(told.append)
    before = daemon.state

    def press_ctrl_c() -> bytes:
        assert told[-1].after.containers
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(daemon, RUN, lambda: b"true\n", press_ctrl_c)
    assert not len(daemon.journal)
    assert daemon.state is before
    assert told[-1].after is before, "whoever draws the lab has to know"


def test_an_interruption_leaves_what_others_did(daemon: Daemon) -> None:
    def press_ctrl_c() -> bytes:
        daemon.tag("ubuntu:14.04", "other:1")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(daemon, RUN, press_ctrl_c)
    assert "other:1" in map(str, daemon.state.references)
    assert len(daemon.journal) == 2


def test_a_question_before_a_prune_holds_nobody_up(daemon: Daemon) -> None:
    def remove() -> bytes:
        daemon.remove_container("c1")
        return b"y\n"

    run(daemon, RUN, lambda: b"exit\n")
    assert run(daemon, ["container", "prune"], remove) == 0
    assert commands(daemon)[1:] == ["rm c1", "docker container prune"]


@pytest.mark.parametrize("command", ["load", "import"])
def test_an_archive_is_read_while_others_use_the_lab(command: str) -> None:
    daemon = Daemon(clock=SystemClock(), ids=RandomIds())
    made: list[str] = []

    class Slow(BytesIO):
        """Is read to the end only once somebody else has done something."""

        def read(self, size: int | None = -1, /) -> bytes:
            if not made:
                other = threading.Thread(
                    target=lambda: made.append(daemon.create_volume(NewVolume("v1"))))
                other.start()
                other.join(20)
            return super().read(size)

    file = Slow(BASE.read_bytes())
    if command == "load":
        daemon.load(file)
    else:
        daemon.import_image(file, wanted("", (), "", "", ""))
    assert made == ["v1"]
    assert commands(daemon) == ["volume create v1", command]
    assert len(daemon.images()) == 1
