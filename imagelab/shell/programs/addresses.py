"""The addresses of names: those that are written out, of ``/etc/hosts``, and of the networks."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address

from imagelab.formats.addresses import is_address
from imagelab.model.file_error import FileError
from imagelab.shell.escapes import decode
from imagelab.shell.programs.io import Io


def address_of(io: Io, name: str, versions: tuple[int, ...] = (4, 6)) -> str:
    """Return the address of a name, of the first of some versions of IP; empty if it has none."""
    found = [each for each in _known(io, name) if each]
    return next((each for version in versions for each in found
                 if ip_address(each).version == version), "")


def _known(io: Io, name: str) -> Iterator[str]:
    if is_address(name):
        yield name
        return
    yield from _listed(io, name)
    yield io.host.peers.find(name)


def _listed(io: Io, name: str) -> Iterator[str]:
    """Yield the addresses that ``/etc/hosts`` has for a name."""
    try:
        lines = decode(io.data("/etc/hosts")).splitlines()
    except FileError:
        return
    for line in lines:
        address, *names = line.partition("#")[0].split() or [""]
        if name.lower() in (each.lower() for each in names) and is_address(address):
            yield address
