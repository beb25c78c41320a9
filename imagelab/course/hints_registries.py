"""Hints about registries: who may push where, and registries that do not answer."""

from __future__ import annotations

import re
from collections.abc import Iterator

from imagelab.course.hints_base import Done, Hint, command, hint, refusals, rule
from imagelab.engine.registries import is_beyond_limit
from imagelab.model.reference import DEFAULT_DOMAIN, ReferenceError, parse


def registry_hints(done: Done) -> Iterator[Hint]:
    """Yield hints for what a registry refused, or did not answer."""
    yield from refusals(done, _RULES)


def _denied(done: Done, _: re.Match[str]) -> Hint | None:
    """Say under which account, and which name, one can push to the Hub."""
    if done.name != "push":
        return None
    user = done.after.logins.get(DEFAULT_DOMAIN)
    if user is None:
        return hint("push_login")
    try:
        reference = parse(done.arguments[0])
    except (IndexError, ReferenceError):
        return None
    name = str(reference)
    if is_beyond_limit(done.before, reference):
        return hint("push_private_limit", name=name, command=command(
            "run", "-d", "-p", "5000:5000", "--name", "registry", "registry:2"))
    own = f"{user}/{name.rpartition('/')[2]}"
    return hint("push_foreign", name=name, user=user, command=command("tag", name, own))


def _refused(done: Done, match: re.Match[str]) -> Hint:
    """Say how to have a registry at a port."""
    port = match["port"]
    for container in done.after.containers.values():
        wished = container.host_config.port_bindings.values()
        if any(each.host_port == port for bindings in wished for each in bindings):
            return hint("registry_stopped", name=container.name, port=port,
                        command=command("start", container.name))
    return hint("registry_none", port=port, command=command(
        "run", "-d", "-p", f"{port}:5000", "--name", "registry", "registry:2"))


_RULES = (
    rule(r"^denied: requested access to the resource is denied$", _denied),
    rule(r'Get "https?://\S+/v2/": dial tcp 127\S*:(?P<port>\d+): connect: connection refused$',
         _refused),
)
