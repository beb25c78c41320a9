"""``docker start``: into its network, and run."""

from __future__ import annotations

from imagelab.engine import networks, processes
from imagelab.engine.lookup import find_container
from imagelab.engine.remove_container import remove
from imagelab.model.outcome import Outcome
from imagelab.model.state import State
from imagelab.shell.budget import Budget


def start(
    state: State, name: str, *, now: int, budget: Budget, stdin: bytes = b"",
    stdin_open: bool = False,
) -> Outcome[tuple[processes.Output, ...]]:
    """Start a container as :func:`imagelab.engine.processes.start` does, in its network.

    One of ``--rm`` that cannot start is removed.

    Raises:
        NotFound: there is no such container.
        BadRequest: it is paused.
    """
    done: Outcome[tuple[processes.Output, ...]]
    joined = networks.join(state, name, now=now)
    if joined.error is not None:
        done = Outcome(joined.state, (), (), joined.error)
    else:
        done = processes.start(
            joined.state, name, now=now, budget=budget, stdin=stdin, stdin_open=stdin_open)
    container = find_container(state, name)
    if done.error is None or not container.host_config.auto_remove:
        return done
    removed = remove(done.state, container.id, now=now)
    return Outcome(removed.state, (), (*done.events, *removed.events), done.error)
