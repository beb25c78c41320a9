"""apt-get and apt for a few packages, over the container's own dpkg and apt files."""

from __future__ import annotations

import re

from imagelab.model.file_error import FileError
from imagelab.shell.programs import apt_cache
from imagelab.shell.programs.apt_install import AptError, Options, Transaction
from imagelab.shell.programs.apt_sources import update
from imagelab.shell.programs.apt_system import (
    ARCHIVES,
    System,
    clean_archives,
    keep_archive,
    run_hook,
    system,
    write_cache,
)
from imagelab.shell.programs.apt_text import size_text, totals
from imagelab.shell.programs.io import Io

_FAILED = 100
_STABLE = ("\nWARNING: apt does not have a stable CLI interface. Use with caution in "
           "scripts.\n\n")
_FLAGS = "yqsdmfuVb"
_LONG = frozenset({
    "yes", "assume-yes", "quiet", "no-install-recommends", "install-recommends", "simulate",
    "dry-run", "just-print", "download-only", "reinstall", "purge", "auto-remove", "autoremove",
    "allow-downgrades", "allow-unauthenticated", "force-yes", "fix-broken", "fix-missing",
    "no-upgrade", "only-upgrade", "no-install-suggests", "installed", "allow-change-held-packages",
    "assume-no", "upgradable", "all-versions", "show-progress",
    "allow-remove-essential", "no-show-progress",
})
_SHORT_NAMES = {"y": "yes", "q": "quiet", "s": "simulate", "d": "download-only"}
_NEEDS_ROOT = frozenset({"install", "reinstall", "remove", "purge", "autoremove", "auto-remove",
                         "upgrade", "dist-upgrade", "full-upgrade", "autopurge"})
_OTHERS = frozenset({"update", "clean", "autoclean", "check", "download", "show", "search",
                     "list", "policy", "depends", "moo"})
_APT_ONLY = frozenset({"show", "search", "list", "policy", "depends", "full-upgrade"})
_USAGE = """\
Usage: {name} [options] command
       {name} [options] install|remove pkg1 [pkg2 ...]

Most used commands:
  update      Fetch the package lists
  install     Install packages
  remove      Remove packages
  purge       Remove packages and their settings
  autoremove  Remove packages that nothing needs any more
  upgrade     Install newer versions
  clean       Remove fetched archives
"""


def apt(argv: list[str], io: Io) -> int:
    """Run apt-get or apt."""
    try:
        options, args = _parsed(argv, io.name)
        return _run(io, options, args, argv)
    except AptError as error:
        io.err(f"E: {error}\n")
        return _FAILED
    except FileError as error:
        io.err(f"E: {error.path}: {error.message}\n")
        return _FAILED


def _parsed(argv: list[str], name: str) -> tuple[list[str], list[str]]:
    options: list[str] = []
    args: list[str] = []
    todo = list(argv[1:])
    while todo:
        word = todo.pop(0)
        if word in ("-h", "--help", "-v", "--version"):
            options.append(word.lstrip("-")[:1])
        elif word in ("-o", "-c", "-t") and todo:
            options.append(todo.pop(0))
        elif word.startswith("-o") and "=" in word:
            options.append(word[2:])
        elif word.startswith("--"):
            text = word[2:].partition("=")[0]
            if text not in _LONG:
                raise AptError(f"Command line option {word} is not understood in combination "
                               "with the other options")
            options.append(text)
        elif word.startswith("-") and len(word) > 1:
            for letter in word[1:]:
                if letter not in _FLAGS and not letter.isdigit() and letter != "=":
                    raise AptError(f"Command line option '{letter}' [from {word}] is not "
                                   "understood in combination with the other options.")
                options.append(_SHORT_NAMES.get(letter, letter))
        else:
            args.append(word)
    return options, args


def _run(io: Io, words: list[str], args: list[str], argv: list[str]) -> int:
    if "v" in words and not args:
        io.out("apt (amd64)\n")
        return 0
    if not args or "h" in words:
        io.out(_USAGE.format(name=io.name))
        return 0 if "h" in words or io.name == "apt" else 1
    command, names = args[0], args[1:]
    known = command in _NEEDS_ROOT | _OTHERS and (
        io.name == "apt" or command not in _APT_ONLY)
    if not known:
        raise AptError(f"Invalid operation {command}")
    if io.name == "apt" and io.state is None and not io.terminal(1):
        io.err(_STABLE)
    if command in _NEEDS_ROOT and io.uid and "simulate" not in words:
        return _not_root(io)
    if command == "update":
        return _update(io, "quiet" in words and words.count("quiet") > 1)
    if command in ("clean", "autoclean"):
        return _clean(io)
    here = system(io)
    if command in ("show", "search", "policy", "list"):
        return _look(here, command, names, words)
    options = Options(
        yes="yes" in words or "assume-yes" in words or "force-yes" in words
        or "quiet2" in words or words.count("quiet") > 1,
        quiet=words.count("quiet"), recommends=_recommends(here, words),
        simulate=bool({"simulate", "dry-run", "just-print"} & set(words)),
        download_only="download-only" in words, reinstall="reinstall" in {*words, command},
        purge="purge" in {*words, command} or command == "autopurge",
        auto_remove=bool({"auto-remove", "autoremove"} & set(words)),
        command=" ".join(argv), apt=io.name == "apt")
    return _change(here, command, names, options)


