"""The registries of the lab: the simulated Hub, and those that containers run.

A host names one: ``docker.io`` the Hub, ``localhost:5000`` the running container that publishes a
registry's port there. All others are refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from imagelab.engine.rootfs import open_files
from imagelab.model.container import Container
from imagelab.model.filesystem import FileSystem
from imagelab.model.outcome import EngineError
from imagelab.model.reference import DEFAULT_DOMAIN, Reference
from imagelab.model.state import State
from imagelab.model.tree import Tree
from imagelab.registry import accounts
from imagelab.registry.remote import Denied, NameUnknown, Remote
from imagelab.registry.storage import Store

T = TypeVar("T")

_LOOPBACK = re.compile(r"(localhost|127\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3})(?::([0-9]{1,5}))?")


class Unreachable(EngineError):
    """No registry answers at a host.

    Attributes:
        host: as in a reference.
        reason: what Go's HTTP client says.
    """

    def __init__(self, host: str, reason: str) -> None:
        """Keep both; a registry on this machine is asked without TLS."""
        super().__init__(f'Get "http://{host}/v2/": {reason}')
        self.host, self.reason = host, reason


@dataclass(frozen=True)
class Opened:
    """A registry of the lab, opened for one command.

    Attributes:
        store: what it keeps.
        container: ID of the container that runs it; empty for the Hub.
    """

    store: Store
    container: str = ""

    def kept(self, state: State) -> State:
        """Return a state with what the store has now."""
        if not self.container:
            return replace(state, hub=self.store.files.changes)
        return state.with_container(_written(state.containers[self.container], self.store.files))


def _written(container: Container, files: FileSystem) -> Container:
    """Return a container with its files as they are now; what is as before stays the object."""
    def new(old: Mapping[str, Any], now: dict[str, Any]) -> Mapping[str, Any]:
        return old if old == now else now

    return replace(
        container, changes=new(container.changes, files.changes),
        mounts={point: new(old, files.mounted(point)) for point, old in container.mounts.items()})


def open_registry(state: State, reference: Reference, now: int = 0) -> Opened:
    """Open the registry that a reference names.

    Raises:
        Unreachable: nothing listens there, or it does not answer.
        EngineError: the lab does not simulate it (501).
    """
    if reference.domain == DEFAULT_DOMAIN:
        return Opened(Store(FileSystem(Tree(), state.hub, now=now)))
    place = _place(reference.domain)
    if place is None:
        raise EngineError(f"imagelab does not simulate the registry {reference.domain}", 501)
    for container, port in _behind(state, *place):
        return _served(container, port, reference.domain, now)
    raise Unreachable(
        reference.domain, f"dial tcp {':'.join(place)}: connect: connection refused")


def is_simulated(state: State, host: str) -> bool:
    """Whether a host is the Hub's or leads to a running container."""
    place = _place(host)
    return host == DEFAULT_DOMAIN if place is None else any(_behind(state, *place))


def _place(host: str) -> tuple[str, str] | None:
    """Return the address and the port of the lab's own machine that a host means, if it does."""
    match = _LOOPBACK.fullmatch(host)
    if match is None:
        return None
    return "127.0.0.1" if match[1] == "localhost" else match[1], match[2] or "80"


def _behind(state: State, address: str, port: str) -> Iterator[tuple[Container, int]]:
    """Yield the containers that an address and a port of the host lead to, with their own port."""
    for container in state.containers.values():
        if container.is_running and (inside := _inside(container, address, port)):
            yield container, inside


def _inside(container: Container, address: str, port: str) -> int:
    """Return the port of a container that an address and a port of the host lead to; 0 for none."""
    if "host" in (container.endpoints or {}):
        return int(port) if _settings(container).get("port") == int(port) else 0
    for inside, bindings in container.published.items():
        number, _, protocol = inside.partition("/")
        if protocol == "tcp" and any(
                each.host_port == port and each.host_ip in ("0.0.0.0", address)
                for each in bindings):
            return int(number)
    return 0


