"""dpkg and dpkg-query: what is installed, and removing it."""

from __future__ import annotations

from collections.abc import Callable

from imagelab.model.file_error import FileError
from imagelab.shell import pattern
from imagelab.shell.programs.dpkg_database import Database, Record
from imagelab.shell.programs.io import Io

_TROUBLE = 2
_HEAD = """\
Desired=Unknown/Install/Remove/Purge/Hold
| Status=Not/Inst/Conf-files/Unpacked/halF-conf/Half-inst/trig-aWait/Trig-pend
|/ Err?=(none)/Reinst-required (Status,Err: uppercase=bad)
"""
_NO_SUMMARY = "(no description available)"
_VERSION = """\
Debian 'dpkg' package management program version 1.21.22 (amd64).
This is free software; see the GNU General Public License version 2 or
later for copying conditions. There is NO warranty.
"""
_NO_ACTION = """\
dpkg: error: need an action option

Type dpkg --help for help about installing and deinstalling packages [*];
Use 'apt' or 'aptitude' for user-friendly package management;
Type dpkg -Dhelp for a list of dpkg debug flag values;
Type dpkg --force-help for a list of forcing options;
Type dpkg-deb --help for help about manipulating *.deb files;

Options marked [*] produce a lot of output - pipe it through 'less' or 'more' !
"""
Action = Callable[[Database, list[str]], int]


def dpkg(argv: list[str], io: Io) -> int:
    """Run dpkg's or dpkg-query's action."""
    actions: dict[str, Action] = {
        "-l": _list, "--list": _list, "-L": _files, "--listfiles": _files, "-s": _status,
        "--status": _status, "-S": _search, "--search": _search,
        "--get-selections": _selections, "-r": _remove, "--remove": _remove, "-P": _purge,
        "--purge": _purge, "-W": _show, "--show": _show,
    }
    words = [word for word in argv[1:] if not word.startswith(("--force", "--no-pager"))]
    if words and words[0] == "--version":
        io.out(_VERSION)
        return 0
    if words and words[0] == "--print-architecture":
        io.out("amd64\n")
        return 0
    if words and words[0] in ("-i", "--install"):
        return _install(io, words[1:])
    action = actions.get(words[0]) if words else None
    if action is None:
        if words and words[0].startswith("-"):
            io.err(f"dpkg: error: unknown option {words[0]}\n" + _NO_ACTION.partition("\n")[2])
        else:
            io.err(_NO_ACTION)
        return _TROUBLE
    return action(Database(io), words[1:])