def _recommends(here: System, words: list[str]) -> bool:
    if {"no-install-recommends", "install-recommends"} & set(words):
        return "install-recommends" in words
    said = re.findall(r'APT::Install-Recommends\s*[= ]\s*"?(\w+)', "\n".join([here.conf, *words]),
                      re.IGNORECASE)
    return not said or said[-1].lower() not in ("0", "false", "no")


def _change(here: System, command: str, names: list[str], options: Options) -> int:
    io = here.io
    run = Transaction(here, options)
    done = " Done" if io.terminal(1) else ""
    run.say(f"Reading package lists...{done}\nBuilding dependency tree...{done}\n"
            f"Reading state information...{done}\n")
    write_cache(here)
    if command == "download":
        return _download(here, names)
    if command in ("install", "reinstall"):
        return run.install([name for name in names if not name.endswith("-")])
    if command in ("remove", "purge"):
        return run.remove(names)
    if command in ("autoremove", "auto-remove", "autopurge"):
        return run.auto_remove()
    if command in ("upgrade", "dist-upgrade", "full-upgrade"):
        run.say(f"Calculating upgrade...{done}\n" + totals(0, 0))
    return 0


def _not_root(io: Io) -> int:
    lock = "/var/lib/dpkg/lock-frontend"
    io.err(f"E: Could not open lock file {lock} - open (13: Permission denied)\n"
           f"E: Unable to acquire the dpkg frontend lock ({lock}), are you root?\n")
    return _FAILED


def _update(io: Io, quiet: bool) -> int:
    if io.uid:
        io.out("Reading package lists...\n")
        io.err("E: Could not open lock file /var/lib/apt/lists/lock - open (13: Permission "
               "denied)\nE: Unable to lock directory /var/lib/apt/lists/\n")
        return _FAILED
    here = system(io)
    told = update(io, here.sources)
    lines = [f"{verb}:{number} {name}" + (f" [{size_text(size)}]" if verb == "Get" else "")
             for number, (verb, name, size) in enumerate(told, 1)]
    total = sum(size for verb, _, size in told if verb == "Get")
    if total:
        lines.append(f"Fetched {size_text(total)} in 1s ({size_text(total)}/s)")
    done = " Done" if io.terminal(1) else ""
    lines.append(f"Reading package lists...{done}")
    if io.name == "apt":
        lines += [f"Building dependency tree...{done}", f"Reading state information...{done}",
                  "All packages are up to date."]
    if not quiet:
        io.out("".join(line + "\n" for line in lines))
    here.lists = bool(told)
    write_cache(here)
    run_hook(io, here.conf, "APT::Update")
    return 0


def _clean(io: Io) -> int:
    if io.uid:
        io.err(f"E: Could not open lock file {ARCHIVES}/lock - open (13: Permission denied)\n"
               f"E: Unable to lock directory {ARCHIVES}/\n")
        return _FAILED
    clean_archives(io)
    for name in ("pkgcache.bin", "srcpkgcache.bin"):
        if io.lookup(f"/var/cache/apt/{name}", follow=False) is not None:
            io.files.unlink(f"/var/cache/apt/{name}")
    return 0


def _download(here: System, names: list[str]) -> int:
    for number, name in enumerate(names, 1):
        package = here.release.packages.get(name)
        if package is None or not here.lists:
            raise AptError(f"Unable to locate package {name}")
        here.io.out(f"Get:{number} {here.origin()} amd64 {name} {package.architecture} "
                    f"{package.version} [{size_text(package.size)}]\n")
        keep_archive(here.io, package)
    return 0


def _look(here: System, command: str, names: list[str], words: list[str]) -> int:
    if command == "list":
        return apt_cache.list_packages(here, names, installed="installed" in words)
    looks = {"show": apt_cache.show, "search": apt_cache.search, "policy": apt_cache.policy}
    return looks[command](here, names)
