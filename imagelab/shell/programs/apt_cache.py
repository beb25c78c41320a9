"""apt-cache: what is known of packages."""

from __future__ import annotations

from imagelab.shell import pattern, regex
from imagelab.shell.packages.reader import Package
from imagelab.shell.programs.apt_system import System, system
from imagelab.shell.programs.apt_text import size_text
from imagelab.shell.programs.dpkg_database import MAINTAINER, describe
from imagelab.shell.programs.io import Io
from imagelab.shell.regex_parser import RegexError

_FAILED = 100


def apt_cache(argv: list[str], io: Io) -> int:
    """Run a command of apt-cache."""
    words = [word for word in argv[1:] if not word.startswith("-")]
    commands = {"show": show, "search": search, "policy": policy, "depends": depends,
                "pkgnames": names_only}
    if not words:
        io.out("Usage: apt-cache [options] command\n"
               "       apt-cache [options] show pkg1 [pkg2 ...]\n")
        return 1
    if words[0] not in commands:
        io.err(f"E: Invalid operation {words[0]}\n")
        return _FAILED
    return commands[words[0]](system(io), words[1:])


def _known(here: System) -> dict[str, Package]:
    """Return the packages that apt knows of: none without lists."""
    return dict(sorted(here.release.packages.items())) if here.lists else {}


def _summary(package: Package) -> str:
    return package.summary or describe(package.name)


def names_only(here: System, names: list[str]) -> int:
    """Print the names."""
    front = names[0] if names else ""
    here.io.out("".join(f"{name}\n" for name in _known(here) if name.startswith(front)))
    return 0


def search(here: System, words: list[str]) -> int:
    """Print packages whose name or description fits all patterns."""
    io = here.io
    if not words:
        io.err("E: You must give at least one search pattern\n")
        return _FAILED
    try:
        tests = [regex.compile_pattern(word, ere=True, icase=True) for word in words]
    except RegexError:
        io.err("E: Regex compilation error\n")
        return _FAILED
    known = _known(here)
    found = [package for package in known.values() if all(
        test.search(package.name, 0, io.host.budget)
        or test.search(_summary(package), 0, io.host.budget) for test in tests)]
    if io.name != "apt":
        io.out("".join(f"{package.name} - {_summary(package)}\n" for package in found))
        return 0
    io.out("Sorting...\nFull Text Search...\n")
    for package in found:
        io.out(f"{_line(here, package)}\n  {_summary(package)}\n\n")
    return 0


def _line(here: System, package: Package) -> str:
    record = here.database.get(package.name)
    state = ""
    if record is not None:
        automatic = ",automatic" if package.name in here.automatic else ""
        state = f" [installed{automatic}]"
    now = ",now" if record is not None else ""
    version = record.version if record is not None else package.version
    return (f"{package.name}/{here.release.codename}{now} {version} "
            f"{package.architecture}{state}")


def list_packages(here: System, globs: list[str], *, installed: bool) -> int:
    """Print packages, one a line."""
    io, known = here.io, _known(here)
    names = {*known, *(n for n in here.database.records if here.database.get(n))}
    io.out("Listing...\n")
    for name in sorted(names):
        io.step()
        record = here.database.get(name)
        if (installed and record is None) or (
                globs and not any(pattern.matches(glob, name) for glob in globs)):
            continue
        if name in known:
            io.out(_line(here, known[name]) + "\n")
        elif record is not None:
            # Of what the lab has no list of, only dpkg knows.
            automatic = ",automatic" if name in here.automatic else ""
            where = here.release.codename + "," if here.lists else ""
            local = "" if here.lists else ",local"
            io.out(f"{name}/{where}now {record.version} {record.architecture} "
                   f"[installed{automatic or local}]\n")
    return 0


def show(here: System, names: list[str]) -> int:
    """Print what is known of packages."""
    io, known = here.io, _known(here)
    status = 0
    for name in names:
        package, record = known.get(name), here.database.get(name)
        if package is not None:
            io.out(_paragraph(package, human=io.name == "apt") + "\n")
        elif record is not None:
            io.out(record.text + "\n")
        else:
            io.err(f"N: Unable to locate package {name}\nE: No packages found\n")
            status = _FAILED
    return status


def _paragraph(package: Package, *, human: bool) -> str:
    installed = size_text(package.installed * 1024) if human else str(package.installed)
    depends = f"Depends: {', '.join(package.depends)}\n" if package.depends else ""
    size = f"Download-Size: {size_text(package.size)}" if human else f"Size: {package.size}"
    return (f"Package: {package.name}\nVersion: {package.version}\nPriority: {package.priority}\n"
            f"Section: {package.section}\nMaintainer: {MAINTAINER}\n"
            f"Installed-Size: {installed}\n{depends}"
            f"{size}\nDescription: {_summary(package)}\n")


def policy(here: System, names: list[str]) -> int:
    """Print which versions there are."""
    for name in names:
        package, record = _known(here).get(name), here.database.get(name)
        if package is None and record is None:
            if name and here.lists:
                here.io.err(f"N: Unable to locate package {name}\n")
            continue
        there = record.version if record else ""
        offered = package.version if package is not None else there
        rows = f" *** {there} 500\n" if there == offered else f"     {offered} 500\n"
        if package is not None:
            rows += f"        500 {here.origin()} amd64 Packages\n"
        if there and there != offered:
            rows = f"{rows} *** {there} 100\n"
        if there:
            rows += "        100 /var/lib/dpkg/status\n"
        if package is None:
            rows = rows.replace(" 500\n", " 100\n")
        here.io.out(f"{name}:\n  Installed: {there or '(none)'}\n  Candidate: {offered}\n"
                    f"  Version table:\n{rows}")
    return 0


def depends(here: System, names: list[str]) -> int:
    """Print what packages need."""
    for name in names:
        package = _known(here).get(name)
        if package is None:
            here.io.err("E: No packages found\n")
            return _FAILED
        here.io.out("".join([f"{name}\n", *(f"  Depends: {each}\n" for each in package.depends),
                             *(f"  Recommends: {each}\n" for each in package.recommends)]))
    return 0
