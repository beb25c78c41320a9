"""Processes in containers: exec, wait, stop, kill, restart, attach and the output of logs.

``process_answers.json`` holds what docker's client (28.2.2) and a daemon 20.10.24 answered to
its lines, one after the other.
"""

from __future__ import annotations

import json
import re
import shlex
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest

from imagelab.daemon import Daemon
from imagelab.daemon.clock import SECOND, RandomIds, SystemClock
from imagelab.docker.io import Io
from imagelab.docker.main import execute
from imagelab.lab import Lab
from imagelab.model.container import Exec
from imagelab.model.outcome import EngineError
from imagelab.model.state import State
from imagelab.storage.blobs import BlobStore
from tests.conformance import conform

ANSWERS = json.loads(Path(__file__).with_name("process_answers.json").read_text("utf-8"))
BASE = conform.HERE / "base.tar"
IDS = re.compile(r"\b([0-9a-f]{64}|[0-9a-f]{12})\b")
#: More than any bounded wait on the lessons' clock may take, in seconds of the test.
LONG = 30


@pytest.fixture(scope="module")
def blobs() -> BlobStore:
    return BlobStore()


@pytest.fixture(scope="module")
def base(blobs: BlobStore) -> State:
    daemon = Daemon(blobs=blobs)
    with BASE.open("rb") as file:
        daemon.load(file)
    return daemon.state


@pytest.fixture
def lab(base: State, blobs: BlobStore) -> Lab:
    return Lab(daemon=Daemon(state=base, blobs=blobs))


def good(lab: Lab, line: str, stdin: str = "") -> str:
    done = lab.docker(line, stdin)
    assert (done.exit_code, done.stderr) == (0, ""), line
    return done.stdout


def seconds(lab: Lab, line: str) -> int:
    """Run a line and return how far it moved the lessons' clock beyond its own second."""
    before = lab.state.clock
    lab.docker(line)
    return (lab.state.clock - before) // SECOND - 1


def test_all_lines_are_answered_as_a_daemon_does(lab: Lab) -> None:
    for case in ANSWERS:
        done = lab.docker(case["line"], case["stdin"])
        # Bytes: an exec that cannot start is told with a CR, and none may get lost.
        texts = (IDS.sub("<ID>", text.decode()) for text in (done.stdout_bytes, done.stderr_bytes))
        assert (done.exit_code, *texts) == (case["code"], case["stdout"], case["stderr"]), case


# --- exec ----------------------------------------------------------------------------------


def test_an_exec_takes_the_time_that_it_sleeps(lab: Lab) -> None:
    good(lab, "run -d --name c1 ubuntu:14.04 sleep 600")
    assert seconds(lab, "exec c1 sleep 5") == 5
    assert seconds(lab, "exec -d c1 sleep 5") == 0
    assert good(lab, "ps --format {{.Names}}") == "c1\n"


def test_a_detached_exec_goes_on_in_the_background(lab: Lab) -> None:
    good(lab, "run -d --name c1 ubuntu:14.04 sleep 600")
    good(lab, "exec -d c1 sh -c 'sleep 2; echo late > /late; echo said'")
    assert len(json.loads(good(lab, "inspect -f '{{json .ExecIDs}}' c1"))) == 1
    assert good(lab, "diff c1") == "A /late\n"
    assert good(lab, "inspect -f '{{json .ExecIDs}}' c1") == "null\n"
    assert good(lab, "logs c1") == ""


def test_the_end_of_a_container_ends_its_execs(lab: Lab) -> None:
    good(lab, "run -d --name c1 ubuntu:14.04 sleep 10")
    done = lab.docker("exec c1 sh -c 'echo begun; sleep 600; echo never'")
    assert (done.exit_code, done.stdout, done.stderr) == (137, "begun\n", "")
    assert good(lab, "inspect -f '{{.State.ExitCode}}' c1") == "0\n"
    # It took the rest of the container's ten seconds, not the exec's ten minutes.
    finished, started = (good(lab, f"inspect -f '{{{{.State.{key}}}}}' c1")
                         for key in ("FinishedAt", "StartedAt"))
    assert int(finished[17:19]) - int(started[17:19]) == 10


def test_an_exec_of_a_container_that_is_removed_ends_too(lab: Lab) -> None:
    good(lab, "run -d --rm --name c1 ubuntu:14.04 sleep 3")
    assert lab.docker("exec c1 sleep 600").exit_code == 137
    assert good(lab, "ps -aq") == ""


