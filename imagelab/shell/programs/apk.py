"""apk for a few packages, over the container's own apk files, in the words of version 2.14."""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from imagelab.model.content import Pattern
from imagelab.model.file_error import FileError
from imagelab.model.node import Kind, Node
from imagelab.shell import pattern
from imagelab.shell.escapes import decode
from imagelab.shell.packages.reader import Package
from imagelab.shell.packages.releases import alpine_packages
from imagelab.shell.programs.apk_database import Database
from imagelab.shell.programs.dpkg_database import put
from imagelab.shell.programs.io import Io
from imagelab.shell.programs.times import strftime

_CACHE = "/var/cache/apk"
_REPOSITORIES = "/etc/apk/repositories"
_LOCKED = 99
#: Bytes of an index, and packages in all of them.
_INDEX_SIZES = {"main": 479_000, "community": 2_190_000}
_AVAILABLE = 25_395
#: When the packages' files were made: 2025-01-15.
_BUILT = 1_736_899_200 * 10**9
_VALUES = frozenset({"-t", "--virtual", "--repository", "-X", "-p", "--root", "--arch",
                     "--keys-dir", "--repositories-file", "--cache-dir", "--wait"})
_USAGE = """\
apk-tools 2.14.6, compiled for x86_64.

usage: apk [<OPTIONS>...] COMMAND [<ARGUMENTS>...]

Package installation and removal:
  add        Add packages
  del        Remove packages
  update     Fetch the indexes of packages
  upgrade    Install newer versions
  info       Tell about packages
  list       List packages
  search     Search packages
"""


