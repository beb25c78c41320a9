"""Packages out of a list: what each needs, weighs, and puts where.

A list is a text file. ``= name version architecture section priority download installed`` begins
a package: bytes of its archive, KiB when installed; ``+`` behind the architecture says that
dpkg keeps it for several architectures. ``<`` names what it depends on, ``+`` what it recommends,
``?`` what it suggests, ``!`` says what it is. ``/folder`` begins a folder, and below it stand
``name mode size`` and ``name -> target``; ``~ mode total`` begins lines of names that share a
total of bytes. Modes are octal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files

from imagelab.model.content import Bytes, Content, Pattern
from imagelab.model.node import Kind, Node, symlink

#: Beginning of an ELF program for 64 bits; the shell knows programs by it.
_ELF = b"\x7fELF\x02\x01\x01" + bytes(57)
_GZIP = b"\x1f\x8b\x08" + bytes(7)
_NOTE = b"# The lab keeps the size of this file and not its text.\n"


@dataclass(frozen=True)
class Package:
    """A package of a list.

    Attributes:
        name: ``curl``.
        version: ``7.88.1-10+deb12u12``.
        architecture: ``amd64`` or ``all``.
        shared: whether dpkg keeps it for several architectures, ``libssl3:amd64``.
        section: ``web``; in Alpine's list the origin.
        priority: ``optional``.
        size: bytes of the archive.
        installed: KiB that it takes.
        depends: names of packages it needs, of this list.
        recommends: names of packages that come with it if nothing else is said.
        suggests: what may go with it, ``ctags`` or ``a | b``.
        summary: what it is, in a few words.
    """

    name: str
    version: str
    architecture: str
    shared: bool
    section: str
    priority: str
    size: int
    installed: int
    depends: tuple[str, ...] = ()
    recommends: tuple[str, ...] = ()
    suggests: tuple[str, ...] = ()
    summary: str = ""
    lines: tuple[str, ...] = field(default=(), repr=False, compare=False)

    @property
    def full_name(self) -> str:
        """The name as dpkg shows it."""
        return f"{self.name}:{self.architecture}" if self.shared else self.name

    def nodes(self, mtime: int) -> dict[str, Node]:
        """Return what it puts where, by paths without a leading slash; folders are left out."""
        found: dict[str, Node] = {}
        folder, mode, names, total = "", 0, [""], 0

        def flush() -> None:
            for name in names[1:]:
                size = total // (len(names) - 1)
                path = f"{folder}/{name}".lstrip("/")
                found[path] = _file(path, mode, size, self.name, mtime)
            del names[1:]

        for line in self.lines:
            if line.startswith(" "):
                names.extend(line.split())
                continue
            flush()
            if line.startswith("/"):
                folder = line
            elif line.startswith("~ "):
                _, bits, amount = line.split()
                mode, total = int(bits, 8), int(amount)
            elif " -> " in line:
                name, _, target = line.partition(" -> ")
                found[f"{folder}/{name}".lstrip("/")] = symlink(target, mtime)
            else:
                name, bits, amount = line.split()
                path = f"{folder}/{name}".lstrip("/")
                found[path] = _file(path, int(bits, 8), int(amount), self.name, mtime)
        flush()
        return found


def _file(path: str, mode: int, size: int, seed: str, mtime: int) -> Node:
    return Node(Kind.FILE, mode, mtime=mtime, content=_stand_in(path, mode, size, seed))


def _stand_in(path: str, mode: int, size: int, seed: str) -> Content:
    """Return content of the right size and kind."""
    if (mode & 0o111 and not path.startswith("etc/")) or path.endswith(".so") or ".so." in path:
        return Pattern(seed, size, _ELF + f"stands in for /{path}\n".encode())
    if path.endswith(".gz"):
        return Pattern(seed, size, _GZIP)
    head = b"#!/bin/sh\n" * bool(mode & 0o111) + _NOTE
    if size <= 4096:
        return Bytes((head + _NOTE * (size // len(_NOTE) + 1))[: max(0, size - 1)] + b"\n"[:size])
    return Pattern(seed, size, head)


@lru_cache(maxsize=4)
def packages(name: str) -> Mapping[str, Package]:
    """Return the packages of a list, ``debian`` or ``alpine``, by name."""
    found: dict[str, Package] = {}
    text = (files(__package__) / f"{name}.txt").read_text("utf-8")
    for block in text.split("\n= ")[1:]:
        package = _package(block.splitlines())
        found[package.name] = package
    return found


def _package(block: list[str]) -> Package:
    name, version, architecture, section, priority, size, installed = block[0].split()
    facts = {"<": "", "+": "", "?": "", "!": ""}
    at = 1
    while at < len(block) and block[at][:1] in facts and block[at][1:2] == " ":
        facts[block[at][0]] = block[at][2:]
        at += 1
    return Package(
        name, version, architecture.rstrip("+"), architecture.endswith("+"), section, priority,
        int(size), int(installed), tuple(facts["<"].split()), tuple(facts["+"].split()),
        tuple(facts["?"].split(", ")) if facts["?"] else (), facts["!"], tuple(block[at:]))
