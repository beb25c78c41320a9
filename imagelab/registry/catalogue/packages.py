"""What a distribution's packages put where, read from a list.

The list is a text file. ``= name version architecture section priority date`` begins a package,
``/folder`` a folder; the lines below name what is in it: ``name mode size``, ``name mode text``
for a file whose text lies beside the list in ``files/``, ``name -> target``, ``name/ mode``. A
last ``uid:gid`` names an owner other than root. Modes are octal, sizes are bytes. Braces stand
for several names: ``{de,fr}/man1/cat.1.gz 644 1500``.

A package whose name begins with ``-`` holds what no package owns. A seventh word of a package's
line, ``list/name``, says that it has the files of another list's package too, whose texts may lie
beside that list; ``~ old new`` then says what is written differently in their names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from importlib.resources.abc import Traversable

from imagelab.formats.gotime import parse_time
from imagelab.model.content import Bytes
from imagelab.model.node import Changes, Kind, Node, directory, symlink
from imagelab.model.tree import join_path, parent_of
from imagelab.registry.catalogue.stand_in import stand_in

_BRACES = re.compile(r"\{([^}]*)\}")


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
        like: ``debian-12/bash``, the package whose files it has too.
        lines: what the list says below the package's line.
        nodes: what it puts where.
    """

    name: str
    version: str
    architecture: str
    section: str
    priority: str
    date: str
    like: str = ""
    lines: list[str] = field(default_factory=list)
    nodes: dict[str, Node] = field(default_factory=dict)

    @property
    def mtime(self) -> int:
        """Nanoseconds since 1970."""
        return parse_time(f"{self.date}T12:00:00Z")

    @property
    def known(self) -> bool:
        """Whether the distribution's package manager knows it."""
        return not self.name.startswith("-")


def read(name: str) -> list[Package]:
    """Return the packages of a list, with their files.

    Args:
        name: folder of the catalogue that holds ``packages.txt`` and ``files/``.

    Raises:
        ValueError: a line of the list makes no sense.
    """
    packages = list(_blocks(name))
    lists: dict[str, dict[str, Package]] = {}
    for package in packages:
        places = [_folder(name)]
        lines = package.lines
        if package.like:
            other, _, alike = package.like.partition("/")
            if other not in lists:
                lists[other] = {block.name: block for block in _blocks(other)}
            places.append(_folder(other))
            lines = _derive(lists[other][alike].lines, lines)
        package.nodes.update(_nodes(package, lines, places))
    return packages


def nodes_of(packages: list[Package]) -> dict[str, Node]:
    """Return what packages put where; below a linked folder, where the link leads."""
    nodes: dict[str, Node] = {}
    for package in packages:
        nodes.update(package.nodes)
    links = {path: node.target for path, node in nodes.items()
             if node.kind is Kind.SYMLINK and "/" not in path}
    return {_behind(path, links): node for path, node in nodes.items()}


def with_folders(nodes: Changes, mtime: int) -> dict[str, Node]:
    """Return nodes with the folders that are above them."""
    whole = dict(nodes)
    for path in nodes:
        for folder in folders_of(path):
            whole.setdefault(folder, directory(0o755, mtime))
    return whole


def folders_of(path: str) -> Iterator[str]:
    """Yield the folders above a path, the nearest first."""
    while path := parent_of(path):
        yield path


def _behind(path: str, links: Mapping[str, str]) -> str:
    first, slash, rest = path.partition("/")
    return join_path(links[first], rest) if slash and first in links else path


def _folder(name: str) -> Traversable:
    return files(__package__) / name


def _blocks(name: str) -> Iterator[Package]:
    """Yield packages with their lines not yet read."""
    package: Package | None = None
    for line in (_folder(name) / "packages.txt").read_text("utf-8").splitlines():
        if line.startswith("= "):
            if package:
                yield package
            package = _package(line)
        elif not line.startswith("#"):
            if package is None:
                raise ValueError(f"not in a package: {line!r}")
            package.lines.append(line)
    if package:
        yield package


def _derive(lines: list[str], own: list[str]) -> list[str]:
    """Return another package's lines as this one writes them, and its own."""
    changes = [line.split()[1:] for line in own if line.startswith("~ ")]
    for old, new in changes:
        lines = [line.replace(old, new) for line in lines]
    return [*lines, *(line for line in own if not line.startswith("~ "))]


def _package(line: str) -> Package:
    _, name, version, architecture, section, priority, date, *like = line.split()
    return Package(name, version, architecture, section, priority, date, "".join(like))


def _nodes(
    package: Package, lines: list[str], places: list[Traversable],
) -> Iterator[tuple[str, Node]]:
    folder, mtime = "", package.mtime
    for line in lines:
        if line.startswith("/"):
            folder = line[1:]
            continue
        name, *words = line.split(" ")
        for one in _expand(name.rstrip("/")):
            path = join_path(folder, one)
            yield path, _node(path, words, package.name, mtime, places)


def _expand(name: str) -> list[str]:
    """Return the names that braces stand for; one pair of them."""
    match = _BRACES.search(name)
    if not match:
        return [name]
    return [name[: match.start()] + part + name[match.end() :] for part in match[1].split(",")]


def _node(
    path: str, words: list[str], seed: str, mtime: int, places: list[Traversable],
) -> Node:
    if words[0] == "->":
        return symlink(words[1], mtime)
    owner = words.pop() if ":" in words[-1] else "0:0"
    uid, gid = (int(part) for part in owner.split(":"))
    match words:
        case [mode]:
            return directory(int(mode, 8), mtime, uid=uid, gid=gid)
        case [mode, "text"]:
            return Node(Kind.FILE, int(mode, 8), uid, gid, mtime, _text(path, places))
        case [mode, size]:
            filler = stand_in(path, int(size), int(mode, 8), seed)
            return Node(Kind.FILE, int(mode, 8), uid, gid, mtime, filler)
    raise ValueError(f"{path}: {' '.join(words)!r}")


def _text(path: str, places: list[Traversable]) -> Bytes:
    for place in places:
        text = place / "files" / path
        if text.is_file():
            return Bytes(text.read_bytes())
    raise ValueError(f"{path}: its text is missing")