def test_two_processes_meet_in_a_file_when_they_sleep(lab: Lab) -> None:
    good(lab, "run -d --name c1 ubuntu:14.04 sh -c "
              "'until [ -e /go ]; do sleep 1; done; echo went; exit 4'")
    good(lab, "exec c1 sh -c 'sleep 3; touch /go'")
    assert good(lab, "wait c1") == "4\n"
    assert good(lab, "logs c1") == "went\n"


def test_changes_of_an_exec_are_committed(lab: Lab) -> None:
    good(lab, "run -d --name c1 ubuntu:14.04 sleep 600")
    good(lab, "exec -w /srv c1 sh -c 'echo new > here'")
    good(lab, "commit c1 one:1")
    assert good(lab, "run --rm one:1 cat /srv/here") == "new\n"


def test_an_exec_asks_for_lines_at_a_terminal(lab: Lab) -> None:
    good(lab, "run -d --name c1 ubuntu:14.04 sleep 600")
    typed = iter([b"x=5\n", b"echo $x$x\n", b"exit 9\n"])
    out = bytearray()
    io = Io(out.extend, out.extend, read_line=lambda: next(typed))
    assert execute(lab.daemon, ["exec", "-it", "c1", "sh"], io) == 9
    assert b"55\n" in out
    assert next(typed, None) is None


def test_the_end_of_what_is_typed_ends_a_shell(lab: Lab) -> None:
    good(lab, "run -d --name c1 ubuntu:14.04 sleep 600")
    io = Io(lambda _: None, lambda _: None, read_line=lambda: b"")
    assert execute(lab.daemon, ["exec", "-it", "c1", "sh"], io) == 0
    assert good(lab, "inspect -f '{{json .ExecIDs}}' c1") == "null\n"


def test_undo_takes_an_exec_back(lab: Lab) -> None:
    good(lab, "run -d --name c1 ubuntu:14.04 sleep 600")
    good(lab, "exec c1 touch /made")
    lab.undo()
    assert good(lab, "diff c1") == ""


@pytest.mark.parametrize("command", ["sleep inf", "sh -c 'while :; do sleep 1; done'"])
def test_an_exec_without_end_does_not_hang(lab: Lab, command: str) -> None:
    good(lab, "run -d --name c1 ubuntu:14.04 sleep infinity")
    started = time.monotonic()
    done = lab.docker(f"exec c1 {command}")
    assert time.monotonic() - started < LONG
    assert done.exit_code != 0
    assert done.stderr.startswith("imagelab: ")
    assert good(lab, "ps --format {{.Names}}") == "c1\n"


def test_a_container_without_end_does_not_hang(lab: Lab) -> None:
    started = time.monotonic()
    done = lab.docker("run ubuntu:14.04 sh -c 'while :; do seq 10000; sleep 1; done > /dev/null'")
    assert time.monotonic() - started < LONG
    assert done.exit_code == 152
    assert "was stopped" in done.stderr


# --- variables from files ------------------------------------------------------------------


def test_variables_come_from_files_and_from_the_users_shell(lab: Lab, tmp_path: Path) -> None:
    good(lab, "run -d --name c1 ubuntu:14.04 sleep 600")
    (tmp_path / "vars").write_bytes(
        b"\xef\xbb\xbfA=1\r\n# note\n\n   B=2\nMINE\nNOBODYS\nC= x y \nD=\n")
    out = bytearray()
    io = Io(out.extend, out.extend, folder=tmp_path, environment={"MINE": "own", "E": "e"})
    words = ["exec", "-e", "A=9", "-e", "E", "--env-file", "vars", "c1", "env"]
    assert execute(lab.daemon, words, io) == 0
    # As a daemon answered: a file's entries first, an option's in the place of the same name.
    assert out.decode().splitlines()[2:] == ["A=9", "B=2", "MINE=own", "C= x y ", "D=", "E=e",
                                             "HOME=/root"]


@pytest.mark.parametrize(("content", "reason"), [
    (b"A=1\n  BAD KEY=3\n", "variable 'BAD KEY' contains whitespaces"),
    (b"=x\n", "no variable name on line '=x'"),
    (b"A=1\nB=\xff\n", "invalid utf8 bytes at line 2: [66 61 255]"),
])
def test_a_file_that_cannot_be(lab: Lab, tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "vars").write_bytes(content)
    done = lab.docker("exec --env-file vars c1 env", folder=tmp_path)
    assert (done.exit_code, done.stderr) == (1, f"invalid env file (vars): {reason}\n")


