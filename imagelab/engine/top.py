"""``docker top``: the processes of a container, as the machine sees them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from imagelab.engine.events import container_event
from imagelab.engine.lookup import find_container
from imagelab.engine.processes import MAIN
from imagelab.engine.ps import Row, listing
from imagelab.engine.restarts import check_settled
from imagelab.model.container import Container
from imagelab.model.outcome import Conflict, Outcome
from imagelab.model.process import Process
from imagelab.model.state import State

#: How far the number of the runtime's own process is below that of a container's.
_RUNTIME = 500
#: Room for the numbers of what one process starts.
_CHILDREN = 10


def top(state: State, name: str, options: Sequence[str], *, now: int) -> Outcome[dict[str, Any]]:
    """Return the titles and the processes of a container, as ``GET /containers/…/top`` does.

    Args:
        state: the lab.
        name: the container.
        options: of ``ps``; ``-ef`` for none.
        now: the time.

    Raises:
        NotFound: there is no such container.
        Conflict: it does not run.
        EngineError: as :func:`imagelab.engine.ps.listing` has it.
    """
    container = find_container(state, name)
    check_settled(container)
    if not container.is_running:
        raise Conflict(f"Container {container.id} is not running")
    titles, processes = listing(list(_rows(container)), options, now)
    event = container_event(container, "top", now)
    return Outcome(state, {"Titles": titles, "Processes": processes}, (event,))


def _rows(container: Container) -> Iterator[Row]:
    for key, process in container.processes.items():
        pid = container.pid if key == MAIN else container.execs[key].pid
        yield from _programs(container, process, pid)


def _programs(container: Container, process: Process, pid: int) -> Iterator[Row]:
    """Yield the main program of a process and what it started."""
    from imagelab.shell.process_list import listed

    pids: list[int] = []
    for each in listed(process):
        pids.append(pid * _CHILDREN + len(pids) if pids else pid)
        parent = pids[each.parent] if each.parent >= 0 else container.pid - _RUNTIME
        yield Row(pids[-1], parent, process.uid, process.gid, each.argv, process.tty,
                  "D" if container.status == "paused" else "S", pid, container.started)
