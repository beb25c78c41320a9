"""apt-get install, remove, purge and autoremove."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from imagelab.shell.packages.reader import Package
from imagelab.shell.programs import apt_plan
from imagelab.shell.programs.apt_system import (
    ARCHIVES,
    System,
    archive_name,
    keep_archive,
    run_hook,
    write_history,
)
from imagelab.shell.programs.apt_text import name_list, size_text, totals
from imagelab.shell.programs.dpkg_database import LOG, Record, write_text
from imagelab.shell.programs.io import Io
from imagelab.shell.programs.times import strftime

#: When the archives' files were made: 2023-11-14.
_BUILT = 1_700_000_000 * 10**9
_FAILED = 100
#: Beside libraries' trigger for libc-bin, packages whose triggers run if they are there.
_MANUAL = "man-db"


class AptError(Exception):
    """apt gives up; the message is what it prints, without ``E:``."""


@dataclass(frozen=True)
class Options:
    """What the command line says.

    Attributes:
        yes: no question is asked.
        quiet: how many ``-q``.
        recommends: recommended packages come too.
        simulate: nothing is done.
        download_only: archives are fetched only.
        reinstall: what is there already is installed again.
        purge: settings go too.
        auto_remove: what is not needed any more goes too.
        command: the whole line, for the log.
        apt: whether the program is ``apt``.
    """

    yes: bool
    quiet: int
    recommends: bool
    simulate: bool
    download_only: bool
    reinstall: bool
    purge: bool
    auto_remove: bool
    command: str
    apt: bool


@dataclass(eq=False)
class Transaction:
    """One install or remove."""

    here: System
    options: Options

    @property
    def io(self) -> Io:
        """The program's."""
        return self.here.io

    def say(self, text: str) -> None:
        """Print unless ``-qq``; nothing while a question that was asked is answered."""
        if self.options.quiet < 2 and self.io.state is None:
            self.io.out(text)

    # --- install ---------------------------------------------------------------------------

    def install(self, names: Sequence[str]) -> int:
        """Install packages.

        Raises:
            AptError: a package cannot be found.
        """
        wanted = [self._known(name) for name in names]
        database = self.here.database
        told = ""
        for package in wanted:
            record = database.get(package.name)
            if record is None:
                continue
            if not self.options.reinstall:
                version = "" if self.here.release.old else f" ({record.version})"
                told += f"{package.name} is already the newest version{version}.\n"
            if package.name in self.here.automatic:
                told += f"{package.name} set to manually installed.\n"
                self.here.automatic.discard(package.name)
        self.say(told)
        known = self.here.release.packages
        order = apt_plan.to_install([package.name for package in wanted], known, database,
                                    recommends=self.options.recommends)
        again = [p for p in wanted if self.options.reinstall and database.get(p.name)]
        self._tell_unneeded(())
        self._tell_install(order, {package.name for package in wanted}, again)
        if not order and not again:
            self.here.save() if told and not self.io.uid else None
            return 0
        asked_for = {package.name for package in wanted}
        if self.options.simulate:
            self.io.out("".join(
                f"{verb} {p.name} ({p.version} {self.here.release.name} [{p.architecture}])\n"
                for verb in ("Inst", "Conf") for p in order))
            return 0
        if not self._agreed(ask=any(p.name not in asked_for for p in order)):
            return 1
        self._fetch([*order, *again])
        if self.options.download_only:
            self.io.out("Download complete and in download only mode\n")
            return 0
        self._unpack(order, again)
        self.here.automatic |= {p.name for p in order} - asked_for
        self._finish("Install", [
            f"{p.name}:{p.architecture} ({p.version}"
            f"{', automatic' * (p.name in self.here.automatic)})" for p in order])
        return 0

    def _known(self, name: str) -> Package:
        name, equals, version = name.partition("=")
        name = name.partition(":")[0].partition("/")[0]
        database = self.here.database
        package = self.here.release.packages.get(name)
        record = database.get(name)
        if package is None and record is not None:
            return _as_package(record)
        if package is None or not (self.here.lists or record):
            if self.here.lists:
                self.io.err(f"imagelab does not simulate the package {name}\n")
            raise AptError(f"Unable to locate package {name}")
        if equals and version != (record.version if record else package.version):
            raise AptError(f"Version '{version}' for '{name}' was not found")
        return package

    def _tell_install(
        self, order: list[Package], asked_for: set[str], again: list[Package]
    ) -> None:
        known, database = self.here.release.packages, self.here.database
        new = sorted(package.name for package in order)
        extra = [name for name in new if name not in asked_for]
        there = {*new, *(name for name in database.records if database.get(name))}
        suggested = [
            f"{'| ' * (number > 0)}{each}" for name in new for group in known[name].suggests
            if not there & set(group.split(" | "))
            for number, each in enumerate(group.split(" | "))]
        recommended = [] if self.options.recommends else dict.fromkeys(
            each for name in new for each in known[name].recommends if each not in there)
        text = name_list("The following additional packages will be installed:" if
                         not self.here.release.old else
                         "The following extra packages will be installed:", extra)
        text += name_list("Suggested packages:", dict.fromkeys(suggested))
        text += name_list("Recommended packages:", recommended)
        text += name_list("The following NEW packages will be installed:", new)
        count = totals(len(new), 0)
        if again:
            count = count.replace(" installed,", f" installed, {len(again)} reinstalled,")
        self.say(text + count)
        todo = [*order, *again]
        if not todo or self.options.simulate:
            return
        kept = sum(p.size for p in todo if self._in_cache(p))
        total = sum(p.size for p in todo)
        need = size_text(total - kept) + (f"/{size_text(total)}" if kept else "")
        grows = 1024 * sum(package.installed for package in order)
        self.say(f"Need to get {need} of archives.\nAfter this operation, {size_text(grows)} of "
                 "additional disk space will be used.\n")

    def _in_cache(self, package: Package) -> bool:
        return self.io.lookup(f"{ARCHIVES}/{archive_name(package)}") is not None

    def _agreed(self, *, ask: bool) -> bool:
        """Ask whether to go on; what was printed so far is printed once only."""
        if self.options.yes or not ask:
            return True
        if self.io.state is None:
            self.io.out("Do you want to continue? [Y/n] ")
            self.io.state = {"asked": True}
        answer = self.io.host.read_line(self.io.fds.get(0))
        self.io.state = None
        if answer and answer.strip().lower() in (b"", b"y", b"yes"):
            return True
        self.io.out("Abort.\n")
        return False

    def _fetch(self, todo: list[Package]) -> None:
        number = 0
        for package in todo:
            if self._in_cache(package):
                continue
            number += 1
            self.say(f"Get:{number} {self.here.origin()} amd64 {package.name} "
                     f"{package.architecture} {package.version} [{size_text(package.size)}]\n")
            keep_archive(self.io, package)
        total = sum(package.size for package in todo)
        if number:
            self.say(f"Fetched {size_text(total)} in 1s ({size_text(total)}/s)\n")

    def _unpack(self, order: list[Package], again: list[Package]) -> None:
        io, database = self.io, self.here.database
        if not self.here.release.old and io.lookup("/usr/bin/apt-extracttemplates") is None:
            io.err("debconf: delaying package configuration, since apt-utils is not installed\n")
        todo = [*order, *again]
        counted = False
        digits = len(str(len(todo) - 1))
        for number, package in enumerate(todo):
            if package not in again:
                io.out(f"Selecting previously unselected package {package.full_name}.\n")
            if not counted:
                io.out(_count(database.count()))
                counted = True
            front = f"{number:0{digits}d}-" if len(todo) > 1 and not self.here.release.old else ""
            if self.options.apt and not front:
                front = "archives/"
            name = archive_name(package)
            over = f" over ({package.version})" if package in again else ""
            io.out(f"Preparing to unpack .../{front}{name} ...\n"
                   f"Unpacking {package.full_name} ({package.version}){over} ...\n")
            database.unpack(package, _BUILT)
        for package in todo:
            io.out(f"Setting up {package.full_name} ({package.version}) ...\n")
            if package.name == "ca-certificates":
                io.out("Updating certificates in /etc/ssl/certs...\n"
                       "142 added, 0 removed; done.\n")
            database.configure(package)
        self._triggers([package.name for package in todo])

    def _triggers(self, names: Sequence[str]) -> None:
        database = self.here.database
        libc, manual = database.get("libc-bin"), database.get(_MANUAL)
        if manual is not None:
            self.io.out(f"Processing triggers for {_MANUAL} ({manual.version}) ...\n")
        if libc is not None and any(name.startswith("lib") for name in names):
            self.io.out(f"Processing triggers for libc-bin ({libc.version}) ...\n")

    # --- remove ----------------------------------------------------------------------------

    def remove(self, names: Sequence[str]) -> int:
        """Remove packages.

        Raises:
            AptError: a package is not known at all.
        """
        database, told = self.here.database, ""
        chosen: list[str] = []
        for name in names:
            record = database.records.get(name)
            if record is not None and (record.installed or self.options.purge):
                chosen.append(name)
            elif record is not None or (self.here.lists and name in self.here.release.packages):
                told += f"Package '{name}' is not installed, so not removed\n"
            else:
                raise AptError(f"Unable to locate package {name}")
        self.say(told)
        gone = apt_plan.to_remove(chosen, database)
        rest = self._unneeded(gone)
        if self.options.auto_remove:
            gone = sorted({*gone, *rest})
        else:
            self._tell_unneeded(gone)
        return self._take_away(gone)

    def auto_remove(self) -> int:
        """Remove what is not needed any more."""
        return self._take_away(self._unneeded(()))

    def _unneeded(self, gone: Sequence[str]) -> list[str]:
        return apt_plan.unneeded(self.here.release.packages, self.here.database,
                                 self.here.automatic, gone)

    def _tell_unneeded(self, gone: Sequence[str]) -> None:
        rest = self._unneeded(gone)
        if rest:
            many = len(rest) > 1
            title = ("The following packages were automatically installed and are no longer "
                     "required:" if many else "The following package was automatically installed "
                     "and is no longer required:")
            tool = "apt-get" if self.here.release.old else "apt"
            self.say(name_list(title, rest)
                     + f"Use '{tool} autoremove' to remove {'them' if many else 'it'}.\n")

    def _take_away(self, gone: list[str]) -> int:
        database = self.here.database
        star = "*" * self.options.purge
        self.say(name_list("The following packages will be REMOVED:",
                           [name + star for name in gone]) + totals(0, len(gone)))
        if not gone:
            return 0
        freed = 1024 * sum(database.records[name].kilobytes for name in gone
                           if database.records[name].installed)
        if self.options.simulate:
            self.io.out("".join(f"{'Purg' if star else 'Remv'} {name} "
                                f"[{database.records[name].version}]\n" for name in gone))
            return 0
        self.say(f"After this operation, {size_text(freed)} disk space will be freed.\n")
        if not self._agreed(ask=True):
            return 1
        kept: list[Record] = []
        self.io.out(_count(database.count()))
        names = []
        for name in gone:
            record = database.records[name]
            names.append(f"{name}:{record.architecture} ({record.version})")
            shown = database.full_name(record)
            if record.installed:
                self.io.out(f"Removing {shown} ({record.version}) ...\n")
                if database.remove(record, purge=False):
                    kept.append(record)
            else:
                kept.append(record)
        self._triggers(gone)
        if self.options.purge and kept:
            self.io.out(_count(database.count()))
            for record in kept:
                shown = database.full_name(record)
                self.io.out(f"Purging configuration files for {shown} ({record.version}) ...\n")
                database.remove(record, purge=True)
        self._finish("Purge" if self.options.purge else "Remove", names)
        return 0

    def _finish(self, what: str, names: list[str]) -> None:
        io = self.io
        self.here.save()
        now = strftime("%F %T", io.host.now)
        write_text(io, LOG, "".join(f"{now} {what.lower()} {name}\n" for name in names),
                   append=True)
        write_history(io, self.options.command, what, names)
        run_hook(io, self.here.conf, "DPkg")


def _as_package(record: Record) -> Package:
    """Return an installed package that the lab has no files of."""
    return Package(record.name, record.version, record.architecture, False, "", "", 0,
                   record.kilobytes)


def _count(number: int) -> str:
    return f"(Reading database ... {number} files and directories currently installed.)\n"
