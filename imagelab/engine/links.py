"""``--link``: other containers of the bridge, under names of one's own.

A container keeps its links among its settings, each as ID, name and alias of the other one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from imagelab.engine.lookup import find_container
from imagelab.engine.networks import BRIDGE, BUILTIN, endpoints_of
from imagelab.engine.ports import exposed_ports
from imagelab.model.container import Container, HostConfig
from imagelab.model.outcome import BadRequest, EngineError, NotFound, Outcome
from imagelab.model.state import State

_HOST = ("conflicting options: host type networking can't be used with links. This would result "
         "in undefined behavior")
#: Variables of a container that those linked to it do not get.
_OWN_VARIABLES = ("HOME", "PATH")


@dataclass(frozen=True)
class Link:
    """A link as it is asked for.

    Attributes:
        name: the other container.
        alias: what it is called.
    """

    name: str
    alias: str


def parsed(text: str) -> Link:
    """Read ``name``, ``name:alias``, or ``/name:/own/alias`` as a container is described with.

    Raises:
        BadRequest: it is none of them.
    """
    if not text:
        raise BadRequest("empty string specified for links")
    name, *rest = text.split(":")
    if len(rest) > 1:
        raise BadRequest(f"bad format for links: {text}")
    if name.startswith("/") and rest:
        return Link(name[1:], rest[0].rpartition("/")[2])
    return Link(name, rest[0] if rest else name)


def registered(state: State, host_config: HostConfig) -> HostConfig:
    """Return a new container's settings with its links as they are kept.

    Of several with one alias the first one counts. In a network that was made there are none:
    what is called how there is a matter of its place in that network.

    Raises:
        BadRequest: there is no such container, or none can be linked.
    """
    texts = host_config.settings.get("Links")
    if not texts:
        return host_config
    if host_config.network_mode not in ("default", *BUILTIN):
        rest = {key: each for key, each in host_config.settings.items() if key != "Links"}
        return replace(host_config, settings=rest)
    wanted = [parsed(text) for text in texts]
    if host_config.network_mode == "host":
        raise BadRequest(_HOST)
    kept: dict[str, str] = {}
    for link in wanted:
        try:
            other = find_container(state, link.name)
        except NotFound as error:
            raise BadRequest(f"could not get container for {link.name}: {error.message}") from error
        if other.host_config.network_mode == "host":
            raise BadRequest(_HOST)
        kept.setdefault(link.alias, f"{other.id}:{other.name}:{link.alias}")
    return replace(host_config, settings={**host_config.settings, "Links": list(kept.values())})


def _kept(container: Container) -> Iterator[tuple[str, str, str]]:
    for text in container.host_config.settings.get("Links") or ():
        identifier, name, alias = text.split(":")
        yield identifier, name, alias


def _linked(state: State, container: Container) -> Iterator[tuple[str, str, Container | None]]:
    """Yield alias, name and container of each link; None for one that was removed."""
    for identifier, name, alias in _kept(container):
        other = state.containers.get(identifier)
        yield alias, other.name if other else name, other


def shown(state: State, container: Container) -> list[str] | None:
    """Return a container's links as ``docker inspect`` shows them; None for none."""
    return [f"/{name}:/{container.name}/{alias}"
            for alias, name, _ in _linked(state, container)] or None


def names(state: State, container: Container) -> list[str]:
    """Return a container's name, and what others call it."""
    others = [f"/{each.name}/{alias}" for each in state.containers.values()
              for identifier, _, alias in _kept(each) if identifier == container.id]
    return sorted([f"/{container.name}", *others])


def running(state: State, container: Container) -> list[tuple[str, Container]]:
    """Return the containers that one is linked to, by alias; it is about to start.

    Raises:
        EngineError: one does not run, or is in other networks only.
    """
    found = []
    linked = list(_linked(state, container))
    for _, name, other in linked:
        if other is not None and BRIDGE not in endpoints_of(other):
            raise EngineError(
                f"Cannot link to /{name}, as it does not belong to the default network")
    for alias, name, other in linked:
        if other is None or not other.is_running:
            raise EngineError(
                f"Cannot link to a non running container: /{name} AS /{container.name}/{alias}")
        found.append((alias, other))
    return found


def _address(container: Container) -> str:
    place = endpoints_of(container).get(BRIDGE)
    return place.address if place else ""


def host_lines(links: Sequence[tuple[str, Container]]) -> str:
    """Return lines of ``/etc/hosts`` for linked containers."""
    lines = []
    for alias, other in links:
        words = dict.fromkeys((alias, other.config.hostname, other.name))
        lines.append(f"{_address(other)}\t{' '.join(words)}\n")
    return "".join(lines)


def variables(container: Container, links: Sequence[tuple[str, Container]]) -> tuple[str, ...]:
    """Return what tells a container's programs of those linked to it."""
    return tuple(each for alias, other in links for each in _variables(container, alias, other))


def _variables(container: Container, alias: str, other: Container) -> Iterator[str]:
    front = alias.upper().replace("-", "_")
    address = _address(other)
    ports = sorted(
        (int(number), protocol) for number, _, protocol in (
            port.partition("/") for port in exposed_ports(other)))
    for number, protocol in ports[:1]:
        yield f"{front}_PORT={protocol}://{address}:{number}"
    for number, protocol in ports:
        own = f"{front}_PORT_{number}_{protocol.upper()}"
        yield f"{own}={protocol}://{address}:{number}"
        yield from (f"{own}_ADDR={address}", f"{own}_PORT={number}", f"{own}_PROTO={protocol}")
    yield f"{front}_NAME=/{container.name}/{alias}"
    for entry in other.config.env or ():
        name, equals, value = entry.partition("=")
        if equals and name not in _OWN_VARIABLES:
            yield f"{front}_ENV_{name}={value}"


def renamed(state: State, container: Container) -> State:
    """Return the state with a container's new name in the links to it."""
    for each in tuple(state.containers.values()):
        kept = list(_kept(each))
        if any(identifier == container.id for identifier, _, _ in kept):
            state = state.with_container(_with_links(each, [
                (identifier, container.name if identifier == container.id else name, alias)
                for identifier, name, alias in kept]))
    return state


def _with_links(container: Container, kept: Sequence[tuple[str, str, str]]) -> Container:
    links = [":".join(each) for each in kept]
    settings = {**container.host_config.settings, "Links": links}
    return replace(container, host_config=replace(container.host_config, settings=settings))


def remove_link(state: State, name: str) -> Outcome[None]:
    """Remove a link, named as ``container/alias``; both containers stay.

    Raises:
        NotFound: there is no such link.
        EngineError: it is a container's own name.
    """
    parent, slash, alias = name.strip("/").rpartition("/")
    if not slash:
        find_container(state, name)
        raise EngineError("Conflict, cannot remove the default link name of the container")
    container = next((each for each in state.containers.values() if each.name == parent), None)
    kept = list(_kept(container)) if container else []
    left = [each for each in kept if each[2] != alias]
    if container is None or len(left) == len(kept):
        raise NotFound(f"No such container: {name}")
    return Outcome(state.with_container(_with_links(container, left)), None)
