"""Execs step by step, as the Engine API has them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from imagelab.engine.advance import advance
from imagelab.engine.create import create
from imagelab.engine.exec import (
    create_exec,
    inspect_exec,
    send_exec_input,
    start_exec,
    take_output,
)
from imagelab.engine.processes import start
from imagelab.engine.pull import pull
from imagelab.engine.signals import kill
from imagelab.formats.gotime import SECOND
from imagelab.model.config import Config
from imagelab.model.container import Exec
from imagelab.model.outcome import BadRequest, Conflict, NotFound
from imagelab.model.state import State
from imagelab.shell.budget import Budget
from imagelab.storage.store import Store

NOW = 1_772_442_000 * SECOND
ONE, TWO = "1" * 64, "2" * 64
CONTAINER = "c" * 64


@pytest.fixture(scope="module")
def running() -> State:
    """A lab with one container that sleeps for ten minutes."""
    state = pull(State(), "busybox", now=NOW).state
    config = Config(image="busybox", cmd=("sleep", "600"), env=("OWN=1",), working_dir="/tmp")
    state = create(state, config, identifier=CONTAINER, now=NOW, name="c1").state
    return start(state, "c1", now=NOW, budget=Budget()).state


def made(state: State, *command: str, open_stdin: bool = False) -> State:
    wanted = Exec(ONE, command, open_stdin=open_stdin, open_stdout=True, open_stderr=True)
    return create_exec(state, "c1", wanted, now=NOW).state


def started(state: State, *command: str, stdin_open: bool = False) -> State:
    outcome = start_exec(made(state, *command, open_stdin=stdin_open), ONE, now=NOW,
                         budget=Budget(), stdin_open=stdin_open)
    assert outcome.error is None
    return outcome.state


def printed(state: State) -> bytes:
    return b"".join(log.data for log in take_output(state, ONE).value)


def test_the_document_is_that_of_a_daemon(running: State) -> None:
    """What a daemon 20.10.24 answered of an exec made, running and ended; its pid aside."""
    wanted = Exec(ONE, ("sh", "-c", "sleep 2; echo hi"), ("A=1",), open_stdout=True,
                  open_stderr=True, detach_keys="ctrl-p")
    state = create_exec(running, "c1", wanted, now=NOW).state
    document = {
        "ID": ONE, "Running": False, "ExitCode": None,
        "ProcessConfig": {"tty": False, "entrypoint": "sh",
                          "arguments": ["-c", "sleep 2; echo hi"], "privileged": False},
        "OpenStdin": False, "OpenStderr": True, "OpenStdout": True, "CanRemove": False,
        "ContainerID": CONTAINER, "DetachKeys": "EA==", "Pid": 0,
    }
    assert inspect_exec(state, ONE) == document
    state = start_exec(state, ONE, now=NOW, budget=Budget()).state
    pid = inspect_exec(state, ONE)["Pid"]
    assert pid > 0
    assert inspect_exec(state, ONE) == {**document, "Running": True, "Pid": pid}
    state = advance(state, NOW + 2 * SECOND, Budget()).state
    assert inspect_exec(state, ONE) == {**document, "ExitCode": 0, "Pid": pid}


def test_output_is_handed_over_once(running: State) -> None:
    state = started(running, "sh", "-c", "echo $OWN; pwd; sleep 1; echo late >&2")
    taken = take_output(state, ONE)
    assert b"".join(log.data for log in taken.value) == b"1\n/tmp\n"
    assert printed(taken.state) == b""
    state = advance(taken.state, NOW + SECOND, Budget()).state
    assert [(log.time, log.stream, log.data) for log in take_output(state, ONE).value] == [
        (NOW + SECOND, 2, b"late\n")]
    assert state.containers[CONTAINER].logs == ()


def test_output_that_nobody_wants_is_not_kept(running: State) -> None:
    state = create_exec(running, "c1", Exec(ONE, ("echo", "said")), now=NOW).state
    assert printed(start_exec(state, ONE, now=NOW, budget=Budget()).state) == b""


def test_input_comes_piece_by_piece(running: State) -> None:
    state = started(running, "sh", "-c", "read x; echo got $x; cat", stdin_open=True)
    assert inspect_exec(state, ONE)["Running"]
    state = send_exec_input(state, ONE, b"one\ntwo\n", now=NOW, budget=Budget()).state
    assert printed(state).startswith(b"got one\n")
    state = send_exec_input(state, ONE, b"end", now=NOW, budget=Budget(), close=True).state
    assert inspect_exec(state, ONE)["ExitCode"] == 0
    assert printed(state) == b"got one\ntwo\nend"


def test_without_stdin_there_is_no_input(running: State) -> None:
    state = made(running, "cat")
    state = start_exec(state, ONE, now=NOW, budget=Budget(), stdin=b"x", stdin_open=True).state
    assert (inspect_exec(state, ONE)["ExitCode"], printed(state)) == (0, b"")


@pytest.mark.parametrize("command", [
    ("sh", "-c", "sleep 5; read x; echo $x$HOME"), ("sh", "-c", "read x; sleep 5; echo $x$HOME"),
])
def test_a_suspended_exec_is_kept_with_the_lab(
    running: State, tmp_path: Path, command: tuple[str, ...],
) -> None:
    state = started(running, *command, stdin_open=True)
    for data, now in ((b"on\n", NOW), (b"", NOW + 5 * SECOND)):
        store = Store.open(tmp_path)
        object_id = store.save_state(state)
        store.close()
        state = Store.open(tmp_path).state(object_id)
        state = advance(state, now, Budget()).state
        state = send_exec_input(state, ONE, data, now=now, budget=Budget()).state
    assert inspect_exec(state, ONE)["ExitCode"] == 0
    assert printed(state) == b"on/root\n"


def test_the_end_of_the_container_ends_what_runs_and_forgets_what_was_not_started(
    running: State,
) -> None:
    state = create_exec(started(running, "sleep", "60"), "c1", Exec(TWO, ("true",)), now=NOW).state
    outcome = kill(state, "c1", now=NOW + SECOND, budget=Budget())
    assert [event.action for event in outcome.events] == ["kill", "exec_die", "die", "disconnect"]
    state = outcome.state
    assert (inspect_exec(state, ONE)["Running"], inspect_exec(state, ONE)["ExitCode"]) == (
        False, 137)
    with pytest.raises(NotFound, match=f"No such exec instance: {TWO}"):
        start_exec(state, TWO, now=NOW, budget=Budget())


def test_execs_that_ended_long_ago_are_forgotten(running: State) -> None:
    state = started(running, "true")
    soon, late = (
        create_exec(state, "c1", Exec(TWO, ("true",)), now=NOW + minutes * 60 * SECOND).state
        for minutes in (4, 6))
    assert set(soon.containers[CONTAINER].execs) == {ONE, TWO}
    assert set(late.containers[CONTAINER].execs) == {TWO}


def test_refusals(running: State) -> None:
    with pytest.raises(BadRequest, match="No exec command specified"):
        create_exec(running, "c1", Exec(ONE, ()), now=NOW)
    state = started(running, "sleep", "60")
    with pytest.raises(Conflict, match=f"Exec command {ONE} is already running"):
        start_exec(state, ONE, now=NOW, budget=Budget())
    frozen = made(running, "true")
    paused = replace(frozen.containers[CONTAINER], status="paused")
    with pytest.raises(Conflict, match=f"Container {CONTAINER} is paused, unpause the container"):
        start_exec(frozen.with_container(paused), ONE, now=NOW, budget=Budget())


def test_a_program_that_is_not_there_leaves_126(running: State) -> None:
    outcome = start_exec(made(running, "nosuch"), ONE, now=NOW, budget=Budget())
    assert isinstance(outcome.error, BadRequest)
    assert (inspect_exec(outcome.state, ONE)["ExitCode"], inspect_exec(outcome.state, ONE)["Pid"]
            ) == (126, 0)
