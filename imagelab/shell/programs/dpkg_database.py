"""What dpkg knows, in the container's own files: ``status`` and the lists of files."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from imagelab.model.file_error import FileError
from imagelab.model.node import Node
from imagelab.shell import pattern
from imagelab.shell.escapes import decode, encode
from imagelab.shell.packages.reader import Package
from imagelab.shell.programs.io import Io

STATUS = "/var/lib/dpkg/status"
INFO = "/var/lib/dpkg/info"
LOG = "/var/log/dpkg.log"
MAINTAINER = "Package maintainers <packages@archive.example>"
_SETTINGS = "/etc/dpkg/dpkg.cfg.d"
_CONFIGURED, _LEFT = "install ok installed", "deinstall ok config-files"


@dataclass(eq=False)
class Record:
    """A package as dpkg keeps it: the fields of its paragraph, in order."""

    fields: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The package's name."""
        return self.fields.get("Package", "")

    @property
    def version(self) -> str:
        """The version."""
        return self.fields.get("Version", "")

    @property
    def architecture(self) -> str:
        """``amd64`` or ``all``."""
        return self.fields.get("Architecture", "")

    @property
    def installed(self) -> bool:
        """Whether more than its settings are there."""
        return self.fields.get("Status", "").endswith(" installed")

    @property
    def kilobytes(self) -> int:
        """What it takes, in KiB."""
        text = self.fields.get("Installed-Size", "0")
        return int(text) if re.fullmatch(r"\d{1,12}", text, re.ASCII) else 0

    @property
    def summary(self) -> str:
        """The first line of its description."""
        return self.fields.get("Description", "").partition("\n")[0]

    @property
    def text(self) -> str:
        """The paragraph."""
        return "".join(f"{name}: {value}\n" for name, value in self.fields.items())


