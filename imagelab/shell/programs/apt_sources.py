"""Where apt gets packages: the container's sources, and the lists that ``update`` leaves."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass

from imagelab.model.content import Content, Pattern
from imagelab.model.file_error import FileError
from imagelab.model.node import Kind, Node
from imagelab.shell.escapes import decode
from imagelab.shell.packages.releases import index_size
from imagelab.shell.programs.dpkg_database import make_folders
from imagelab.shell.programs.io import Io

LISTS = "/var/lib/apt/lists"
_MAX_SOURCES = 200
#: How much an index grows from how it is downloaded to how it is kept.
_AS_LZ4, _AS_TEXT = 2.14, 5.3


@dataclass(frozen=True)
class Source:
    """One component of one suite.

    Attributes:
        uri: ``http://archive.example/ubuntu``.
        suite: ``jammy-updates``.
        component: ``main``.
        sources: whether it is of source packages.
    """

    uri: str
    suite: str
    component: str
    sources: bool

    @property
    def shown(self) -> str:
        """As apt names its index."""
        kind = "Sources" if self.sources else "amd64 Packages"
        return f"{self.uri} {self.suite}/{self.component} {kind}"

    @property
    def size(self) -> int:
        """Bytes of its index, compressed."""
        return index_size(self.suite, "sources " * self.sources + self.component)

    @property
    def file(self) -> str:
        """Name of its index in the lists, without an ending."""
        kind = "source_Sources" if self.sources else "binary-amd64_Packages"
        return f"{_front(self.uri, self.suite)}_{self.component}_{kind}"


def _front(uri: str, suite: str) -> str:
    return uri.partition("://")[2].replace("/", "_") + f"_dists_{suite}"


def settings(io: Io) -> str:
    """Return what the files in ``/etc/apt/apt.conf.d`` say."""
    text = ""
    try:
        for name in io.names("/etc/apt/apt.conf.d"):
            text += decode(io.data(f"/etc/apt/apt.conf.d/{name}")) + "\n"
    except FileError:
        return text
    return text


def read_sources(io: Io) -> list[Source]:
    """Return the container's sources, of both formats, in order."""
    found: list[Source] = []
    with suppress(FileError):
        found += _one_line_style(decode(io.data("/etc/apt/sources.list")))
    try:
        names = io.names("/etc/apt/sources.list.d")
    except FileError:
        names = []
    for name in names:
        text = decode(io.data(f"/etc/apt/sources.list.d/{name}"))
        if name.endswith(".list"):
            found += _one_line_style(text)
        elif name.endswith(".sources"):
            found += _paragraph_style(text)
    return list(dict.fromkeys(found))[:_MAX_SOURCES]


def _one_line_style(text: str) -> list[Source]:
    found: list[Source] = []
    for kind, uri, suite, rest in re.findall(
            r"^\s*(deb|deb-src)\s+(?:\[[^\]\n]*\]\s+)?(\S+)\s+(\S+)[ \t]*([^#\n]*)", text,
            re.MULTILINE):
        found += [Source(uri.rstrip("/"), suite, component, kind == "deb-src")
                  for component in rest.split()]
    return found


def _paragraph_style(text: str) -> list[Source]:
    found: list[Source] = []
    for paragraph in re.split(r"\n\s*\n", text):
        fields = {name.lower(): value.split() for name, value in re.findall(
            r"^([\w-]+):[ \t]*([^\n]*)", paragraph, re.MULTILINE)}
        for kind in fields.get("types", []):
            found += [
                Source(uri.rstrip("/"), suite, component, kind == "deb-src")
                for uri in fields.get("uris", []) for suite in fields.get("suites", [])
                for component in fields.get("components", [])][:_MAX_SOURCES]
    return found


def has_lists(io: Io) -> bool:
    """Whether there is an index of packages."""
    try:
        return any("_Packages" in name for name in io.names(LISTS))
    except FileError:
        return False


def update(io: Io, sources: list[Source]) -> list[tuple[str, str, int]]:
    """Write the lists; return what apt tells of each: ``Get`` or ``Hit``, its name, its bytes.

    Raises:
        FileError: they cannot be written.
    """
    conf = settings(io)
    told: list[tuple[str, str, int]] = []
    known: set[str] = set()
    make_folders(io, f"{LISTS}/partial", known)
    _write(io, "lock", 0, 0o640)
    fresh: list[Source] = []
    for uri, suite in dict.fromkeys((each.uri, each.suite) for each in sources):
        name = _front(uri, suite) + "_InRelease"
        size = index_size(suite, "InRelease")
        hit = io.lookup(f"{LISTS}/{name}") is not None
        told.append(("Hit" if hit else "Get", f"{uri} {suite} InRelease", size))
        _write(io, name, size, 0o644)
        if not hit:
            fresh += [each for each in sources if (each.uri, each.suite) == (uri, suite)]
    for each in fresh:
        if not each.size:
            continue
        told.append(("Get", each.shown, each.size))
        ending, factor = "", _AS_TEXT
        if 'GzipIndexes "true"' in conf:
            old = each.suite.startswith(("trusty", "xenial"))
            ending, factor = (".gz", 1.0) if old else (".lz4", _AS_LZ4)
        _write(io, each.file + ending, int(each.size * factor), 0o644)
    return told


def _write(io: Io, name: str, size: int, mode: int) -> None:
    path = f"{LISTS}/{name}"
    if io.lookup(path, follow=False) is not None:
        io.files.unlink(path)
    io.host.budget.take("written", size)
    io.step()
    content: Content = Pattern(name, size, _head(name))
    io.files.add(path, Node(Kind.FILE, mode, mtime=io.host.now, content=content))


def _head(name: str) -> bytes:
    if name.endswith(".lz4"):
        return b"\x04\x22\x4d\x18"
    if name.endswith(".gz"):
        return b"\x1f\x8b\x08" + bytes(7)
    return f"# stands in for {name}\n".encode()
