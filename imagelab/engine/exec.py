"""``docker exec``: further processes in a running container, in the Engine API's steps.

One makes an exec, starts it, feeds it, takes its output and looks how it ended. Its process is
one of the container's, so that sleeping, storage and undo treat it as any other; its output goes
to whoever started it, never to the container's.
"""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from typing import Any

from imagelab.engine.events import container_event
from imagelab.engine.lookup import find_container
from imagelab.engine.processes import (
    added_groups,
    environment,
    exec_failure,
    feed,
    settle,
    start_failure,
    with_exec,
)
from imagelab.engine.restarts import check_settled
from imagelab.engine.rootfs import open_files
from imagelab.engine.users import find_user
from imagelab.formats.gotime import SECOND
from imagelab.model.container import Container, Exec, Log
from imagelab.model.file_error import FileError
from imagelab.model.filesystem import FileSystem
from imagelab.model.outcome import BadRequest, Conflict, EngineError, NotFound, Outcome
from imagelab.model.process import Process
from imagelab.model.state import State
from imagelab.shell.budget import Budget
from imagelab.shell.lookup import StartError

#: Exit code of an exec that could not start.
NOT_STARTED_CODE = 126
#: How long one that has ended can still be inspected, in nanoseconds.
_KEPT = 300 * SECOND
_FAILED = "OCI runtime exec failed: exec failed: "


def create_exec(state: State, name: str, wanted: Exec, *, now: int) -> Outcome[str]:
    """Say what is to run in a container and return the exec's ID.

    Args:
        state: the lab.
        name: the container.
        wanted: what is to run, under a new ID; user and working directory that are left open
            become the container's.
        now: the time.

    Raises:
        NotFound: there is no such container.
        Conflict: it does not run, or is paused.
        BadRequest: there is no command.
        EngineError: the keys to detach with cannot be.
    """
    if not wanted.command:
        raise BadRequest("No exec command specified")
    container = find_container(state, name)
    check_active(container, name)
    detach_codes(wanted.detach_keys)
    config = container.config
    run = replace(wanted, user=wanted.user or config.user,
                  working_dir=wanted.working_dir or config.working_dir)
    kept = {each.id: each for each in container.execs.values()
            if each.exit_code is None or each.finished > now - _KEPT}
    container = with_exec(replace(container, execs=kept), run)
    event = container_event(container, f"exec_create: {_title(run)}", now, execID=run.id)
    return Outcome(state.with_container(container), run.id, (event,))


def start_exec(
    state: State, identifier: str, *, now: int, budget: Budget, stdin: bytes = b"",
    stdin_open: bool = False,
) -> Outcome[None]:
    """Start an exec and run it as far as it goes at this moment.

    Args:
        state: the lab.
        identifier: the exec.
        now: the time.
        budget: what the run may cost.
        stdin: input for it, read only if it was made to get some.
        stdin_open: whether more input may come.

    Raises:
        NotFound: there is no such exec.
        Conflict: it was started before, or its container is paused.

    User, working directory or program that are not there give an error and leave exit code 126.
    The daemon answers it to whoever waits for nothing, and else writes it to the output.
    """
    container, run = find_exec(state, identifier)
    _check_startable(container, run)
    event = container_event(container, f"exec_start: {_title(run)}", now, execID=run.id)
    run = replace(run, pid=container.pid + len(container.processes))
    try:
        process = _process(container, run, now, stdin, stdin_open)
    except StartError as error:
        if error.kind not in ("format error", "bad interpreter"):
            return _not_started(state, container, run, now,
                                BadRequest(_FAILED + start_failure(error)))
        process = Process(run.command, status=1)
        run = replace(run, output=(exec_failure(error, now, tty=run.tty),))
    except EngineError as error:
        return _not_started(state, container, run, now, error)
    container = replace(
        with_exec(container, run), processes={**container.processes, run.id: process})
    done = settle(state.with_container(container), container.id, now, budget, (run.id,))
    return Outcome(done.state, None, (event, *done.events))


def _not_started(
    state: State, container: Container, run: Exec, now: int, error: EngineError,
) -> Outcome[None]:
    event = container_event(container, f"exec_start: {_title(run)}", now, execID=run.id)
    run = replace(run, exit_code=NOT_STARTED_CODE, finished=now, pid=0)
    return Outcome(state.with_container(with_exec(container, run)), None, (event,), error)


def send_exec_input(
    state: State, identifier: str, data: bytes, *, now: int, budget: Budget, close: bool = False,
) -> Outcome[None]:
    """Give a running exec input, or the end of input.

    Raises:
        NotFound: there is no such exec.
    """
    container, run = find_exec(state, identifier)
    if run.id not in container.processes or not run.open_stdin:
        return Outcome(state, None)
    fed = feed(container, run.id, data, close=close)
    done = settle(state.with_container(fed), container.id, now, budget, (run.id,))
    return Outcome(done.state, None, done.events)