@dataclass(eq=False)
class _Apk:
    io: Io
    flags: set[str]
    values: dict[str, str]
    database: Database
    known: Mapping[str, Package]
    repositories: list[str]

    # --- the index -----------------------------------------------------------------------------

    def _index(self, repository: str) -> str:
        return f"{_CACHE}/APKINDEX.{zlib.crc32(repository.encode()):08x}.tar.gz"

    def fetch(self, *, always: bool = False) -> None:
        """Fetch the indexes that are not there, and keep them unless ``--no-cache``."""
        for repository in self.repositories:
            path = self._index(repository)
            there = self.io.lookup(path) is not None
            if there and not always and "--no-cache" not in self.flags:
                continue
            self.say(f"fetch {repository}/x86_64/APKINDEX.tar.gz\n")
            if "--no-cache" in self.flags:
                continue
            size = _INDEX_SIZES.get(repository.rpartition("/")[2], 1000)
            self.io.host.budget.take("written", size)
            content = Pattern(repository, size, b"\x1f\x8b\x08" + bytes(7))
            put(self.io, path, Node(Kind.FILE, 0o644, mtime=self.io.host.now, content=content),
                set())

    def say(self, text: str) -> None:
        if not {"-q", "--quiet"} & self.flags:
            self.io.out(text)

    def total(self) -> None:
        self.say(f"OK: {self.database.size() >> 20} MiB in {len(self.database.records)} "
                 "packages\n")

    # --- commands ------------------------------------------------------------------------------

    def update(self) -> int:
        self.fetch(always=True)
        for repository in self.repositories:
            branch = re.search(r"/(v[\d.]+|edge)/", repository + "/")
            self.say(f"{branch[1] if branch else 'edge'}.0-0-g0000000 [{repository}]\n")
        self.say(f"OK: {_AVAILABLE} distinct packages available\n")
        return 0

    def add(self, words: list[str]) -> int:
        self.fetch(always=bool({"-U", "--update-cache", "--update"} & self.flags))
        names = [re.split(r"[=<>~@]", word, maxsplit=1)[0] for word in words]
        virtual = self.values.get("-t") or self.values.get("--virtual")
        wisher = virtual or "world"
        missing = [name for name in names
                   if name not in self.known and name not in self.database.records]
        if missing:
            self.io.err("ERROR: unable to select packages:\n" + "".join(
                f"  {name} (no such package):\n    required by: {wisher}[{name}]\n"
                for name in missing))
            return len(missing)
        order = self._order(names)
        made = [virtual] if virtual else []
        count = len(order) + len(made)
        width = len(str(count))
        for number, package in enumerate(order, 1):
            self.say(f"({number:{width}d}/{count}) Installing {package.name} "
                     f"({package.version})\n")
            self.database.install(package, _BUILT)
            for script in package.suggests:
                if script.endswith("-install"):
                    self.say(f"Executing {package.name}-{package.version}.{script}\n")
        for name in made:
            version = strftime("%Y%m%d.%H%M%S", self.io.host.now)
            self.say(f"({count}/{count}) Installing {name} ({version})\n")
            self.database.add_virtual(name, version, names)
        self.database.world += made or words
        if count:
            self._triggers([package.name for package in order])
        self.database.save()
        self.total()
        return 0

    def _order(self, names: list[str]) -> list[Package]:
        """Return the packages to install, those that others need first."""
        order: list[Package] = []
        seen: set[str] = set()
        stack = [(name, False) for name in reversed(names)]
        while stack:
            name, done = stack.pop()
            if done:
                order.append(self.known[name])
            elif name not in seen and name in self.known and name not in self.database.records:
                seen.add(name)
                stack.append((name, True))
                stack.extend((each, False) for each in reversed(self.known[name].depends))
        return order

    def _triggers(self, names: list[str]) -> None:
        for name in ("busybox", "ca-certificates"):
            record = self.database.records.get(name)
            if record is not None and (name == "busybox" or name in names):
                self.say(f"Executing {name}-{record.version}.trigger\n")

    def delete(self, names: list[str]) -> int:
        database = self.database
        unknown = [name for name in names if name not in database.records]
        if unknown:
            self.io.err("".join(f"ERROR: No such package: {name}\n" for name in unknown))
            return len(unknown)
        before = list(database.world)
        database.world = [each for each in database.world
                          if re.split(r"[=<>~@]", each, maxsplit=1)[0] not in names]
        needed = self._needed()
        kept = [name for name in names if name in needed]
        if kept:
            self._tell_why(kept)
            if len(kept) == len(names) and before == database.world:
                self.total()
                return 0
        gone = [record for name, record in reversed(database.records.items())
                if name not in needed]
        width = len(str(len(gone)))
        for number, record in enumerate(gone, 1):
            self.say(f"({number:{width}d}/{len(gone)}) Purging {record.name} "
                     f"({record.version})\n")
            package = self.known.get(record.name)
            if package is not None and "pre-deinstall" in package.suggests:
                self.say(f"Executing {record.name}-{record.version}.pre-deinstall\n")
            database.remove(record)
        if gone:
            self._triggers([])
        database.save()
        self.total()
        return 0

    def _needed(self) -> set[str]:
        """Return the packages that are wished for, what they need, and what the image brought."""
        records = self.database.records
        wished = {re.split(r"[=<>~@]", each, maxsplit=1)[0] for each in self.database.world}
        stack = [name for name, record in records.items() if name in wished or (
            name not in self.known and record.first("A") != "noarch")]
        found: set[str] = set()
        while stack:
            name = stack.pop()
            if name not in found and name in records:
                found.add(name)
                stack.extend(records[name].depends)
        return found

    def _tell_why(self, names: list[str]) -> None:
        self.say("World updated, but the following packages are not removed due to:\n")
        for name in names:
            users = [record.name for record in self.database.records.values()
                     if name in record.depends]
            self.say(f"  {name}:{''.join(f' {user}' for user in users)}\n")
        self.say("\n")

    def info(self, names: list[str]) -> int:
        records = self.database.records
        if {"-e", "--installed"} & self.flags:
            there = [name for name in names if name in records]
            self.io.out("".join(f"{name}\n" for name in there))
            return int(len(there) < len(names))
        if {"-W", "--who-owns"} & self.flags:
            return self._owners(names)
        if not names:
            versions = {"-v", "--verbose"} & self.flags
            self.io.out("".join(
                f"{record.name}{f'-{record.version}' if versions else ''}\n"
                for _, record in sorted(records.items())))
            return 0
        status = 0
        for name in names:
            record = records.get(name)
            if record is None:
                status = 1
            elif {"-L", "--contents"} & self.flags:
                paths = "".join(f"{path}\n" for path in record.paths())
                self.io.out(f"{name}-{record.version} contains:\n{paths}\n")
            else:
                title = f"{name}-{record.version}"
                self.io.out(f"{title} description:\n{record.first('T')}\n\n"
                            f"{title} installed size:\n{-(-record.size // 1024)} KiB\n\n")
        return status

    def _owners(self, paths: list[str]) -> int:
        status = 0
        for path in paths:
            owner = next((record for record in self.database.records.values()
                          if path.lstrip("/") in record.paths()), None)
            if owner is None:
                self.io.err(f"ERROR: {path}: Could not find owner package\n")
                status += 1
            else:
                self.io.out(f"{path} is owned by {owner.name}-{owner.version}\n")
        return status

    def search(self, words: list[str]) -> int:
        self.fetch()
        found = self._all()
        for name in sorted(found):
            self.io.step()
            if not words or any(pattern.matches(f"*{word}*", name) for word in words):
                self.io.out(f"{name}-{found[name]}\n")
        return 0

    def _all(self) -> dict[str, str]:
        names = {name: record.version for name, record in self.database.records.items()}
        return {**{name: package.version for name, package in self.known.items()}, **names}

    def list_packages(self, words: list[str]) -> int:
        installed = bool({"-I", "--installed"} & self.flags)
        if not installed:
            self.fetch()
        for name, version in sorted(self._all().items()):
            record = self.database.records.get(name)
            if (installed and record is None) or (
                    words and not any(pattern.matches(word, name) for word in words)):
                continue
            origin = record.first("o") if record else self.known[name].section
            mark = " [installed]" if record else ""
            self.io.out(f"{name}-{version} x86_64 {{{origin or name}}}{mark}\n")
        return 0


