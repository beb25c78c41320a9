"""``docker kill``: signals for a container's main process, and the one that ``stop`` sends."""

from __future__ import annotations

import re
from dataclasses import replace

from imagelab.engine.events import container_event
from imagelab.engine.lookup import find_container
from imagelab.engine.processes import MAIN, Output, settle
from imagelab.engine.restarts import stopped
from imagelab.model.container import Container
from imagelab.model.outcome import BadRequest, Conflict, EngineError, Outcome
from imagelab.model.state import State
from imagelab.shell.budget import Budget

#: Names of the signals from 1 on, as Linux numbers them; another name after a slash.
_PLAIN = (
    "HUP INT QUIT ILL TRAP ABRT/IOT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD/CLD "
    "CONT STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO/POLL PWR SYS"
)
_NUMBERS = {
    name: number for number, names in enumerate(_PLAIN.split(), 1) for name in names.split("/")
}
_NUMBERS |= {"RTMIN": 34, **{f"RTMIN+{more}": 34 + more for more in range(1, 16)}}
_NUMBERS |= {**{f"RTMAX-{less}": 64 - less for less in range(14, 0, -1)}, "RTMAX": 64}
#: The usual name of each.
_NAMES = {number: name for name, number in reversed(_NUMBERS.items())}
KILL, TERM = _NUMBERS["KILL"], _NUMBERS["TERM"]


def parse_signal(text: str) -> int:
    """Return the number of a signal: ``SIGTERM``, ``term``, ``15``.

    A number need not be a signal's.

    Raises:
        BadRequest: there is no such name, or the number is 0.
    """
    if re.fullmatch(r"[+-]?0*[0-9]{1,18}", text, re.ASCII) and int(text):
        return int(text)
    number = _NUMBERS.get(text.upper().removeprefix("SIG"))
    if number is None:
        raise BadRequest(f"Invalid signal: {text}")
    return number


def stop_signal(container: Container) -> int:
    """Return the signal that ``docker stop`` sends first: the configuration's, else TERM."""
    try:
        return parse_signal(str(container.config.stop_signal))
    except BadRequest:
        return TERM


def kill(
    state: State, name: str, *, now: int, budget: Budget, signal: str = "",
) -> Outcome[tuple[Output, ...]]:
    """Send a signal to a container's main process; KILL if it is not named.

    A paused container goes on when it gets a signal that may end it. What gets one is not started
    again by its restart policy; one that was about to be has ended for good.

    Raises:
        NotFound: there is no such container.
        BadRequest: there is no such signal.
        Conflict: the container does not run.
        EngineError: the number is no signal's.
    """
    number = parse_signal(signal) if signal else KILL
    try:
        container = find_container(state, name)
        if number not in _NAMES:
            raise EngineError(f"The linux daemon does not support signal {number % (1 << 64)}")
        if not container.is_active:
            raise Conflict(f"Container {container.id} is not running")
    except EngineError as error:
        error.message = f"Cannot kill container: {name}: {error.message}"
        raise
    ends = _ends(container, number)
    if ends or container.host_config.restart_policy == "unless-stopped":
        container = stopped(container)
    if container.status == "restarting":
        left = replace(container, status="exited" if ends else container.status)
        return Outcome(state.with_container(left), ())
    events = [container_event(container, "kill", now, signal=str(number))]
    signalled = _signalled(container, number)
    done = settle(state.with_container(signalled), container.id, now, budget, (MAIN,))
    after = done.state.containers.get(container.id)
    if container.status == "paused" and after is not None and after.status == "running":
        events.append(container_event(container, "unpause", now))
    return Outcome(done.state, done.value, (*events, *done.events))


def interrupt(
    state: State, container: Container, key: str = MAIN, *, now: int, budget: Budget,
) -> Outcome[tuple[Output, ...]]:
    """Press Ctrl-C at the terminal of one of a container's processes.

    What an interactive shell runs there ends, and the shell goes on. Any other program gets the
    signal, which a container's main process ignores unless it has a handler for it.
    """
    from imagelab.shell import process

    if container.status != "running" or key not in container.processes:
        return Outcome(state, ())
    after = process.interrupt(container.processes[key], is_first=key == MAIN)
    changed = replace(container, processes={**container.processes, key: after})
    return settle(state.with_container(changed), container.id, now, budget, (key,))


def _signalled(container: Container, number: int) -> Container:
    from imagelab.shell import process

    main = process.signal(container.processes[MAIN], _NAMES[number])
    return replace(
        container, status="running" if _ends(container, number) else container.status,
        processes={**container.processes, MAIN: main})


def _ends(container: Container, number: int) -> bool:
    """Whether the daemon takes a signal for a wish that the container end."""
    own = container.config.stop_signal
    return number == KILL or not own or number == stop_signal(container)