# --- wait ----------------------------------------------------------------------------------


def test_wait_moves_the_clock_to_the_end_of_the_sleep(lab: Lab) -> None:
    good(lab, "run -d --name c1 ubuntu:14.04 sh -c 'sleep 60; exit 3'")
    assert seconds(lab, "wait c1") == 59
    assert good(lab, "wait c1") == "3\n"


def test_wait_answers_one_container_after_the_other(lab: Lab) -> None:
    good(lab, "run -d --name long ubuntu:14.04 sh -c 'sleep 60; exit 3'")
    good(lab, "run -d --rm --name short ubuntu:14.04 sh -c 'sleep 90; exit 4'")
    assert good(lab, "wait long short") == "3\n4\n"


@pytest.mark.parametrize(("prepare", "reason"), [
    ("run -d --name c1 ubuntu:14.04 sleep infinity", "it goes on for ever"),
    ("run -di --name c1 ubuntu:14.04 cat", "it waits for input"),
    ("run -d --name c1 ubuntu:14.04 sh -c 'while :; do sleep 1; done'", "it still runs after"),
])
def test_wait_for_what_does_not_end_by_itself(lab: Lab, prepare: str, reason: str) -> None:
    good(lab, prepare)
    done = lab.docker("wait c1")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith(f"imagelab: container c1 does not end by itself: {reason}")
    assert good(lab, "ps --format {{.Names}}") == "c1\n"


def test_wait_for_a_paused_container(lab: Lab) -> None:
    good(lab, "run -d --name c1 ubuntu:14.04 sleep 5")
    good(lab, "pause c1")
    assert "it is paused" in lab.docker("wait c1").stderr


# --- stop and kill -------------------------------------------------------------------------

TRAP = "trap 'echo asked; sleep 2; exit 3' {}; while :; do sleep 1; :; done"


def test_stop_lets_a_trap_run(lab: Lab) -> None:
    good(lab, f'run -d --name c1 ubuntu:14.04 sh -c "{TRAP.format("TERM")}"')
    good(lab, "stop c1")
    assert good(lab, "logs c1") == "asked\n"
    assert good(lab, "inspect -f '{{.State.ExitCode}}' c1") == "3\n"


@pytest.mark.parametrize("loop", [
    "while :; do sleep 1; done", "until false; do sleep 1; done", "while sleep 1; do :; done",
    "for i in 1 2 3 4 5 6 7 8 9; do sleep 1; done", "while :; do (sleep 1); done",
    "again() { while :; do sleep 1 || true; done; }; again",
])
def test_a_trap_runs_between_the_turns_of_a_loop(lab: Lab, loop: str) -> None:
    good(lab, f"run -d --name c1 ubuntu:14.04 sh -c \"trap 'exit 3' TERM; {loop}\"")
    good(lab, "stop c1")
    assert good(lab, "wait c1") == "3\n"


def test_stop_kills_after_its_timeout(lab: Lab) -> None:
    good(lab, f'run -d --name c1 ubuntu:14.04 sh -c "{TRAP.format("TERM")}"')
    good(lab, "stop -t 1 c1")
    assert good(lab, "inspect -f '{{.State.ExitCode}}' c1") == "137\n"


def test_a_container_may_end_by_itself_before_it_is_killed(lab: Lab) -> None:
    good(lab, "run -d --name c1 ubuntu:14.04 sh -c 'sleep 5; exit 6'")
    good(lab, "stop c1")
    assert good(lab, "wait c1") == "6\n"
    good(lab, "run -d --name c2 ubuntu:14.04 sh -c 'sleep 50; exit 6'")
    good(lab, "stop --timeout -1 c2")
    assert good(lab, "wait c2") == "6\n"
    good(lab, "run -d --name c3 ubuntu:14.04 sleep infinity")
    assert "does not end by itself" in lab.docker("stop -t -1 c3").stderr


