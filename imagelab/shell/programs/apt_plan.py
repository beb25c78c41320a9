"""What apt would install or remove, and in which order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from imagelab.shell.packages.reader import Package
from imagelab.shell.programs.dpkg_database import Database

Known = Mapping[str, Package]


def to_install(
    names: Iterable[str], known: Known, database: Database, *, recommends: bool
) -> list[Package]:
    """Return the packages that names bring, those that others need first."""
    order: list[Package] = []
    seen: set[str] = set()
    for name in sorted(names):
        stack = [(name, False)]
        while stack:
            here, done = stack.pop()
            if done:
                order.append(known[here])
                continue
            if here in seen or here not in known or database.get(here) is not None:
                continue
            seen.add(here)
            stack.append((here, True))
            package = known[here]
            more = package.recommends if recommends else ()
            stack.extend((each, False) for each in sorted({*package.depends, *more},
                                                          reverse=True))
    return order


def to_remove(names: Iterable[str], database: Database) -> list[str]:
    """Return the installed packages that go: the names, and what depends on them."""
    gone = list(names)
    for name in gone:
        for other in sorted(database.records):
            record = database.get(other)
            if record is None or other in gone:
                continue
            needs = {word.split()[0].partition(":")[0]
                     for word in record.fields.get("Depends", "").split(",") if word.split()}
            if name in needs:
                gone.append(other)
    return sorted(gone)


def unneeded(
    known: Known, database: Database, automatic: set[str], gone: Iterable[str] = ()
) -> list[str]:
    """Return the packages that came with others that are not there any more.

    Args:
        known: all packages; what is not among them stays.
        database: dpkg's.
        automatic: names of those that nobody asked for.
        gone: names of those that are about to go.
    """
    gone = set(gone)
    there = {name for name in database.records if database.get(name) and name not in gone}
    reached: set[str] = set()
    stack = [name for name in there if name not in automatic or name not in known]
    while stack:
        name = stack.pop()
        if name in reached or name not in there:
            continue
        reached.add(name)
        package = known.get(name)
        if package is not None:
            stack.extend((*package.depends, *package.recommends))
    return sorted(there - reached)
