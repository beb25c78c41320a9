"""What the client has besides the lab's commands: one clear line each, and exit code 1."""

from __future__ import annotations

from collections.abc import Sequence

from imagelab.docker.command import API_VERSION, NotSimulated

#: Groups of commands that the lab has nothing of.
GROUPS = frozenset({
    "buildx", "compose", "config", "context", "node", "plugin", "secret",
    "service", "stack", "swarm", "trust",
})
#: A group for daemons that try new things out.
EXPERIMENTAL = "checkpoint"
#: A command for daemons newer than the lab's.
NEWER = "volume update"


def refusal(name: str, rest: Sequence[str]) -> NotSimulated:
    """Return what there is to say of a command that is not simulated.

    Args:
        name: the command, or a group.
        rest: the words after it; the first is the command of a group.
    """
    is_group = name in GROUPS or name == EXPERIMENTAL
    own = [word for word in rest[:1] if is_group and not word.startswith("-")]
    name = " ".join(["docker", name, *own])
    if name.startswith(f"docker {EXPERIMENTAL}"):
        return NotSimulated(
            f"{name} is only supported on a Docker daemon with experimental features enabled")
    if name == f"docker {NEWER}":
        return NotSimulated(f"{name} requires API version 1.42, but the Docker daemon API version "
                            f"is {API_VERSION}")
    return NotSimulated(f"imagelab does not simulate '{name}'")
