"""Running containers: start, bring up to now, signal, stop.

A process that is due (its sleep is over, its input has come) goes on at the time it was due, not
at the time somebody looks: :func:`advance` brings every container up to a moment in order.

The shell is imported where a process runs: most commands need none, and it is a large room.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from imagelab.engine.events import container_event
from imagelab.engine.lookup import find_container
from imagelab.engine.remove_container import remove
from imagelab.engine.rootfs import open_files, with_mount_points
from imagelab.engine.users import find_user
from imagelab.model.container import STDERR, STDOUT, Container, Log
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
        BadRequest: it is paused.

    A program that is not there gives an error and leaves the container ``created`` with exit
    code 126 or 127 (cases ``container-06``, ``container-07``), a user that is not there with
    128. A program that the kernel cannot run starts, says so and ends with 1.
    """
    container = find_container(state, name)
    if container.status == "paused":
        raise BadRequest("cannot start a paused container, try unpause instead")
    if container.is_running:
        return Outcome(state, ())
    container = with_mount_points(container, now)
    try:
        process = _main_process(container, now, stdin, stdin_open)
    except EngineError as error:
        return _not_started(state, container, 128, error)
    except StartError as error:
        if error.kind in ("format error", "bad interpreter"):
            return _exec_failed(state, container, error, now)
        code = 127 if error.kind in ("not found", "no such file") else 126
        return _not_started(state, container, code, _runtime_error(error))
    container = _running(state, container, process, now)
    event = container_event(container, "start", now)
    outcome = _settle(state.with_container(container), container.id, now, budget)
    return Outcome(outcome.state, outcome.value, (event, *outcome.events))


def _running(state: State, container: Container, process: Process, now: int) -> Container:
    return replace(
        container, status="running", exit_code=0, error="", started=now, finished=0,
        pid=1000 + len(state.containers), processes={MAIN: process})


def _main_process(container: Container, now: int, stdin: bytes, stdin_open: bool) -> Process:
    from imagelab.shell.process import spawn

    config = container.config
    files = open_files(container, now)
    user = find_user(files, config.user)
    keeps_stdin = config.open_stdin
    return spawn(
        files, container.command, env=_environment(container, user.home),
        cwd=config.working_dir or "/", uid=user.uid, gid=user.gid, tty=config.tty,
        stdin=stdin if keeps_stdin else b"", stdin_open=stdin_open and keeps_stdin)


def _environment(container: Container, home: str) -> tuple[str, ...]:
    """Return the variables of the main process: the daemon's own, then the container's."""
    config = container.config
    own = [f"PATH={DEFAULT_PATH}", f"HOSTNAME={config.hostname}"]
    if config.tty:
        own.append("TERM=xterm")
    given = {entry.partition("=")[0]: entry for entry in config.env or ()}
    merged = [given.pop(entry.partition("=")[0], entry) for entry in own]
    variables = [entry for entry in (*merged, *given.values()) if "=" in entry]
    if not any(entry.startswith("HOME=") for entry in variables):
        variables.append(f"HOME={home}")
    return tuple(variables)


def _not_started(
    state: State, container: Container, code: int, error: EngineError,
) -> Outcome[tuple[Output, ...]]:
    stopped = replace(container, exit_code=code, error=error.message)
    return Outcome(state.with_container(stopped), (), (), error)


def _runtime_error(error: StartError) -> BadRequest:
    """Return what the runtime says of a program that it does not find or may not run."""
    reasons = {
        "not found": "executable file not found in $PATH",
        "no such file": f"stat {error.name}: no such file or directory",
    }
    return BadRequest(
        "failed to create shim task: OCI runtime create failed: runc create failed: unable to "
        f'start container process: exec: "{error.name}": '
        f"{reasons.get(error.kind, 'permission denied')}: unknown")


def _exec_failed(
    state: State, container: Container, error: StartError, now: int,
) -> Outcome[tuple[Output, ...]]:
    """Start and end a container whose program is there, but is nothing that the kernel runs."""
    running = _running(state, container, Process(container.command, status=1), now)
    said = Log(now, STDOUT if container.config.tty else STDERR,
               f"exec {error.name}: {error.message.lower()}\n".encode())
    running = replace(running, logs=(*running.logs, said))
    event = container_event(running, "start", now)
    ended = finish(state.with_container(running), running, 1, now)
    return Outcome(ended.state, (Output(container.id, said),), (event, *ended.events))


