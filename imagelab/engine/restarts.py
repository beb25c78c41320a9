"""Restart policies: whether, and when, a container that has ended is started again."""

from __future__ import annotations

from dataclasses import replace

from imagelab.model.container import Container, Restarts
from imagelab.model.outcome import Conflict

_SECOND = 1_000_000_000
#: The pause before the first restart; each one that follows is twice as long.
_FIRST_DELAY = _SECOND // 10
_LONGEST_DELAY = 60 * _SECOND
#: After a run as long as this the pauses begin anew.
_LASTING = 10 * _SECOND


def after_end(container: Container, now: int) -> Container:
    """Return a container that has just ended: ``exited``, or ``restarting`` as its policy has it.

    Pauses and counts are those of the daemon's ``restartmanager``.
    """
    restarts = container.restarts
    if not _is_wanted(container):
        return replace(container, status="exited")
    last = 0 if now - container.started >= _LASTING else restarts.delay
    delay = min(last * 2, _LONGEST_DELAY) or _FIRST_DELAY
    restarts = Restarts(restarts.count + 1, delay, now + delay)
    return replace(container, status="restarting", restarts=restarts)


def _is_wanted(container: Container) -> bool:
    if container.restarts.over:
        return False
    policy = container.host_config.restart_policy
    if policy == "on-failure":
        settings = container.host_config.settings.get("RestartPolicy") or {}
        most = settings.get("MaximumRetryCount") or 0
        return bool(container.exit_code) and not 0 < most <= container.restarts.count
    return policy in ("always", "unless-stopped")


def stopped(container: Container) -> Container:
    """Return a container that is not to be started again until somebody starts it by hand."""
    return replace(container, restarts=replace(container.restarts, over=True))


def check_settled(container: Container) -> None:
    """Refuse what needs a process while a container is about to be started again.

    Raises:
        Conflict: it is.
    """
    if container.status == "restarting":
        raise Conflict(f"Container {container.id} is restarting, wait until the container is "
                       "running")