def test_stop_sends_the_signal_of_the_configuration(lab: Lab, blobs: BlobStore) -> None:
    good(lab, f'create --name c1 ubuntu:14.04 sh -c "{TRAP.format("USR1")}"')
    container = next(iter(lab.state.containers.values()))
    changed = replace(container, config=replace(container.config, stop_signal="SIGUSR1"))
    lab = Lab(daemon=Daemon(state=lab.state.with_container(changed), blobs=blobs))
    good(lab, "start c1")
    good(lab, "stop -s TERM c1")  # which this daemon's client does not pass on
    assert good(lab, "logs c1") == "asked\n"
    assert good(lab, "wait c1") == "3\n"


def test_restart_keeps_a_container_of_rm(lab: Lab) -> None:
    # A daemon at rest does so; one that is busy may lose a race with itself, and then the container
    # can neither be ended nor removed. So no test asks one.
    good(lab, "run -d --rm --name c1 ubuntu:14.04 sleep 600")
    assert good(lab, "restart c1") == "c1\n"
    assert good(lab, "ps --format {{.Names}}") == "c1\n"
    good(lab, "kill c1")
    assert good(lab, "ps -aq") == ""


# --- logs and attach -----------------------------------------------------------------------


def test_follow_prints_lines_until_the_end(lab: Lab) -> None:
    good(lab, "run -d --name c1 ubuntu:14.04 "
              "sh -c 'echo one; sleep 30; printf tw; sleep 30; echo o; sleep 30; printf three'")
    assert good(lab, "logs -f --tail 0 c1") == "two\nthree"
    assert good(lab, "logs -f c1") == "one\ntwo\nthree"
    times = [int(line[17:19]) for line in good(lab, "logs -t c1").splitlines()]
    assert [(time - times[0]) % 60 for time in times] == [0, 0, 30]


def test_follow_ends_where_nothing_more_comes(lab: Lab) -> None:
    good(lab, "run -di --name c1 ubuntu:14.04 sh -c 'echo one; cat'")
    assert good(lab, "logs -f c1") == "one\n"
    good(lab, "run -d --name c2 ubuntu:14.04 sh -c 'while :; do echo x; sleep 1; done'")
    assert set(good(lab, "logs -f --until -5s c2").splitlines()) == {"x"}
    done = lab.docker("logs -f c2")
    assert done.exit_code == 1
    assert "container c2 does not end by itself: it still runs" in done.stderr


def test_a_time_cuts_lines_off(lab: Lab) -> None:
    good(lab, "run --name c1 ubuntu:14.04 sh -c 'echo one; sleep 30; echo two; sleep 30; echo 3'")
    stamps = [line.split()[0] for line in good(lab, "logs -t c1").splitlines()]
    assert good(lab, f"logs --since {stamps[1]} c1") == "two\n3\n"
    assert good(lab, f"logs --until {stamps[1]} c1") == "one\ntwo\n"
    assert good(lab, "logs --since 40s c1") == "two\n3\n"
    assert good(lab, "logs --tail 1 --until 40s c1") == ""  # the last line, and that is too late


def test_attach_gives_input_and_exit_code(lab: Lab) -> None:
    good(lab, "run -di --name c1 ubuntu:14.04 sh -c 'read x; echo got $x; sleep 5; exit 8'")
    done = lab.docker("attach c1", "hello\n")
    assert (done.exit_code, done.stdout, done.stderr) == (8, "got hello\n", "")


def test_attach_leaves_what_wants_more_input(lab: Lab) -> None:
    good(lab, "run -di --name c1 ubuntu:14.04 cat")
    assert good(lab, "attach c1", "one\n") == "one\n"
    assert good(lab, "attach --no-stdin c1", "no\n") == ""
    assert good(lab, "logs c1") == "one\n"


# --- events --------------------------------------------------------------------------------


def test_events_are_those_of_a_daemon(lab: Lab) -> None:
    good(lab, "run -d --name c1 ubuntu:14.04 sleep 600")
    good(lab, "exec c1 true")
    good(lab, "exec -d c1 sleep 60")
    lab.docker("exec c1 nosuch x")
    good(lab, "pause c1")
    good(lab, "kill -s USR1 c1")
    good(lab, "restart -t 0 c1")
    good(lab, "stop -t 0 c1")
    events = [event for step in lab.journal for event in step.events if event.type == "container"]
    shown = [(event.action, *(event.attributes.get(key, "") for key in ("exitCode", "signal")))
             for event in events]
    assert shown == [
        ("create", "", ""), ("start", "", ""),
        ("exec_create: true ", "", ""), ("exec_start: true ", "", ""), ("exec_die", "0", ""),
        ("exec_create: sleep 60", "", ""), ("exec_start: sleep 60", "", ""),
        ("exec_create: nosuch x", "", ""), ("exec_start: nosuch x", "", ""),
        ("pause", "", ""), ("kill", "", "10"), ("unpause", "", ""),
        ("kill", "", "15"), ("kill", "", "9"), ("exec_die", "137", ""), ("die", "137", ""),
        ("stop", "", ""), ("start", "", ""), ("restart", "", ""),
        ("kill", "", "15"), ("kill", "", "9"), ("die", "137", ""), ("stop", "", ""),
    ]
    ids = {event.attributes["execID"] for event in events if event.action.startswith("exec_")}
    assert len(ids) == 3


