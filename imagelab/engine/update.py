"""``docker update``: other limits and another restart policy for a container that exists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from imagelab.engine.events import container_event
from imagelab.engine.host_checks import check_host_config
from imagelab.engine.lookup import find_container
from imagelab.model.config import Config
from imagelab.model.container import Container, HostConfig
from imagelab.model.outcome import Conflict, EngineError, Outcome
from imagelab.model.state import State

#: Limits that rule each other out once set, as keys of ``HostConfig``, with their names.
_CONFLICTS = (
    ("NanoCpus", "Nano CPUs", "CpuPeriod", "CPU Period"),
    ("NanoCpus", "Nano CPUs", "CpuQuota", "CPU Quota"),
    ("CpuPeriod", "CPU Period", "NanoCpus", "NanoCPUs"),
    ("CpuQuota", "CPU Quota", "NanoCpus", "NanoCPUs"),
)


#: Limits that can be changed.
_LIMITS = (
    "BlkioWeight", "CpuPeriod", "CpuQuota", "CpuRealtimePeriod", "CpuRealtimeRuntime",
    "CpuShares", "CpusetCpus", "CpusetMems", "KernelMemory", "Memory", "MemoryReservation",
    "MemorySwap", "NanoCpus", "PidsLimit", "RestartPolicy",
)


def update(
    state: State, name: str, settings: Mapping[str, Any], policy: str, *, now: int,
) -> Outcome[None]:
    """Change the limits of a container, and its restart policy.

    Args:
        state: the lab.
        name: the container.
        settings: the new limits under the keys of ``HostConfig``, with the retries of the
            policy; what is 0 or empty stays as it is, the number of processes aside, and so does
            what cannot be changed.
        policy: the new restart policy; empty for the one it has.
        now: the time.

    Raises:
        NotFound: there is no such container.
        BadRequest: a value cannot be.
        Conflict: a value does not go with what the container has.
    """
    container = find_container(state, name)
    check_host_config(
        HostConfig(restart_policy=policy, settings=settings), Config(), update=True)
    try:
        changed = _changed(container, settings, policy)
    except EngineError as error:
        error.message = f"Cannot update container {container.id}: {error.message}"
        raise
    event = container_event(container, "update", now)
    return Outcome(state.with_container(changed), None, (event,))


def _changed(container: Container, settings: Mapping[str, Any], policy: str) -> Container:
    own = dict(container.host_config.settings)
    for key, title, other, other_title in _CONFLICTS:
        if settings.get(key, 0) > 0 and own.get(other, 0) > 0:
            raise Conflict(f"Conflicting options: {title} cannot be updated as {other_title} has "
                           "already been set")
    memory = settings.get("Memory", 0)
    if memory and memory > own.get("MemorySwap", 0) and not settings.get("MemorySwap"):
        raise Conflict("Memory limit should be smaller than already set memoryswap limit, update "
                       "the memoryswap at the same time")
    host_config = container.host_config
    if policy:
        if host_config.auto_remove and policy != "no":
            raise Conflict("Restart policy cannot be updated because AutoRemove is enabled for "
                           "the container")
        host_config = replace(host_config, restart_policy=policy)
        own.pop("RestartPolicy", None)
    own |= {key: settings[key] for key in _LIMITS if settings.get(key)}
    if "PidsLimit" in settings:
        own["PidsLimit"] = max(settings["PidsLimit"], 0)
    return replace(container, host_config=replace(host_config, settings=own))