def _served(container: Container, port: int, host: str, now: int) -> Opened:
    if container.status == "paused":
        raise Unreachable(
            host, "net/http: request canceled (Client.Timeout exceeded while awaiting headers)")
    settings = _settings(container)
    if not settings:
        raise EngineError(
            f"imagelab does not simulate what {container.name} answers at {host}", 501)
    if settings["port"] != port:
        raise Unreachable(host, "EOF")
    return Opened(Store(open_files(container, now), settings["root"]), container.id)


def _settings(container: Container) -> Mapping[str, Any]:
    """Return what a container's registry serves; nothing if it runs none."""
    from imagelab.shell.process import remembered

    main = container.processes.get("")
    settings: Mapping[str, Any] = (main and remembered(main, "registry")) or {}
    return settings


# --- looking ------------------------------------------------------------------------------------


def resolve(state: State, reference: Reference) -> Remote:
    """Return the image that a registry has under a tag or digest.

    Raises:
        RegistryError: it has none, or not for the account that the lab is logged in with.
        EngineError: no such registry answers.
    """
    def of_catalogue() -> Remote:
        from imagelab.registry import hub

        return hub.resolve(reference)

    return _ask(state, reference, of_catalogue,
                lambda store: store.image(reference.path, reference.tag, reference.digest))


def tags(state: State, reference: Reference) -> tuple[str, ...]:
    """Return the tags of a repository, in order.

    Raises:
        RegistryError: as for :func:`resolve`.
        EngineError: as for :func:`resolve`.
    """
    def of_catalogue() -> tuple[str, ...]:
        from imagelab.registry import hub

        return hub.tags(reference)

    return _ask(state, reference, of_catalogue, lambda store: store.tags(reference.path))


def _ask(
    state: State, reference: Reference, of_catalogue: Callable[[], T],
    of_store: Callable[[Store], T],
) -> T:
    """Ask a registry: the Hub's catalogue about what nobody has pushed, else the store.

    What is private on the Hub is, without an account, as if it were not there.
    """
    from imagelab.registry.search import is_private

    store = open_registry(state, reference).store
    name = reference.familiar_name
    if reference.domain != DEFAULT_DOMAIN:
        return of_store(store)
    if is_private(name) and DEFAULT_DOMAIN not in state.logins:
        raise Denied(name)
    try:
        return of_store(store) if store.has_repository(reference.path) else of_catalogue()
    except NameUnknown as error:
        raise Denied(name) from error


def holds(store: Store, repository: Reference, digest: str) -> bool:
    """Whether a repository holds a layer, the Hub's by its catalogue too."""
    if store.has(repository.path, digest):
        return True
    if repository.domain != DEFAULT_DOMAIN:
        return False
    from imagelab.registry import hub

    return hub.holds(repository.path, digest)


def check_push(state: State, reference: Reference) -> None:
    """Refuse a push that the registry does not allow.

    Raises:
        Denied: the repository is not the account's, nobody is logged in, or it would be more
            private repositories than a free account may have. The Hub says the same of all three.
    """
    if reference.domain != DEFAULT_DOMAIN:
        return
    user, path = state.logins.get(DEFAULT_DOMAIN, ""), reference.path
    if not accounts.may_push(user, path) or is_beyond_limit(state, reference):
        raise Denied(reference.familiar_name)


def is_beyond_limit(state: State, reference: Reference) -> bool:
    """Whether a push to the Hub would make a private repository that is not free any more."""
    if reference.domain != DEFAULT_DOMAIN or not accounts.is_private(reference.path):
        return False
    there = open_registry(state, reference).store.repositories(reference.path.partition("/")[0])
    others = [each for each in there if accounts.is_private(each) and each != reference.path]
    return len(others) >= accounts.FREE_PRIVATE