# --- a clock that does not wait for anybody ------------------------------------------------


@pytest.fixture
def live(base: State, blobs: BlobStore) -> Iterator[Lab]:
    """A lab on the system's clock; whoever still waits at the end of the test goes home."""
    lab = Lab(daemon=Daemon(state=base, blobs=blobs, clock=SystemClock(), ids=RandomIds()))
    yield lab
    for name in lab.docker("ps -aq").stdout.split():
        lab.docker(["rm", "-f", name])


class Waiting(threading.Thread):
    """A command line in a thread of its own."""

    def __init__(self, lab: Lab, line: str) -> None:
        super().__init__(daemon=True)
        self.code: int | None = None
        self.out, self.err = bytearray(), bytearray()
        self._lab, self._line = lab, line
        self.start()

    def run(self) -> None:
        io = Io(self.out.extend, self.err.extend, BytesIO())
        self.code = execute(self._lab.daemon, shlex.split(self._line), io)

    def end(self) -> tuple[int | None, str]:
        self.join(20)
        return self.code, self.out.decode()


def test_others_use_the_lab_meanwhile(live: Lab) -> None:
    good(live, "run -d --name c1 ubuntu:14.04 sleep 600")
    waits = Waiting(live, "wait c1")
    runs = Waiting(live, "exec c1 sh -c 'echo begun; sleep 600'")
    follows = Waiting(live, "logs -f c1")
    deadline = time.monotonic() + 20
    while good(live, "inspect -f '{{len .ExecIDs}}' c1") == "0\n" and time.monotonic() < deadline:
        time.sleep(0.05)
    assert all(each.is_alive() for each in (waits, runs, follows))
    good(live, "kill c1")
    assert waits.end() == (0, "137\n")
    assert runs.end() == (137, "begun\n")
    assert follows.end() == (0, "")


def test_what_an_exec_prints_in_anothers_step_is_not_lost(live: Lab) -> None:
    good(live, "run -d --name c1 ubuntu:14.04 sleep 600")
    runs = Waiting(live, "exec c1 sh -c 'for i in 1 2 3 4 5; do echo $i; sleep 0.1; done; exit 2'")
    while runs.is_alive():
        good(live, "ps -q")
    assert runs.end() == (2, "1\n2\n3\n4\n5\n")


def test_a_paused_container_is_waited_for(live: Lab) -> None:
    good(live, "run -d --name c1 ubuntu:14.04 sh -c 'sleep 0.2; exit 5'")
    good(live, "pause c1")
    waits = Waiting(live, "wait c1")
    time.sleep(0.4)
    assert waits.is_alive()
    good(live, "unpause c1")
    assert waits.end() == (0, "5\n")


def test_stop_waits_for_a_trap_and_for_nothing_else(live: Lab) -> None:
    good(live, "run -d --name c1 ubuntu:14.04 sh -c "
               "\"trap 'exit 3' TERM; while :; do sleep 0.2; :; done\"")
    good(live, "run -d --name c2 ubuntu:14.04 sleep 600")
    started = time.monotonic()
    good(live, "stop c1 c2")
    assert time.monotonic() - started < 5
    assert good(live, "wait c1 c2") == "3\n137\n"


# --- the daemon's methods, as the Engine API will call them --------------------------------


def test_an_exec_is_refused_a_second_start(lab: Lab) -> None:
    good(lab, "run -d --name c1 ubuntu:14.04 sleep 600")
    identifier = lab.daemon.create_exec("c1", Exec("", ("true",)))
    lab.daemon.start_exec(identifier)
    with pytest.raises(EngineError, match=f"Exec command {identifier} has already run") as caught:
        lab.daemon.start_exec(identifier)
    assert caught.value.status == 409
