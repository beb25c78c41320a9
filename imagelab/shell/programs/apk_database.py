"""What apk knows, in the container's own files: ``installed`` and ``world`` (apk(5))."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field

from imagelab.model.file_error import FileError
from imagelab.model.node import Kind, Node
from imagelab.model.tree import parent_of
from imagelab.shell.escapes import decode
from imagelab.shell.packages.reader import Package
from imagelab.shell.programs.dpkg_database import put, write_text
from imagelab.shell.programs.io import Io

INSTALLED = "/lib/apk/db/installed"
WORLD = "/etc/apk/world"
_SECOND = 10**9


@dataclass(eq=False)
class Record:
    """A package as apk keeps it: its lines, each with a letter in front."""

    lines: list[str] = field(default_factory=list)

    def first(self, letter: str) -> str:
        """Return what stands behind the first line with a letter."""
        return next((line[2:] for line in self.lines if line.startswith(letter + ":")), "")

    @property
    def name(self) -> str:
        """The name."""
        return self.first("P")

    @property
    def version(self) -> str:
        """The version."""
        return self.first("V")

    @property
    def size(self) -> int:
        """Bytes that it takes."""
        text = self.first("I")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 15 else 0

    @property
    def depends(self) -> list[str]:
        """Names of what it needs."""
        return self.first("D").split()

    def paths(self) -> list[str]:
        """Return its files, without a leading slash."""
        found: list[str] = []
        folder = ""
        for line in self.lines:
            if line.startswith("F:"):
                folder = line[2:]
            elif line.startswith("R:"):
                found.append(f"{folder}/{line[2:]}".lstrip("/"))
        return found

    def folders(self) -> list[str]:
        """Return its folders, without a leading slash."""
        return [line[2:] for line in self.lines if line.startswith("F:")]


class Database:
    """apk's records and wishes; changes are written back by :meth:`save`."""

    def __init__(self, io: Io) -> None:
        """Read them; none if there are none."""
        self.io = io
        self.records: dict[str, Record] = {}
        text = _text(io, INSTALLED)
        io.step(len(text) // 2000)
        for paragraph in text.split("\n\n"):
            record = Record([line for line in paragraph.split("\n") if line])
            if record.name:
                self.records[record.name] = record
        self.world = _text(io, WORLD).split()

    def size(self) -> int:
        """Return the bytes that all packages take."""
        return sum(record.size for record in self.records.values())

    def install(self, package: Package, mtime: int) -> None:
        """Write a package's files and record it.

        Raises:
            FileError: the files cannot be written.
        """
        io = self.io
        nodes = package.nodes(mtime)
        io.step(2 + 2 * len(nodes))
        io.host.budget.take("entries", len(nodes) + 1)
        io.host.budget.take("written", sum(node.size for node in nodes.values()))
        known: set[str] = set()
        for path, node in nodes.items():
            put(io, "/" + path, node, known)
        self.records[package.name] = Record([
            f"C:Q1{_checksum(f'{package.name} {package.version}')}", f"P:{package.name}",
            f"V:{package.version}", f"A:{package.architecture}", f"S:{package.size}",
            f"I:{sum(node.size for node in nodes.values())}",
            f"T:{package.summary}", f"o:{package.section}", f"t:{mtime // _SECOND}",
            *([f"D:{' '.join(package.depends)}"] if package.depends else []),
            *_files(nodes)])

    def add_virtual(self, name: str, version: str, depends: Iterable[str]) -> None:
        """Record a package that only needs others, as ``--virtual`` makes."""
        self.records[name] = Record([
            f"C:Q1{_checksum(name)}", f"P:{name}", f"V:{version}", "A:noarch", "S:0", "I:0",
            "T:virtual meta package", f"D:{' '.join(depends)}"])

    def remove(self, record: Record) -> None:
        """Remove a package's files and its record.

        Raises:
            FileError: they cannot be removed.
        """
        io = self.io
        paths = record.paths()
        io.step(2 + 2 * len(paths))
        for path in paths:
            if io.lookup("/" + path, follow=False) is not None:
                io.files.unlink("/" + path)
        del self.records[record.name]
        others = {folder for each in self.records.values() for folder in each.folders()}
        for folder in sorted(_with_parents(record.folders()), reverse=True):
            if folder and folder not in others and io.is_directory("/" + folder) and (
                    not io.names("/" + folder)):
                io.files.rmdir("/" + folder)

    def save(self) -> None:
        """Write the records and the wishes.

        Raises:
            FileError: they cannot be written.
        """
        write_text(self.io, INSTALLED, "".join(
            "\n".join(record.lines) + "\n\n" for record in self.records.values()))
        write_text(self.io, WORLD, "".join(f"{name}\n" for name in sorted(set(self.world))))


def _text(io: Io, path: str) -> str:
    try:
        return decode(io.data(path))
    except FileError:
        return ""


def _files(nodes: dict[str, Node]) -> list[str]:
    folders: dict[str, list[str]] = {}
    for path in sorted(nodes):
        folders.setdefault(parent_of(path), []).append(path)
    lines: list[str] = []
    for folder, paths in sorted(folders.items()):
        lines.append(f"F:{folder}")
        for path in paths:
            lines.append(f"R:{path.rpartition('/')[2]}")
            if nodes[path].kind is Kind.SYMLINK:
                lines.append("a:0:0:777")
            elif nodes[path].mode != 0o644:
                lines.append(f"a:0:0:{nodes[path].mode:o}")
            lines.append(f"Z:Q1{_checksum(path)}")
    return lines


def _checksum(text: str) -> str:
    """Return a checksum as apk writes it; the lab's stands for a name, it protects nothing."""
    return b64encode(hashlib.sha1(text.encode(), usedforsecurity=False).digest()).decode()


def _with_parents(folders: list[str]) -> set[str]:
    found: set[str] = set()
    for folder in folders:
        while folder and folder not in found:
            found.add(folder)
            folder = parent_of(folder)
    return found
