"""What a container's processes weigh: figures for ``docker stats`` and ``docker top``.

Nothing is measured, for no host process runs: each program has a fixed resident size, roughly
what the real one has on a small machine, and a sleeping process uses no processor. So the figures
follow from the state alone and are the same on every machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from imagelab.engine.info import MEMORY
from imagelab.engine.lookup import find_container
from imagelab.formats.gotime import ZERO, format_time
from imagelab.model.container import Container
from imagelab.model.state import State

_KIB = 1024
_SMALL = 340 * _KIB
#: Resident size of programs that need more than a small one, in bytes.
_RESIDENT = {
    "bash": 3200 * _KIB, "httpd": 6400 * _KIB, "nginx": 3500 * _KIB, "redis-server": 7300 * _KIB,
    "mysqld": 358_400 * _KIB, "python": 8900 * _KIB, "python3": 8900 * _KIB,
}


_BLOCK_FIGURES = (
    "io_service_bytes_recursive", "io_serviced_recursive", "io_queue_recursive",
    "io_service_time_recursive", "io_wait_time_recursive", "io_merged_recursive",
    "io_time_recursive", "sectors_recursive",
)
_NETWORK_FIGURES = (
    "rx_bytes", "rx_packets", "rx_errors", "rx_dropped", "tx_bytes", "tx_packets", "tx_errors",
    "tx_dropped",
)


def resident_size(argv: tuple[str, ...]) -> int:
    """Return the memory of a program, in bytes."""
    name = argv[0].rpartition("/")[2] if argv else ""
    return _RESIDENT.get(name, _SMALL)


def memory_limit(container: Container) -> int:
    """Return what a container may use: its own limit, else the machine's memory, in bytes."""
    return int(container.host_config.settings.get("Memory") or MEMORY)


def stats(
    state: State, name: str, *, now: int, before: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return what a container uses, as ``GET /containers/…/stats`` does.

    Args:
        state: the lab.
        name: the container.
        now: the time.
        before: the figures to compare with; none if left out.

    Raises:
        NotFound: there is no such container.
    """
    container = find_container(state, name)
    document: dict[str, Any] = {
        "read": ZERO, "preread": before["read"] if before else ZERO, "pids_stats": {},
        "blkio_stats": dict.fromkeys(_BLOCK_FIGURES), "num_procs": 0, "storage_stats": {},
        "cpu_stats": _processor(None),
        "precpu_stats": before["cpu_stats"] if before else _processor(None),
        "memory_stats": {}, "name": f"/{container.name}", "id": container.id,
    }
    if not container.is_running:
        return document
    programs = _programs(container)
    limit = memory_limit(container)
    usage = min(sum(map(resident_size, programs)), limit)
    document |= {
        "read": format_time(now), "pids_stats": {"current": len(programs)},
        "blkio_stats": {key: [] for key in _BLOCK_FIGURES}, "cpu_stats": _processor(now),
        "memory_stats": {"usage": usage, "max_usage": usage, "stats": {}, "limit": limit},
    }
    places = [each for each in (container.endpoints or {}).values() if each.address]
    if places:
        document["networks"] = {
            f"eth{number}": dict.fromkeys(_NETWORK_FIGURES, 0) for number in range(len(places))}
    return document


def _processor(now: int | None) -> dict[str, Any]:
    """Return the use of the machine's one processor since 1970; nothing where it is not known."""
    usage: dict[str, Any] = {"total_usage": 0}
    if now is not None:
        usage["percpu_usage"] = [0]
    machine = {} if now is None else {"system_cpu_usage": now, "online_cpus": 1}
    return {
        "cpu_usage": usage | {"usage_in_kernelmode": 0, "usage_in_usermode": 0}, **machine,
        "throttling_data": {"periods": 0, "throttled_periods": 0, "throttled_time": 0},
    }


def _programs(container: Container) -> list[tuple[str, ...]]:
    from imagelab.shell.process_list import listed

    return [each.argv for process in container.processes.values() for each in listed(process)]
