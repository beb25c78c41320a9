"""A root filesystem out of a list of packages, as a distribution's installer leaves it.

The list is a text file. ``= name version architecture section priority date`` begins a package,
``/folder`` a folder; the lines below name what is in it: ``name mode size``, ``name mode text``
for a file whose text lies beside the list in ``files/``, ``name -> target``, ``name/ mode``. A
last ``uid:gid`` names an owner other than root. Modes are octal, sizes are bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.resources.abc import Traversable

from imagelab.formats.gotime import parse_time
from imagelab.model.content import Bytes
from imagelab.model.node import Kind, Node, directory, file, symlink
from imagelab.model.tree import join_path, parent_of
from imagelab.registry.catalogue.stand_in import stand_in

_MAINTAINER = "Ubuntu Developers <ubuntu-devel-discuss@lists.ubuntu.com>"


@dataclass
class Package:
    """One package while it is read.

    Attributes:
        name: ``bash``.
        version: ``4.3-7ubuntu1.7``.
        architecture: ``amd64`` or ``all``.
        section: ``shells``.
        priority: ``required``.
        date: ``2017-05-16``, when it was built: the time of its files.
        nodes: what it puts where.
    """

    name: str
    version: str
    architecture: str
    section: str
    priority: str
    date: str
    nodes: dict[str, Node] = field(default_factory=dict)

    @property
    def mtime(self) -> int:
        """Nanoseconds since 1970."""
        return parse_time(f"{self.date}T12:00:00Z")

    @property
    def status(self) -> str:
        """The package's paragraph of dpkg's status file."""
        kilobytes = sum(1 + node.size // 1024 for node in self.nodes.values())
        return (
            f"Package: {self.name}\nStatus: install ok installed\nPriority: {self.priority}\n"
            f"Section: {self.section}\nInstalled-Size: {kilobytes}\nMaintainer: {_MAINTAINER}\n"
            f"Architecture: {self.architecture}\nVersion: {self.version}\n")

    @property
    def file_list(self) -> str:
        """The package's paths with their folders, as dpkg keeps them."""
        paths = set(self.nodes)
        for path in self.nodes:
            paths.update(_folders_of(path))
        return "".join(f"/{path}\n" for path in [".", *sorted(paths)])


def install(source: Traversable, mtime: int) -> dict[str, Node]:
    """Return the root filesystem of a folder with ``packages.txt`` and ``files/``.

    Args:
        source: the folder.
        mtime: when the filesystem was put together, nanoseconds since 1970; the time of folders
            and of dpkg's records.

    Raises:
        ValueError: a line of the list makes no sense.
    """
    packages = list(_read(source))
    nodes: dict[str, Node] = {}
    for package in packages:
        nodes.update(package.nodes)
    nodes.update(_records(packages, mtime))
    for path in list(nodes):
        for folder in _folders_of(path):
            nodes.setdefault(folder, directory(0o755, mtime))
    return nodes


def _folders_of(path: str) -> Iterator[str]:
    while path := parent_of(path):
        yield path


def _read(source: Traversable) -> Iterator[Package]:
    package: Package | None = None
    folder, mtime = "", 0
    for line in (source / "packages.txt").read_text("utf-8").splitlines():
        if line.startswith("= "):
            if package:
                yield package
            package = _package(line)
            mtime = package.mtime
        elif line.startswith("/"):
            folder = line[1:]
        elif not line.startswith("#"):
            if package is None:
                raise ValueError(f"not in a package: {line!r}")
            name, *words = line.split(" ")
            path = join_path(folder, name.rstrip("/"))
            package.nodes[path] = _node(path, words, package.name, mtime, source)
    if package:
        yield package


def _package(line: str) -> Package:
    _, name, version, architecture, section, priority, date = line.split()
    return Package(name, version, architecture, section, priority, date)


def _node(path: str, words: list[str], seed: str, mtime: int, source: Traversable) -> Node:
    if words[0] == "->":
        return symlink(words[1], mtime)
    owner = words.pop() if ":" in words[-1] else "0:0"
    uid, gid = (int(part) for part in owner.split(":"))
    match words:
        case [mode]:
            return directory(int(mode, 8), mtime, uid=uid, gid=gid)
        case [mode, "text"]:
            content = Bytes((source / "files" / path).read_bytes())
            return Node(Kind.FILE, int(mode, 8), uid, gid, mtime, content)
        case [mode, size]:
            filler = stand_in(path, int(size), int(mode, 8), seed)
            return Node(Kind.FILE, int(mode, 8), uid, gid, mtime, filler)
    raise ValueError(f"{path}: {' '.join(words)!r}")


def _records(packages: list[Package], mtime: int) -> Iterator[tuple[str, Node]]:
    """Yield what dpkg keeps about packages."""
    status = "\n".join(package.status for package in packages) + "\n"
    yield "var/lib/dpkg/status", file(status.encode(), 0o644, mtime)
    for package in packages:
        shared = package.name.startswith("lib") and package.architecture != "all"
        name = f"{package.name}:{package.architecture}" if shared else package.name
        text = package.file_list.encode()
        yield f"var/lib/dpkg/info/{name}.list", file(text, 0o644, package.mtime)