def _chosen(database: Database, globs: list[str]) -> list[Record]:
    records = [database.records[name] for name in sorted(database.records)]
    database.io.step(len(records) * len(globs) // 20)
    return [record for record in records if not globs or any(
        pattern.matches(glob.partition(":")[0], record.name) for glob in globs)]


def _list(database: Database, globs: list[str]) -> int:
    io = database.io
    records = _chosen(database, globs)
    rows = [(database.full_name(r), r.version, r.architecture, r.summary or _NO_SUMMARY)
            for r in records]
    if rows:
        titles = ("Name", "Version", "Architecture", "Description")
        least = (14, 12, 12, 11)
        widths = [max(least[i], *(len(row[i]) for row in rows)) for i in range(4)]
        head = " ".join(title.ljust(width) for title, width in zip(titles, widths, strict=True))
        io.out(f"{_HEAD}||/ {head.rstrip()}\n+++-{'-'.join('=' * width for width in widths)}\n")
        for record, row in zip(records, rows, strict=True):
            cells = " ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            io.out(f"{_letters(record)}  {cells.rstrip()}\n")
    return _missing(database, globs, records)


def _letters(record: Record) -> str:
    return "ii" if record.installed else "rc"


def _missing(database: Database, globs: list[str], records: list[Record]) -> int:
    """Complain about the patterns that fit nothing."""
    status = 0
    for glob in globs:
        if not any(pattern.matches(glob.partition(":")[0], record.name) for record in records):
            database.io.err(f"dpkg-query: no packages found matching {glob}\n")
            status = 1
    return status


def _show(database: Database, globs: list[str]) -> int:
    globs = [glob for glob in globs if not glob.startswith("-")]
    records = _chosen(database, globs)
    database.io.out("".join(f"{database.full_name(r)}\t{r.version}\n" for r in records))
    return _missing(database, globs, records)


def _files(database: Database, names: list[str]) -> int:
    status = 0
    for number, name in enumerate(names):
        record = database.get(name.partition(":")[0])
        if number:
            database.io.out("\n")
        if record is None:
            database.io.err(f"dpkg-query: package '{name}' is not installed\nUse dpkg --contents "
                            "(= dpkg-deb --contents) to list archive files contents.\n")
            status = 1
        else:
            database.io.out("".join(path + "\n" for path in database.paths(record)))
    return status


def _status(database: Database, names: list[str]) -> int:
    status = 0
    for number, name in enumerate(names):
        record = database.records.get(name.partition(":")[0])
        if number:
            database.io.out("\n")
        if record is None:
            database.io.err(f"dpkg-query: package '{name}' is not installed and no information "
                            "is available\nUse dpkg --info (= dpkg-deb --info) to examine "
                            "archive files.\n")
            status = 1
        else:
            database.io.out(record.text)
    return status


def _search(database: Database, words: list[str]) -> int:
    status = 0
    owners: dict[str, list[str]] = {}
    for name in sorted(database.records):
        record = database.records[name]
        shown = database.full_name(record)
        for path in database.paths(record):
            owners.setdefault(path, []).append(shown)
    database.io.step(len(owners) // 20 * len(words))
    for word in words:
        glob = word if word.startswith("/") or set("*?[") & set(word) else f"*{word}*"
        plain = not set("*?[") & set(glob)
        found = [path for path in sorted(owners)
                 if (path == glob if plain else pattern.matches(glob, path))]
        database.io.out("".join(f"{', '.join(owners[path])}: {path}\n" for path in found))
        if not found:
            database.io.err(f"dpkg-query: no path found matching pattern {word}\n")
            status = 1
    return status


def _selections(database: Database, globs: list[str]) -> int:
    for record in _chosen(database, globs):
        name = database.full_name(record)
        tabs = "\t" * max(1, 6 - len(name) // 8)
        database.io.out(f"{name}{tabs}{'install' if record.installed else 'deinstall'}\n")
    return 0


def _remove(database: Database, names: list[str]) -> int:
    return _take_away(database, names, purge=False)


def _purge(database: Database, names: list[str]) -> int:
    return _take_away(database, names, purge=True)


def _take_away(database: Database, names: list[str], *, purge: bool) -> int:
    io = database.io
    if io.uid:
        io.err("dpkg: error: requested operation requires superuser privilege\n")
        return _TROUBLE
    told = False
    for name in names:
        record = database.records.get(name)
        if record is None or not (record.installed or purge):
            io.err(f"dpkg: warning: ignoring request to remove {name} which isn't installed\n")
            continue
        if not told:
            io.out(f"(Reading database ... {database.count()} files and directories currently "
                   "installed.)\n")
            told = True
        version, kept = record.version, not record.installed
        if record.installed:
            io.out(f"Removing {name} ({version}) ...\n")
            kept = database.remove(record, purge=False)
        if kept and purge:
            io.out(f"Purging configuration files for {name} ({version}) ...\n")
            database.remove(record, purge=True)
        database.save()
    return 0


def _install(io: Io, paths: list[str]) -> int:
    for path in paths:
        try:
            io.stat(path)
        except FileError as error:
            io.err(f"dpkg: error: cannot access archive '{path}': {error.message}\n")
            return _TROUBLE
    io.err("imagelab does not simulate installing an archive with dpkg\n")
    return _TROUBLE
