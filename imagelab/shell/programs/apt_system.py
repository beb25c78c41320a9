"""What apt keeps beside dpkg: which packages came by themselves, its cache and its log."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from imagelab.model.content import Content, Pattern
from imagelab.model.file_error import FileError
from imagelab.model.node import Kind, Node
from imagelab.shell.escapes import decode
from imagelab.shell.packages.reader import Package
from imagelab.shell.packages.releases import Release, release_of
from imagelab.shell.programs.apt_sources import Source, has_lists, read_sources, settings
from imagelab.shell.programs.dpkg_database import Database, make_folders, write_text
from imagelab.shell.programs.io import Io
from imagelab.shell.programs.times import strftime

ARCHIVES = "/var/cache/apt/archives"
_STATES = "/var/lib/apt/extended_states"
_HISTORY = "/var/log/apt/history.log"
#: How large apt's cache of all packages gets, as a multiple of the lists.
_CACHE_SHARE = 2


@dataclass(eq=False)
class System:
    """A container's apt.

    Attributes:
        io: the program's.
        release: which distribution it is.
        database: dpkg's records.
        lists: whether there are package lists.
        automatic: names of packages that nobody asked for.
        sources: where packages come from.
        conf: what the settings say.
    """

    io: Io
    release: Release
    database: Database
    lists: bool
    automatic: set[str]
    sources: list[Source]
    conf: str
    _mtime: int = field(default=0)

    def save(self) -> None:
        """Write dpkg's records and the marks.

        Raises:
            FileError: they cannot be written.
        """
        self.database.save()
        marked = sorted(name for name in self.automatic if self.database.get(name))
        self.automatic = set(marked)
        if marked or self.io.lookup(_STATES) is not None:
            write_text(self.io, _STATES, "".join(
                f"Package: {name}\nArchitecture: amd64\nAuto-Installed: 1\n\n" for name in marked))

    def origin(self) -> str:
        """Return the first source of packages as apt names it, ``URI suite/main``."""
        for source in self.sources:
            if not source.sources:
                return f"{source.uri} {source.suite}/{source.component}"
        return "http://archive.example main"


def system(io: Io) -> System:
    """Read what apt finds in the container."""
    try:
        os_release = decode(io.data("/etc/os-release"))
    except FileError:
        os_release = ""
    try:
        states = decode(io.data(_STATES))
    except FileError:
        states = ""
    marks = re.findall(r"^Package: (\S+)\n(?:.+\n)*?Auto-Installed: 1$", states, re.MULTILINE)
    return System(io, release_of(os_release), Database(io), has_lists(io), set(marks),
                  read_sources(io), settings(io))


def archive_name(package: Package) -> str:
    """Return the file name of a package's archive."""
    version = package.version.replace(":", "%3a")
    return f"{package.name}_{version}_{package.architecture}.deb"


def keep_archive(io: Io, package: Package) -> None:
    """Put a package's archive into the cache.

    Raises:
        FileError: it cannot be written.
    """
    content: Content = Pattern(package.name, package.size, b"!<arch>\ndebian-binary   ")
    _place(io, f"{ARCHIVES}/{archive_name(package)}", content)


def _place(io: Io, path: str, content: Content, mode: int = 0o644) -> None:
    make_folders(io, path.rpartition("/")[0], set())
    if io.lookup(path, follow=False) is not None:
        io.files.unlink(path)
    io.host.budget.take("written", content.size)
    io.files.add(path, Node(Kind.FILE, mode, mtime=io.host.now, content=content))


def clean_archives(io: Io) -> None:
    """Remove the archives, as ``apt-get clean`` and Docker's hook do."""
    for folder in (ARCHIVES, f"{ARCHIVES}/partial"):
        if not io.is_directory(folder):
            continue
        for name in io.names(folder):
            if name.endswith(".deb"):
                io.files.unlink(f"{folder}/{name}")


def run_hook(io: Io, conf: str, when: str) -> None:
    """Do what the ``docker-clean`` settings ask for after dpkg or after an update.

    Args:
        io: the program's.
        conf: the settings.
        when: ``DPkg`` or ``APT::Update``.
    """
    if f"{when}::Post-Invoke" in conf and f"{ARCHIVES}/*.deb" in conf:
        clean_archives(io)
        for name in ("pkgcache.bin", "srcpkgcache.bin"):
            if io.lookup(f"/var/cache/apt/{name}", follow=False) is not None:
                io.files.unlink(f"/var/cache/apt/{name}")


def write_cache(here: System) -> None:
    """Write apt's cache of all packages, unless the settings say that none is kept."""
    if 'Dir::Cache::pkgcache ""' in here.conf or not here.lists or here.io.uid:
        return
    size = _CACHE_SHARE * sum(each.size for each in here.sources if not each.sources)
    for name in ("pkgcache.bin", "srcpkgcache.bin"):
        path = f"/var/cache/apt/{name}"
        there = here.io.lookup(path)
        if there is None or there.size != size:
            _place(here.io, path, Pattern(name, size))


def write_history(io: Io, command: str, what: str, names: list[str]) -> None:
    """Add to apt's log.

    Raises:
        FileError: it cannot be written.
    """
    now = strftime("%Y-%m-%d  %T", io.host.now)
    write_text(io, _HISTORY, f"\nStart-Date: {now}\nCommandline: {command}\n"
               f"{what}: {', '.join(names)}\nEnd-Date: {now}\n", append=True)
