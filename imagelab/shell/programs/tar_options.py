"""The command line of tar: old letters, short and long options, and names with their folders."""

from __future__ import annotations

from dataclasses import dataclass, field

from imagelab.shell.programs.io import Io, UsageError
from imagelab.shell.streams import plain_path

_VALUES = "fCTXbK"
_FLAGS = "cxtruzjJaZvkpPhOmosSlwBUWiR"
_BUSYBOX_FLAGS = "cxtzjJaZvkphOmo"
_MODES = "cxtru"
#: Long names: letter, and whether a value belongs to it.
_LONG = {
    "create": "c", "extract": "x", "get": "x", "list": "t", "append": "r", "update": "u",
    "file": "f", "gzip": "z", "gunzip": "z", "ungzip": "z", "bzip2": "j", "xz": "J",
    "auto-compress": "a", "verbose": "v", "keep-old-files": "k", "directory": "C",
    "same-permissions": "p", "preserve-permissions": "p", "absolute-names": "P",
    "dereference": "h", "to-stdout": "O", "touch": "m", "files-from": "T",
    "exclude-from": "X", "exclude": "exclude", "strip-components": "strip",
    "no-same-owner": "o", "same-owner": "same-owner", "numeric-owner": "numeric-owner",
    "no-recursion": "no-recursion", "no-same-permissions": "no-same-permissions",
    "overwrite": "overwrite", "wildcards": "wildcards", "sort": "sort",
}
_LONG_VALUES = frozenset({"f", "C", "T", "X", "exclude", "strip", "sort"})


@dataclass(eq=False)
class Call:
    """What tar is to do.

    Attributes:
        mode: ``c``, ``x``, ``t``, ``r`` or ``u``.
        file: the archive; ``-`` for standard input or output.
        flags: letters and long names that were given.
        names: folder and name of each argument.
        folder: where files are extracted.
        typed: folders as they were given, by absolute path.
        exclude: patterns of what is left out.
        strip: leading parts of names that are taken off.
    """

    mode: str = ""
    file: str = "-"
    flags: set[str] = field(default_factory=set)
    names: list[tuple[str, str]] = field(default_factory=list)
    folder: str = "/"
    typed: dict[str, str] = field(default_factory=dict)
    exclude: list[str] = field(default_factory=list)
    strip: int = 0


def parse_call(argv: list[str], io: Io) -> Call:
    """Read the command line.

    Raises:
        UsageError: it makes no sense.
        FileError: a list of names cannot be read.
    """
    call = Call(folder=plain_path(".", io.cwd))
    todo = _spelled_out(io, argv[1:])
    plain = False
    while todo:
        word = todo.pop(0)
        if plain or not word.startswith("-") or word == "-":
            call.names.append((call.folder, word))
        elif word == "--":
            plain = True
        elif word.startswith("--"):
            _long(io, call, word, todo)
        else:
            _short(io, call, word[1:], todo)
    if not call.mode:
        raise usage(io, "You must specify one of the '-Acdtrux', '--delete' or "
                        "'--test-label' options", 2)
    if not io.gnu:  # there -C counts for the whole line
        call.names = [(call.folder, name) for _, name in call.names]
    return call


def usage(io: Io, message: str, status: int) -> UsageError:
    """Return the error for a wrong command line."""
    if io.gnu:
        tail = "Try 'tar --help' or 'tar --usage' for more information.\n"
        return UsageError(f"tar: {message}\n{tail}", status)
    front = f"tar: {message}\n" if "option" in message and "'-Acdtrux'" not in message else ""
    return UsageError(f"{front}BusyBox v1.35.0 multi-call binary.\n\nUsage: tar\n")


def _spelled_out(io: Io, words: list[str]) -> list[str]:
    """Write letters without a dash in front as options, their values after them."""
    if not words or words[0].startswith("-"):
        return words
    letters, rest = words[0], words[1:]
    out: list[str] = []
    for letter in letters:
        out.append("-" + letter)
        if letter in _VALUES:
            if not rest:
                raise usage(io, f"Old option '{letter}' requires an argument." if io.gnu
                            else f"option requires an argument -- '{letter}'", 2)
            out.append(rest.pop(0))
    return out + rest


def _short(io: Io, call: Call, letters: str, todo: list[str]) -> None:
    while letters:
        letter, letters = letters[0], letters[1:]
        if letter in _VALUES:
            if not letters and not todo:
                raise usage(io, f"option requires an argument -- '{letter}'", 64)
            _take(io, call, letter, letters or todo.pop(0))
            return
        if letter not in (_FLAGS if io.gnu else _BUSYBOX_FLAGS):
            raise usage(io, f"invalid option -- '{letter}'", 64)
        _take(io, call, letter, "")


def _long(io: Io, call: Call, word: str, todo: list[str]) -> None:
    name, equals, value = word[2:].partition("=")
    found = [full for full in _LONG if full == name] or [
        full for full in _LONG if full.startswith(name)]
    if len({_LONG[full] for full in found}) != 1:
        raise usage(io, f"unrecognized option '{word}'", 64)
    letter = _LONG[found[0]]
    if letter in _LONG_VALUES and not equals:
        if not todo:
            raise usage(io, f"option '--{found[0]}' requires an argument", 64)
        value = todo.pop(0)
    _take(io, call, letter, value)


def _take(io: Io, call: Call, letter: str, value: str) -> None:
    if letter in _MODES:
        if call.mode not in ("", letter):
            raise usage(io, "You may not specify more than one '-Acdtrux', '--delete' or  "
                            "'--test-label' option", 2)
        call.mode = letter
    elif letter == "f":
        call.file = value
    elif letter == "C":
        call.folder = plain_path(value, call.folder)
        call.typed[call.folder] = value
    elif letter == "exclude":
        call.exclude.append(value.rstrip("/") or value)
    elif letter == "strip":
        if not (value.isascii() and value.isdigit() and len(value) < 10):
            raise usage(io, f"{value}: Invalid number of elements", 2)
        call.strip = int(value)
    elif letter == "T":
        call.names += [(call.folder, line) for line in _lines(io, value)]
    elif letter == "X":
        call.exclude += _lines(io, value)
    else:
        call.flags.add(letter)


def _lines(io: Io, path: str) -> list[str]:
    text = io.data(path).decode("utf-8", "surrogateescape")
    return [line for line in text.split("\n") if line]