def advance(state: State, now: int, budget: Budget) -> Outcome[tuple[Output, ...]]:
    """Bring all running containers up to a moment, each process at the time it was due."""
    events: list[Event] = []
    output: list[Output] = []
    while budget.steps > 0:
        due = [(wake, each.id) for each in state.containers.values()
               if (wake := next_wake(each)) is not None and wake <= now]
        if not due:
            break
        wake, identifier = min(due)
        outcome = _settle(state, identifier, wake, budget)
        state = outcome.state
        events.extend(outcome.events)
        output.extend(outcome.value)
    return Outcome(state, tuple(output), tuple(events))


def next_wake(container: Container) -> int | None:
    """Return when the first of a container's processes goes on; None if none sleeps."""
    if container.status != "running":
        return None
    wakes = [each.wake for each in container.processes.values()
             if each.wake is not None and each.status is None]
    return min(wakes, default=None)


def send_input(
    state: State, name: str, data: bytes, *, now: int, budget: Budget, close: bool = False,
) -> Outcome[tuple[Output, ...]]:
    """Give a running container's main process input, or the end of input.

    Raises:
        NotFound: there is no such container.
    """
    container = find_container(state, name)
    process = container.processes.get(MAIN)
    if process is None or not container.is_running:
        return Outcome(state, ())
    more = process.stdin_open and not close
    fed = replace(process, stdin=process.stdin + data, stdin_open=more)
    container = replace(container, processes={**container.processes, MAIN: fed})
    return _settle(state.with_container(container), container.id, now, budget)


def _settle(
    state: State, identifier: str, now: int, budget: Budget,
) -> Outcome[tuple[Output, ...]]:
    """Run a container's processes that can go on; end it when the main one has ended."""
    container = state.containers[identifier]
    said = len(container.logs)
    for key in list(container.processes):
        process = container.processes[key]
        if process.status is None and (process.wake is None or process.wake <= now):
            container = _advance_one(container, key, now, budget)
    output = tuple(Output(identifier, log) for log in container.logs[said:])
    main = container.processes.get(MAIN)
    state = state.with_container(container)
    if main is None or main.status is None:
        return Outcome(state, output)
    ended = finish(state, container, main.status, now)
    return Outcome(ended.state, output, ended.events)


def _advance_one(container: Container, key: str, now: int, budget: Budget) -> Container:
    from imagelab.shell import process

    files = open_files(container, now)
    done = process.advance(
        container.processes[key], files, now, budget, hostname=container.config.hostname)
    logs = _with_output(container.logs, done.output, now) if key == MAIN else container.logs
    # The same object where nothing changed, so that storage need not write it again.
    changes = container.changes if files.changes == container.changes else files.changes
    return replace(
        container, changes=changes,
        mounts={point: files.mounted(point) for point in container.mounts},
        processes={**container.processes, key: done.process}, logs=logs)


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
    """End a container with an exit status, and remove it if it was run with ``--rm``."""
    ended = replace(
        container, status="exited", exit_code=status, finished=now, pid=0, processes={})
    event = container_event(ended, "die", now, exitCode=str(status))
    state = state.with_container(ended)
    if not ended.host_config.auto_remove:
        return Outcome(state, None, (event,))
    removed = remove(state, ended.id, now=now)
    return Outcome(removed.state, None, (event, *removed.events))


def stop(state: State, name: str, *, now: int, budget: Budget) -> Outcome[bool]:
    """Stop a container: TERM, and KILL for a main process that does not end by it.

    Returns:
        Whether it ran.

    Raises:
        NotFound: there is no such container.
    """
    container = find_container(state, name)
    if not container.is_running:
        return Outcome(state, False)
    events: list[Event] = []
    for signal in ("TERM", "KILL"):
        left = state.containers.get(container.id)
        if left is None or not left.is_running:
            break
        outcome = _signal(state, replace(left, status="running"), signal, now, budget)
        events += outcome.events
        state = outcome.state
    events.append(container_event(container, "stop", now))
    return Outcome(state, True, tuple(events))


def kill(state: State, name: str, *, now: int, budget: Budget, signal: str = "KILL",
         ) -> Outcome[None]:
    """Send a signal to a container's main process.

    Raises:
        NotFound: there is no such container.
        Conflict: it does not run.
    """
    container = find_container(state, name)
    if not container.is_running:
        raise Conflict(f"Cannot kill container: {name}: Container {container.id} is not running")
    event = container_event(container, "kill", now, signal=signal)
    done = _signal(state, replace(container, status="running"), signal, now, budget)
    return Outcome(done.state, None, (event, *done.events))


def _signal(
    state: State, container: Container, name: str, now: int, budget: Budget,
) -> Outcome[tuple[Output, ...]]:
    from imagelab.shell import process

    signalled = process.signal(container.processes[MAIN], name)
    container = replace(container, processes={**container.processes, MAIN: signalled})
    return _settle(state.with_container(container), container.id, now, budget)

