"""What a container's processes weigh: figures for ``docker stats`` and ``docker top``.

Nothing is measured, for no host process runs: each program has a fixed resident size, roughly
what the real one has on a small machine, and a sleeping process uses no processor. So the figures
follow from the state alone and are the same on every machine.
"""

from __future__ import annotations

from typing import Any

from imagelab.engine.info import MEMORY
from imagelab.engine.lookup import find_container
from imagelab.model.container import Container
from imagelab.model.state import State

_KIB = 1024
_SMALL = 340 * _KIB
#: Resident size of programs that need more than a small one, in bytes.
_RESIDENT = {
    "bash": 3200 * _KIB, "httpd": 6400 * _KIB, "nginx": 3500 * _KIB, "redis-server": 7300 * _KIB,
    "mysqld": 358_400 * _KIB, "python": 8900 * _KIB, "python3": 8900 * _KIB,
}


def resident_size(argv: tuple[str, ...]) -> int:
    """Return the memory of a program, in bytes."""
    name = argv[0].rpartition("/")[2] if argv else ""
    return _RESIDENT.get(name, _SMALL)


def memory_limit(container: Container) -> int:
    """Return what a container may use: its own limit, else the machine's memory, in bytes."""
    return int(container.host_config.settings.get("Memory") or MEMORY)


def stats(state: State, name: str) -> dict[str, Any]:
    """Return what a container uses, in the shape of ``GET /containers/…/stats``.

    Only what the client shows and the lab has is in it: memory, its limit and the number of
    processes; zeros for a container that does not run.

    Raises:
        NotFound: there is no such container.
    """
    container = find_container(state, name)
    memory, count = _use(container) if container.is_running else ({"usage": 0, "limit": 0}, 0)
    return {"id": container.id, "name": f"/{container.name}", "memory_stats": memory,
            "pids_stats": {"current": count}}


def _use(container: Container) -> tuple[dict[str, int], int]:
    from imagelab.shell.process_list import listed

    programs = [each.argv for process in container.processes.values()
                for each in listed(process)]
    limit = memory_limit(container)
    usage = min(sum(map(resident_size, programs)), limit)
    return {"usage": usage, "limit": limit}, len(programs)