class Database:
    """dpkg's records; changes are written back by :meth:`save`."""

    def __init__(self, io: Io) -> None:
        """Read the records; none if there are none."""
        self.io = io
        self.records: dict[str, Record] = {}
        try:
            text = decode(io.data(STATUS))
        except FileError:
            text = ""
        self._old = text
        io.step(len(text) // 2000)
        for paragraph in text.split("\n\n"):
            record = Record(_fields(paragraph))
            if record.name:
                self.records[record.name] = record

    def get(self, name: str) -> Record | None:
        """Return an installed package's record."""
        record = self.records.get(name)
        return record if record is not None and record.installed else None

    def full_name(self, record: Record) -> str:
        """Return a name as dpkg shows it: with the architecture where several may be there."""
        name = f"{record.name}:{record.architecture}"
        return name if self._list_path(name) is not None else record.name

    def _list_path(self, name: str) -> str | None:
        path = f"{INFO}/{name}.list"
        return path if self.io.lookup(path) is not None else None

    def paths(self, record: Record) -> list[str]:
        """Return the paths of a package, folders included, as its list has them."""
        path = self._list_path(self.full_name(record))
        if path is None:
            return []
        return [line for line in decode(self.io.data(path)).split("\n") if line]

    def count(self) -> int:
        """Return how many files and folders packages have, as dpkg counts them."""
        try:
            names = [name for name in self.io.names(INFO) if name.endswith(".list")]
        except FileError:
            return 0
        found: set[bytes] = set()
        for name in names:
            found.update(self.io.data(f"{INFO}/{name}").split(b"\n"))
        self.io.step(len(found) // 50)
        return len(found - {b""})

    # --- changing --------------------------------------------------------------------------------

    def unpack(self, package: Package, mtime: int) -> None:
        """Write a package's files and its list.

        Raises:
            FileError: the files cannot be written.
        """
        io = self.io
        nodes = self._let_through(package.nodes(mtime))
        io.step(2 + 2 * len(nodes))
        io.host.budget.take("entries", len(nodes) + 1)
        io.host.budget.take("written", sum(node.size for node in nodes.values()))
        known: set[str] = set()
        for path, node in nodes.items():
            put(io, "/" + path, node, known)
        lines = "".join(f"/{path}\n" for path in [".", *sorted({*nodes, *_folders(nodes)})])
        write_text(io, f"{INFO}/{package.full_name}.list", lines)

    def configure(self, package: Package) -> None:
        """Record a package as installed."""
        fields = {
            "Package": package.name, "Status": _CONFIGURED, "Priority": package.priority,
            "Section": package.section, "Installed-Size": str(package.installed),
            "Maintainer": MAINTAINER, "Architecture": package.architecture,
            **({"Multi-Arch": "same"} if package.shared else {}), "Version": package.version,
        }
        if package.depends:
            fields["Depends"] = ", ".join(package.depends)
        if package.recommends:
            fields["Recommends"] = ", ".join(package.recommends)
        fields["Description"] = package.summary or describe(package.name)
        self.records[package.name] = Record(fields)

    def remove(self, record: Record, *, purge: bool) -> bool:
        """Remove a package's files; return whether its settings in ``/etc`` stay.

        Raises:
            FileError: the files cannot be removed.
        """
        paths = self.paths(record)
        full_name = self.full_name(record)
        self.io.step(2 + 2 * len(paths))
        shared = self._other_folders(record, paths)
        kept: list[str] = []
        for path in sorted(paths, reverse=True):
            node = self.io.lookup(path, follow=False)
            if node is None or path == "/.":
                continue
            if path.startswith("/etc/") and not purge and not path.startswith(
                    "/etc/alternatives/"):
                kept.append(path)
            elif not node.is_directory:
                self.io.files.unlink(path)
            elif path not in shared and not self.io.names(path):
                self.io.files.rmdir(path)
        stays = any(not self.io.is_directory(path, follow=False) for path in kept)
        if stays:
            record.fields["Status"] = _LEFT
            write_text(self.io, f"{INFO}/{full_name}.list",
                       "".join(f"{path}\n" for path in ["/.", "/etc", *reversed(kept)]))
        else:
            del self.records[record.name]
            self.io.files.unlink(f"{INFO}/{full_name}.list")
        return stays

    def _other_folders(self, record: Record, paths: list[str]) -> set[str]:
        """Return the folders that other packages have too."""
        wanted = {path.encode("utf-8", "surrogateescape") for path in paths}
        own = f"{self.full_name(record)}.list"
        found: set[bytes] = set()
        for name in self.io.names(INFO):
            if name.endswith(".list") and name != own:
                found |= wanted & set(self.io.data(f"{INFO}/{name}").split(b"\n"))
        return {decode(path) for path in found}

    def save(self) -> None:
        """Write the records, sorted by name as dpkg does.

        Raises:
            FileError: they cannot be written.
        """
        if self._old:
            write_text(self.io, f"{STATUS}-old", self._old)
        self._old = "".join(self.records[name].text + "\n" for name in sorted(self.records))
        write_text(self.io, STATUS, self._old)

    def _let_through(self, nodes: dict[str, Node]) -> dict[str, Node]:
        """Return the nodes without what ``path-exclude`` and ``path-include`` leave out."""
        rules: list[tuple[bool, str]] = []
        try:
            names = self.io.names(_SETTINGS)
        except FileError:
            return nodes
        for name in names:
            text = decode(self.io.data(f"{_SETTINGS}/{name}"))
            rules += [(word == "exclude", glob) for word, glob in re.findall(
                r"^path-(exclude|include)\s*=?\s*(\S+)$", text, re.MULTILINE)]
        self.io.step(len(rules) * len(nodes) // 50)
        return {path: node for path, node in nodes.items() if not next(
            (out for out, glob in reversed(rules) if pattern.matches(glob, "/" + path)), False)}


def put(io: Io, path: str, node: Node, known: set[str]) -> None:
    """Write a node where something may be already; ``known`` are folders that are there.

    Raises:
        FileError: it cannot be written.
    """
    make_folders(io, path.rpartition("/")[0], known)
    there = io.lookup(path, follow=False)
    if there is not None:
        if there.is_directory:
            return
        io.files.unlink(path)
    io.files.add(path, node)


def make_folders(io: Io, folder: str, known: set[str]) -> None:
    """Make a folder and those above it, if they are not there.

    Raises:
        FileError: they cannot be made.
    """
    missing: list[str] = []
    while folder and folder not in known and io.lookup(folder) is None:
        missing.append(folder)
        folder = folder.rpartition("/")[0]
    for each in reversed(missing):
        io.files.mkdir(each, mode=0o755)
        known.add(each)
    known.add(folder)


def write_text(io: Io, path: str, text: str, *, append: bool = False) -> None:
    """Write or lengthen a file, its folder made if need be.

    Raises:
        FileError: it cannot be written.
    """
    make_folders(io, path.rpartition("/")[0], set())
    data = encode(text)
    io.host.budget.take("written", len(data))
    io.files.write(path, data, append=append)


def describe(name: str) -> str:
    """Say what a package is, by the kind of its name."""
    for ending, what in (("-dev", "development files"), ("-common", "common files"),
                         ("-data", "data files"), ("-doc", "documentation"),
                         ("-locales", "translations")):
        if name.endswith(ending):
            return f"{what} of {name.removesuffix(ending)}"
    return f"shared library {name}" if name.startswith("lib") else f"{name} and its files"


def _fields(paragraph: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    last = ""
    for line in paragraph.strip("\n").split("\n"):
        if line.startswith((" ", "\t")) and last:
            fields[last] += "\n" + line
        else:
            last, _, value = line.partition(":")
            fields[last] = value.strip()
    return fields


def _folders(paths: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for path in paths:
        folder = path.rpartition("/")[0]
        while folder and folder not in found:
            found.add(folder)
            folder = folder.rpartition("/")[0]
    return found
