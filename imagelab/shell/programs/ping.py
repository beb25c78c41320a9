"""ping, busybox's: it asks other machines, and all they can do is answer."""

from __future__ import annotations

import re
from dataclasses import dataclass

from imagelab.shell.programs.addresses import address_of
from imagelab.shell.programs.io import Io, SleepRequest, UsageError
from imagelab.shell.programs.options import parse, whole_number
from imagelab.shell.programs.service import not_simulated
from imagelab.shell.streams import Reach

_SECOND = 10**9
_USAGE = "BusyBox v1.35.0 multi-call binary.\n\nUsage: ping [OPTIONS] HOST\n"
#: Options with whole numbers, and what they are if nobody says more.
_NUMBERS = {"c": 0, "s": 56, "t": 64, "W": 10, "w": 0}
_MAX_SIZE = 65535
#: A packet of fewer bytes has no room for the time.
_TIMED = 4
#: What is left of an answer's life when it comes, and the milliseconds until then; always the
#: same, so that lessons are.
_ANSWERS = {Reach.NEAR: (64, "0.050"), Reach.FAR: (55, "12.500")}
_LEAST_INTERVAL = _SECOND // 5


@dataclass(frozen=True)
class _Wish:
    """What the command line asks for; spans in nanoseconds, 0 for no bound."""

    name: str
    count: int
    size: int
    interval: int
    patience: int
    deadline: int
    quiet: bool
    versions: tuple[int, ...]


def ping(argv: list[str], io: Io) -> int:
    """Ask for answers, one a second, and count them."""
    if io.gnu:
        return not_simulated(io, "ping")
    wish = _wish(io, argv)
    sent, received, waits, shortest = io.state or (0, 0, False, "")
    if io.signal or waits:
        return _end(io, wish, sent, received, shortest)
    address = address_of(io, wish.name, wish.versions)
    if not address:
        return io.fail(f"bad address '{wish.name}'")
    if not sent:
        io.out(f"PING {wish.name} ({address}): {wish.size} data bytes\n")
    if io.uid:
        return io.fail("permission denied (are you root?)")
    if ":" in address:  # Docker's networks have no IPv6 if nobody says so
        return io.fail("sendto: Cannot assign requested address")
    reach = io.host.peers.reach(address)
    if reach is Reach.NOWHERE:
        return io.fail("sendto: Network is unreachable")
    if reach in _ANSWERS:
        shortest = _answer(io, wish, address, sent, reach)
        received += 1
    return _go_on(io, wish, sent + 1, received, shortest, answered=reach in _ANSWERS)


def _answer(io: Io, wish: _Wish, address: str, number: int, reach: Reach) -> str:
    life, span = _ANSWERS[reach]
    if not wish.quiet:
        time = f" time={span} ms" if wish.size >= _TIMED else ""
        io.out(f"{wish.size + 8} bytes from {address}: seq={number} ttl={life}{time}\n")
    return span


def _go_on(
    io: Io, wish: _Wish, sent: int, received: int, span: str, *, answered: bool,
) -> int:
    if sent == wish.count:
        if answered:
            return _end(io, wish, sent, received, span)
        raise SleepRequest(io.host.now + wish.patience, (sent, received, True, span), ["INT"])
    ends = 0 < wish.deadline <= sent * wish.interval
    raise SleepRequest(io.host.now + wish.interval, (sent, received, ends, span), ["INT"])


def _end(io: Io, wish: _Wish, sent: int, received: int, span: str) -> int:
    lost = (sent - received) * 100 // sent
    io.out(f"\n--- {wish.name} ping statistics ---\n{sent} packets transmitted, {received} packets "
           f"received, {lost}% packet loss\n")
    if received and wish.size >= _TIMED:
        io.out(f"round-trip min/avg/max = {span}/{span}/{span} ms\n")
    is_enough = received >= wish.count or not wish.deadline
    return 0 if received and is_enough else 1


def _wish(io: Io, argv: list[str]) -> _Wish:
    """Return what the command line asks for.

    Raises:
        UsageError: it makes no sense.
    """
    options, args = parse(io, argv, "46Anq", "IWcipstw")
    texts = {letter: values[-1] for letter, values in options.items()}
    numbers = {letter: whole_number(io, texts.get(letter, str(usual)))
               for letter, usual in _NUMBERS.items()}
    if numbers["s"] > _MAX_SIZE:
        raise UsageError(f"{io.name}: number {numbers['s']} is not in 0..{_MAX_SIZE} range\n")
    if len(args) != 1:
        raise UsageError(_USAGE)
    versions = (4,) if "4" in texts else (6,) if "6" in texts else (4, 6)
    return _Wish(args[0], numbers["c"], numbers["s"], _span(io, texts.get("i", "1")),
                 numbers["W"] * _SECOND, numbers["w"] * _SECOND, "q" in texts, versions)


def _span(io: Io, text: str) -> int:
    match = re.fullmatch(r"([0-9]{1,9})(?:\.([0-9]{1,9}))?", text)
    if match is None:
        raise UsageError(f"{io.name}: invalid number '{text}'\n")
    span = int(match[1]) * _SECOND + int((match[2] or "").ljust(9, "0"))
    return max(span, _LEAST_INTERVAL)
