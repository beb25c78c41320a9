"""Publishing a container's ports: which addresses and ports of the host it gets.

The lab opens no port; it keeps account of them as the daemon does, and refuses in its words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from imagelab.engine.filters import Filters
from imagelab.model.container import Container, PortBinding, PortBindings
from imagelab.model.outcome import BadRequest, EngineError
from imagelab.model.state import State

#: The range that the kernel hands out ports from.
_EPHEMERAL = range(32768, 61000)
_ANY = ("0.0.0.0", "::")


def publish(state: State, container: Container, endpoint_id: str) -> PortBindings:
    """Return where a container's ports are published, once it starts.

    Raises:
        EngineError: a port is taken, or an address is not the host's.
    """
    allocator = _Allocator(state)
    found: dict[str, tuple[PortBinding, ...]] = {}
    try:
        for port, wish in _wishes(container):
            found[port] = (*found.get(port, ()), *allocator.take(port.partition("/")[2], wish))
    except EngineError as error:
        raise EngineError(
            f"driver failed programming external connectivity on endpoint {container.name} "
            f"({endpoint_id}): {error.message}") from error
    return found


def _wishes(container: Container) -> Iterator[tuple[str, PortBinding]]:
    """Yield what to publish: ports of the user's choice first, the others from the top down."""
    asked = container.host_config.port_bindings
    wishes = [(port, each) for port, bindings in asked.items() for each in bindings]
    if container.host_config.publish_all_ports:
        wishes += [(port, PortBinding()) for port in exposed_ports(container)
                   if port not in asked]
    yield from (wish for wish in wishes if not _is_open(wish[1]))
    rest = [wish for wish in wishes if _is_open(wish[1])]
    yield from sorted(rest, key=lambda wish: -int(wish[0].partition("/")[0]))


def _is_open(wish: PortBinding) -> bool:
    return wish.host_port in ("", "0")


def exposed_ports(container: Container) -> Iterator[str]:
    """Yield the exposed ports as ``80/tcp``; a foreign image may name what is no port."""
    for text in container.config.exposed_ports or {}:
        number, _, protocol = text.partition("/")
        if number.isascii() and number.isdigit() and len(number) < 6 and int(number) < 65536:
            yield f"{int(number)}/{protocol or 'tcp'}"


class _Allocator:
    """The host's ports while one container is given its own."""

    def __init__(self, state: State) -> None:
        #: Addresses by protocol and port.
        self.taken: dict[tuple[str, int], set[str]] = {}
        self.last: dict[tuple[str, str], int] = {}
        for each in state.containers.values():
            for port, bindings in each.published.items():
                for binding in bindings:
                    self._remember(port.partition("/")[2], binding.host_ip,
                                   int(binding.host_port), held=each.is_running)

    def _remember(self, protocol: str, address: str, port: int, *, held: bool) -> None:
        """Note a port; the next free one is looked for behind those used last."""
        if held:
            self.taken.setdefault((protocol, port), set()).add(address)
        if port in _EPHEMERAL:
            key = (protocol, address)
            self.last[key] = max(port, self.last.get(key, 0))

    def take(self, protocol: str, wish: PortBinding) -> tuple[PortBinding, ...]:
        """Take one port, on both versions of IP where no address is asked for.

        Raises:
            EngineError: it cannot be had.
        """
        addresses = (wish.host_ip,) if wish.host_ip else _ANY
        port = self._choose(protocol, addresses[0], wish.host_port)
        for address in addresses:
            self._check(protocol, address, port)
            self._remember(protocol, address, port, held=True)
        return tuple(PortBinding(address, str(port)) for address in addresses)

    def _choose(self, protocol: str, address: str, text: str) -> int:
        first, _, last = text.partition("-")
        if not last and int(first or 0):
            return int(first)
        choice = range(int(first), int(last) + 1) if last else self._next(protocol, address)
        for port in choice:
            holders = self._holders(protocol, port)
            # Of a range the daemon tries one port only; its own choice it tries again.
            in_the_way = not last and any(_overlap(address, other) for other in holders)
            if address not in holders and not in_the_way:
                return port
        raise EngineError("all ports are allocated")

    def _holders(self, protocol: str, port: int) -> set[str]:
        return self.taken.get((protocol, port), set())

    def _next(self, protocol: str, address: str) -> Iterable[int]:
        begin = self.last.get((protocol, address), _EPHEMERAL.start - 1) + 1
        return chain(range(begin, _EPHEMERAL.stop), range(_EPHEMERAL.start, begin))

    def _check(self, protocol: str, address: str, port: int) -> None:
        import ipaddress

        holders = self._holders(protocol, port)
        if address in holders:
            shown = f"[{address}]" if ":" in address else address
            raise EngineError(f"Bind for {shown}:{port} failed: port is already allocated")
        parsed = ipaddress.ip_address(address)
        shown = f"{protocol}{parsed.version} " + (
            f"[{address}]:{port}" if parsed.version == 6 else f"{address}:{port}")
        if not (parsed.is_loopback or parsed.is_unspecified):
            raise EngineError(f"Error starting userland proxy: listen {shown}: "
                              "bind: cannot assign requested address")
        if any(_overlap(address, other) for other in holders):
            raise EngineError(f"Error starting userland proxy: listen {shown}: "
                              "bind: address already in use")


def _overlap(address: str, other: str) -> bool:
    """Whether a port of one address is in the way of the same port of another."""
    return (":" in address) == (":" in other) and (address in _ANY or other in _ANY)


def matches_ports(rows: list[dict[str, object]], filters: Filters) -> bool:
    """Whether listed ports satisfy the filters ``publish`` and ``expose`` of ``docker ps``.

    Raises:
        BadRequest: a value is no port.
    """
    wishes = [("PublicPort", place) for place in _places("publish", filters)]
    wishes += [("PrivatePort", place) for place in _places("expose", filters)]
    have = {(key, (row.get(key, 0), row["Type"])) for row in rows
            for key in ("PublicPort", "PrivatePort")}
    return not wishes or any(wish in have for wish in wishes)


def _places(name: str, filters: Filters) -> Iterator[tuple[int, str]]:
    for text in filters.get(name, ()):
        ports, _, protocol = text.partition("/")
        try:
            found = port_range(ports)
        except ValueError as error:
            raise BadRequest(f"error while looking up for {name} {text}: {error}") from error
        for port in found:
            yield port, protocol or "tcp"


def port_range(text: str) -> range:
    """Read ``80`` or ``80-90``.

    Raises:
        ValueError: it is neither, in the words of Docker's port parser.
    """
    if not text:
        raise ValueError("empty string specified for ports")
    first, dash, last = text.partition("-")
    begin = port_number(first)
    end = port_number(last) if dash else begin
    if end < begin:
        raise ValueError(f"invalid range specified for port: {text}")
    return range(begin, end + 1)


def port_number(text: str) -> int:
    """Read ``80``.

    Raises:
        ValueError: it is no port, in the words of Docker's port parser.
    """
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f'strconv.ParseUint: parsing "{text}": invalid syntax')
    if len(text) > 20 or int(text) > 65535:
        raise ValueError(f'strconv.ParseUint: parsing "{text}": value out of range')
    return int(text)