def apk(argv: list[str], io: Io) -> int:
    """Run a command of apk."""
    flags: set[str] = set()
    values: dict[str, str] = {}
    words: list[str] = []
    todo = list(argv[1:])
    while todo:
        word = todo.pop(0)
        name, equals, value = word.partition("=")
        if name in _VALUES and (equals or todo):
            values[name] = value if equals else todo.pop(0)
        elif word.startswith("--"):
            flags.add(word)
        elif word.startswith("-") and len(word) > 1:
            flags |= {f"-{letter}" for letter in word[1:]}
        else:
            words.append(word)
    if "--version" in flags or "-V" in flags:
        io.out("apk-tools 2.14.6, compiled for x86_64.\n")
        return 0
    commands = {"add", "del", "update", "upgrade", "info", "search", "list", "fix", "cache",
                "version"}
    if not words or words[0] not in commands:
        io.out(_USAGE)
        return 1
    return _run(io, words[0], words[1:], flags, values)


def _run(io: Io, command: str, names: list[str], flags: set[str], values: dict[str, str]) -> int:
    if io.uid and command not in ("info", "search", "list", "version"):
        io.err("ERROR: Unable to lock database: Permission denied\n"
               "ERROR: Failed to open apk database: Permission denied\n")
        return _LOCKED
    here = _Apk(io, flags, values, Database(io), alpine_packages(_version(io)),
                _repositories(io))
    if command == "add":
        return here.add(names)
    if command == "del":
        return here.delete(names)
    if command == "update":
        return here.update()
    if command in ("upgrade", "fix"):
        here.fetch()
        here.total()
        return 0
    if command == "info":
        return here.info(names)
    if command == "search":
        return here.search(names)
    if command == "cache":
        return _clean(io)
    return here.list_packages(names) if command == "list" else 0


def _version(io: Io) -> str:
    try:
        found = re.match(r"\d+\.\d+", decode(io.data("/etc/alpine-release")))
    except FileError:
        return ""
    return found[0] if found else ""


def _repositories(io: Io) -> list[str]:
    try:
        text = decode(io.data(_REPOSITORIES))
    except FileError:
        return []
    return [line.strip().rstrip("/") for line in text.split("\n")
            if line.strip() and not line.startswith("#")][:20]


def _clean(io: Io) -> int:
    if io.is_directory(_CACHE):
        for name in io.names(_CACHE):
            if name.startswith("APKINDEX."):
                io.files.unlink(f"{_CACHE}/{name}")
    return 0