def take_output(state: State, identifier: str) -> Outcome[tuple[Log, ...]]:
    """Hand over what an exec printed since this was last asked.

    Raises:
        NotFound: there is no such exec.
    """
    container, run = find_exec(state, identifier)
    if not run.output:
        return Outcome(state, ())
    taken = with_exec(container, replace(run, output=()))
    return Outcome(state.with_container(taken), run.output)


def find_exec(state: State, identifier: str) -> tuple[Container, Exec]:
    """Return an exec and its container, by the exec's whole ID.

    Raises:
        NotFound: there is no such exec.
    """
    for container in state.containers.values():
        if run := container.execs.get(identifier):
            return container, run
    raise NotFound(f"No such exec instance: {identifier}")


def inspect_exec(state: State, identifier: str) -> dict[str, Any]:
    """Return an exec as ``GET /exec/…/json`` does.

    Raises:
        NotFound: there is no such exec.
    """
    container, run = find_exec(state, identifier)
    process = {
        "tty": run.tty, "entrypoint": run.command[0], "arguments": list(run.command[1:]),
        "privileged": run.privileged,
    }
    if run.user:
        process["user"] = run.user
    return {
        "ID": run.id, "Running": run.id in container.processes, "ExitCode": run.exit_code,
        "ProcessConfig": process, "OpenStdin": run.open_stdin, "OpenStderr": run.open_stderr,
        "OpenStdout": run.open_stdout, "CanRemove": False, "ContainerID": container.id,
        "DetachKeys": base64.b64encode(detach_codes(run.detach_keys)).decode(), "Pid": run.pid,
    }


def check_active(container: Container, name: str) -> None:
    """Refuse what needs a container that runs and is not paused.

    Raises:
        Conflict: in the daemon's words, with the name as given.
    """
    check_settled(container)
    if not container.is_running:
        raise Conflict(f"Container {container.id} is not running")
    if container.status == "paused":
        raise Conflict(f"Container {name} is paused, unpause the container before exec")


def _check_startable(container: Container, run: Exec) -> None:
    check_active(container, container.id)
    if run.exit_code is not None:
        raise Conflict(f"Error: Exec command {run.id} has already run")
    if run.pid:
        raise Conflict(f"Error: Exec command {run.id} is already running")


def _title(run: Exec) -> str:
    return f"{run.command[0]} {' '.join(run.command[1:])}"


def detach_codes(keys: str) -> bytes:
    """Return the bytes that keys like ``ctrl-p,q`` send.

    Raises:
        EngineError: there are no such keys, in the daemon's words.
    """
    codes = bytearray()
    for key in keys.split(",") if keys else ():
        control = re.fullmatch(r"ctrl-([@a-z\[\\\]^_])", key)
        if control:
            codes.append(ord(control[1].upper()) & 31)
        elif key == "DEL":
            codes.append(127)
        elif len(key.encode("utf-8", "surrogateescape")) == 1:
            codes += key.encode()
        else:
            raise EngineError(f"Invalid escape keys ({keys}) provided")
    return bytes(codes)


def _process(
    container: Container, run: Exec, now: int, stdin: bytes, stdin_open: bool,
) -> Process:
    """Return an exec's process, ready to run.

    Raises:
        StartError: its program is not there or cannot run.
        EngineError: its user or its working directory is not there.
    """
    from imagelab.shell.process import spawn

    files = open_files(container, now)
    user = find_user(files, run.user, added_groups(container))
    return spawn(
        files, run.command,
        env=environment(container, user.home, tty=run.tty, more=run.env),
        cwd=_working_directory(files, run.working_dir or "/"), uid=user.uid, gid=user.gid,
        groups=user.groups, tty=run.tty, stdin=stdin if run.open_stdin else b"",
        stdin_open=stdin_open and run.open_stdin)


def _working_directory(files: FileSystem, path: str) -> str:
    if not path.startswith("/"):
        raise BadRequest(f"{_FAILED}Cwd must be an absolute path: unknown")
    try:
        if files.stat(path).is_directory:
            return "/" + files.resolve(path)
        reason = "not a directory"
    except FileError as error:
        reason = error.message.lower()
    if reason == "not a directory":
        reason += (": unknown: Are you trying to mount a directory onto a file (or vice-versa)? "
                   "Check if the specified host path exists and is the expected type")
    else:
        reason += ": unknown"
    raise BadRequest(f"{_FAILED}unable to start container process: chdir to cwd "
                     f'("{path}") set in config.json failed: {reason}')
