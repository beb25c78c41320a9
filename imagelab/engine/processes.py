"""Running containers: start, feed, bring up to now, end.

A process that is due (its sleep is over, its input has come) goes on at the time it was due, not
at the time somebody looks: :mod:`imagelab.engine.advance` brings all up to a moment in order.

Processes of one container take turns: each runs until it sleeps, wants input or ends before the
next one sees what it did. One that looks for another's file again and again must sleep meanwhile,
or it uses up its budget without the other ever running.

The shell is imported where a process runs: most commands need none, and it is a large room.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from imagelab.engine.events import container_event
from imagelab.engine.lookup import find_container
from imagelab.engine.peers import peers_of
from imagelab.engine.remove_container import remove
from imagelab.engine.restarts import after_end
from imagelab.engine.rootfs import (
    open_files,
    process_files,
    with_memory,
    with_mount_points,
    with_working_directory,
)
from imagelab.engine.ties import tied, untied
from imagelab.engine.users import find_user
from imagelab.model.container import STDERR, STDOUT, Container, Exec, Log
from imagelab.model.outcome import BadRequest, Conflict, EngineError, Event, Outcome
from imagelab.model.process import Process
from imagelab.model.state import State
from imagelab.shell.budget import Budget
from imagelab.shell.lookup import StartError

DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#: Most output that one container keeps.
MAX_LOGS = 16 << 20
#: Key of a container's main process.
MAIN = ""
#: Exit status of a program that was killed.
KILLED_STATUS = 137
#: From this time on a process sleeps for ever: ``sleep infinity``.
NEVER = 1 << 62


@dataclass(frozen=True)
class Output:
    """What a container's main process printed during a command.

    Attributes:
        container: the container's ID; it may be gone by now (``--rm``).
        log: the piece of output.
    """

    container: str
    log: Log


def start(
    state: State, name: str, *, now: int, budget: Budget, stdin: bytes = b"",
    stdin_open: bool = False,
) -> Outcome[tuple[Output, ...]]:
    """Start a container and run it as far as it goes at this moment.

    Args:
        state: the lab.
        name: the container.
        now: the time.
        budget: what the run may cost.
        stdin: input for its main process, read only if the container keeps stdin open.
        stdin_open: whether more input may come.

    Raises:
        NotFound: there is no such container.
        Conflict: it is paused.

    A program that is not there gives an error and leaves the container ``created`` with exit
    code 126 or 127 (cases ``container-06``, ``container-07``), a user that is not there with
    128. A program that the kernel cannot run starts, says so and ends with 1.
    """
    container = find_container(state, name)
    if container.status == "paused":
        raise Conflict("cannot start a paused container, try unpause instead")
    if container.is_running:
        return Outcome(state, ())
    before = container
    container = with_mount_points(container, now)
    try:
        container = with_memory(container, now)
        container = with_working_directory(container, now)
        process = _main_process(container, now, stdin, stdin_open)
    except EngineError as error:
        # The daemon looks before the runtime makes the points that volumes are mounted on.
        return _not_started(state, before, 128, error, now)
    except StartError as error:
        if error.kind in ("format error", "bad interpreter"):
            return _exec_failed(state, container, error, now)
        code = 127 if error.kind in ("not found", "no such file") else 126
        return _not_started(state, container, code, _runtime_error(error), now)
    container = _running(state, container, process, now)
    events = (*tied(container, now), container_event(container, "start", now))
    outcome = settle(state.with_container(container), container.id, now, budget)
    return Outcome(outcome.state, outcome.value, (*events, *outcome.events))


def _running(state: State, container: Container, process: Process, now: int) -> Container:
    mounts = {**container.mounts, "proc": process_files(process.argv, now)}
    return replace(
        container, status="running", exit_code=0, error="", started=now, mounts=mounts,
        pid=1000 + len(state.containers), processes={MAIN: process})


def _main_process(container: Container, now: int, stdin: bytes, stdin_open: bool) -> Process:
    from imagelab.shell.process import spawn

    config = container.config
    files = open_files(container, now)
    user = find_user(files, config.user, added_groups(container))
    keeps_stdin = config.open_stdin
    return spawn(
        files, container.command, env=environment(container, user.home, tty=config.tty),
        cwd="/" + files.resolve(config.working_dir or "/"), uid=user.uid, gid=user.gid,
        groups=user.groups, tty=config.tty, stdin=stdin if keeps_stdin else b"",
        stdin_open=stdin_open and keeps_stdin)


def added_groups(container: Container) -> Sequence[str]:
    """Return the groups that a container's processes are in besides their user's."""
    groups: Sequence[str] = container.host_config.settings.get("GroupAdd") or ()
    return groups


def environment(
    container: Container, home: str, *, tty: bool, more: Iterable[str] = (),
) -> tuple[str, ...]:
    """Return the variables of a process: the daemon's own, the container's, and more.

    A later entry takes the place of an earlier one of its name, and a bare name takes it away.
    """
    config = container.config
    own = [f"PATH={DEFAULT_PATH}", f"HOSTNAME={config.hostname}"]
    if tty:
        own.append("TERM=xterm")
    linked = (text for each in (container.endpoints or {}).values() for text in each.variables)
    merged = {entry.partition("=")[0]: entry
              for entry in (*own, *linked, *(config.env or ()), *more)}
    variables = [entry for entry in merged.values() if "=" in entry]
    if not any(entry.startswith("HOME=") and entry != "HOME=" for entry in variables):
        variables = [entry for entry in variables if entry != "HOME="]
        variables.append(f"HOME={home}")
    return tuple(variables)


def _not_started(
    state: State, container: Container, code: int, error: EngineError, now: int,
) -> Outcome[tuple[Output, ...]]:
    stopped = replace(container, exit_code=code, error=error.message)
    events = (*tied(container, now), *untied(container, now))
    return Outcome(state.with_container(stopped), (), events, error)


def _runtime_error(error: StartError) -> BadRequest:
    return BadRequest(
        "failed to create shim task: OCI runtime create failed: runc create failed: "
        f"{start_failure(error)}")


def start_failure(error: StartError) -> str:
    """Return what the runtime says of a program that it does not find or may not run."""
    reasons = {
        "not found": "executable file not found in $PATH",
        "no such file": f"stat {error.name}: no such file or directory",
    }
    return (f'unable to start container process: exec: "{error.name}": '
            f"{reasons.get(error.kind, 'permission denied')}: unknown")


def exec_failure(error: StartError, now: int, *, tty: bool) -> Log:
    """Return what a process says whose program is there, but is nothing that the kernel runs."""
    text = f"exec {error.name}: {error.message.lower()}\n"
    return Log(now, STDOUT if tty else STDERR, text.encode("utf-8", "surrogateescape"))


def _exec_failed(
    state: State, container: Container, error: StartError, now: int,
) -> Outcome[tuple[Output, ...]]:
    running = _running(state, container, Process(container.command, status=1), now)
    said = exec_failure(error, now, tty=container.config.tty)
    running = replace(running, logs=(*running.logs, said))
    events = (*tied(running, now), container_event(running, "start", now))
    ended = finish(state.with_container(running), running, 1, now)
    return Outcome(ended.state, (Output(container.id, said),), (*events, *ended.events))


def next_wake(container: Container) -> int | None:
    """Return when the first of a container's processes goes on; None if none sleeps.

    For a container that is about to be started again it is the time of that.
    """
    if container.status == "restarting":
        return container.restarts.due
    if container.status != "running":
        return None
    wakes = [each.wake for each in container.processes.values()
             if each.wake is not None and each.status is None]
    return min(wakes, default=None)


def send_input(
    state: State, name: str, data: bytes, *, now: int, budget: Budget, close: bool = False,
) -> Outcome[tuple[Output, ...]]:
    """Give a running container's main process input, or the end of input.

    A container that was made without ``-i`` gets none.

    Raises:
        NotFound: there is no such container.
    """
    container = find_container(state, name)
    if not container.is_running or not container.config.open_stdin:
        return Outcome(state, ())
    fed = feed(container, MAIN, data, close=close)
    return settle(state.with_container(fed), container.id, now, budget, (MAIN,))


def feed(container: Container, key: str, data: bytes, *, close: bool) -> Container:
    """Return a container whose process has more input, or all there will be."""
    process = container.processes[key]
    more = process.stdin_open and not close
    fed = replace(process, stdin=process.stdin + data, stdin_open=more)
    return replace(container, processes={**container.processes, key: fed})


def settle(
    state: State, identifier: str, now: int, budget: Budget, keys: Sequence[str] = (),
) -> Outcome[tuple[Output, ...]]:
    """Run a container's processes that can go on, and end what has come to its end.

    Args:
        state: the lab.
        identifier: ID of a container; nothing happens in one that is paused.
        now: the time.
        budget: what it may cost.
        keys: the processes to run; all if empty.
    """
    container = state.containers[identifier]
    if container.status != "running":
        return Outcome(state, ())
    said = len(container.logs)
    for key in keys or tuple(container.processes):
        process = container.processes[key]
        if process.status is None and (process.wake is None or process.wake <= now):
            container = _advance_one(state, container, key, now, budget)
    container, events = _with_ended_execs(container, now)
    output = tuple(Output(identifier, log) for log in container.logs[said:])
    main = container.processes.get(MAIN)
    state = state.with_container(container)
    if main is None or main.status is None:
        return Outcome(state, output, events)
    ended = finish(state, container, main.status, now)
    return Outcome(ended.state, output, (*events, *ended.events))


def _advance_one(
    state: State, container: Container, key: str, now: int, budget: Budget,
) -> Container:
    from imagelab.shell import process

    files = open_files(container, now)
    done = process.advance(
        container.processes[key], files, now, budget, hostname=container.config.hostname,
        peers=peers_of(state, container))
    # The same object where nothing changed, so that storage need not write it again.
    changes = container.changes if files.changes == container.changes else files.changes
    container = replace(
        container, changes=changes,
        mounts={point: files.mounted(point) for point in container.mounts},
        processes={**container.processes, key: done.process})
    if not done.output:
        return container
    if key == MAIN:
        return replace(container, logs=_with_output(container.logs, done.output, now))
    run = container.execs[key]
    kept = [piece for piece in done.output
            if (run.open_stdout if piece[0] == STDOUT else run.open_stderr)]
    return with_exec(container, replace(run, output=_with_output(run.output, kept, now)))


def with_exec(container: Container, run: Exec) -> Container:
    """Return a container with an exec added or replaced."""
    return replace(container, execs={**container.execs, run.id: run})


def _with_ended_execs(container: Container, now: int) -> tuple[Container, tuple[Event, ...]]:
    """Write down how exec-ed processes have ended, and forget the processes."""
    events = []
    for key, process in container.processes.items():
        if key == MAIN or process.status is None:
            continue
        run = replace(container.execs[key], exit_code=process.status, finished=now)
        container = with_exec(container, run)
        events.append(container_event(
            container, "exec_die", now, execID=key, exitCode=str(process.status)))
    if events:
        left = {key: each for key, each in container.processes.items()
                if key == MAIN or each.status is None}
        container = replace(container, processes=left)
    return container, tuple(events)


def _with_output(
    logs: tuple[Log, ...], output: Iterable[tuple[int, bytes]], now: int,
) -> tuple[Log, ...]:
    """Add output to a log, as far as there is room."""
    room = MAX_LOGS - sum(len(log.data) for log in logs)
    new = []
    for stream, data in output:
        if piece := data[: max(room, 0)]:
            new.append(Log(now, stream, piece))
            room -= len(piece)
    return (*logs, *new)


def finish(state: State, container: Container, status: int, now: int) -> Outcome[None]:
    """End a container with an exit status; one of ``--rm`` is removed.

    Its restart policy may have it started again later. Its exec-ed processes are killed; what was
    to be exec-ed and never started is forgotten.
    """
    killed = {key: each if key == MAIN else replace(each, status=KILLED_STATUS)
              for key, each in container.processes.items()}
    container, events = _with_ended_execs(replace(container, processes=killed), now)
    ended = after_end(replace(
        container, exit_code=status, finished=now, pid=0, processes={},
        execs={run.id: run for run in container.execs.values() if run.exit_code is not None}), now)
    die = container_event(ended, "die", now, exitCode=str(status))
    die = replace(die, container=ended)
    events = (*events, die, *untied(ended, now))
    state = state.with_container(ended)
    if not ended.host_config.auto_remove:
        return Outcome(state, None, events)
    removed = remove(state, ended.id, now=now)
    return Outcome(removed.state, None, (*events, *removed.events))
