"""``docker start``, and the daemon's own restarts: into the network, and run."""

from __future__ import annotations

from dataclasses import replace

from imagelab.engine import endpoints, processes
from imagelab.engine.lookup import find_container
from imagelab.engine.remove_container import remove
from imagelab.model.container import Restarts
from imagelab.model.outcome import Outcome
from imagelab.model.state import State
from imagelab.shell.budget import Budget


def start(
    state: State, name: str, *, now: int, budget: Budget, stdin: bytes = b"",
    stdin_open: bool = False,
) -> Outcome[tuple[processes.Output, ...]]:
    """Start a container as :func:`imagelab.engine.processes.start` does, in its network.

    One of ``--rm`` that cannot start is removed. One that is about to be started again is left
    to that.

    Raises:
        NotFound: there is no such container.
        BadRequest: it is paused.
    """
    container = find_container(state, name)
    if container.status == "restarting":
        return Outcome(state, ())
    if not container.is_running:
        state = state.with_container(replace(container, restarts=Restarts()))
    done = _start(state, container.id, now=now, budget=budget, stdin=stdin, stdin_open=stdin_open)
    if done.error is None or not container.host_config.auto_remove:
        return done
    removed = remove(done.state, container.id, now=now)
    return Outcome(removed.state, (), (*done.events, *removed.events), done.error)


def start_again(
    state: State, identifier: str, *, now: int, budget: Budget,
) -> Outcome[tuple[processes.Output, ...]]:
    """Start a container that waits for its restart.

    One that cannot start keeps the reason, and is not tried again.
    """
    ended = replace(state.containers[identifier], status="exited")
    done = _start(
        state.with_container(ended), identifier, now=now, budget=budget, stdin_open=True)
    return replace(done, error=None)


def _start(
    state: State, name: str, *, now: int, budget: Budget, stdin: bytes = b"",
    stdin_open: bool = False,
) -> Outcome[tuple[processes.Output, ...]]:
    joined = endpoints.join(state, name, now=now)
    if joined.error is not None:
        return Outcome(joined.state, (), (), joined.error)
    return processes.start(
        joined.state, name, now=now, budget=budget, stdin=stdin, stdin_open=stdin_open)
