"""Command line options as getopt reads them."""

from __future__ import annotations

import re

from imagelab.shell.programs.io import Io, UsageError


def parse(
    io: Io, argv: list[str], flags: str, values: str = "", *,
    long: dict[str, str] | None = None, permute: bool = True, numbers: bool = False,
    status: int = 1,
) -> tuple[dict[str, list[str]], list[str]]:
    """Return options by letter, each with its values, and the other arguments.

    Args:
        io: the program's.
        argv: with the program's name.
        flags: letters without a value.
        values: letters with one.
        long: letters for long names.
        permute: options may come after arguments.
        numbers: ``-5`` is an argument.
        status: exit status for a wrong option.

    Raises:
        UsageError: an option is unknown or lacks its value.
    """
    options: dict[str, list[str]] = {}
    rest: list[str] = []
    todo = list(argv[1:])
    while todo:
        word = todo.pop(0)
        if word == "--":
            return options, rest + todo
        if not word.startswith("-") or word == "-" or (numbers and word[1].isdigit()):
            rest.append(word)
            if not permute:
                return options, rest + todo
            continue
        if word.startswith("--"):
            _long(io, word, long or {}, values, todo, options, status)
            continue
        letters = word[1:]
        while letters:
            letter, letters = letters[0], letters[1:]
            if letter in flags:
                options.setdefault(letter, []).append("")
            elif letter in values:
                if not letters and not todo:
                    raise _wrong(io, f"option requires an argument -- '{letter}'", status)
                options.setdefault(letter, []).append(letters or todo.pop(0))
                letters = ""
            else:
                raise _wrong(io, f"invalid option -- '{letter}'", status)
    return options, rest


def _long(
    io: Io, word: str, long: dict[str, str], values: str, todo: list[str],
    options: dict[str, list[str]], status: int,
) -> None:
    name, equals, value = word[2:].partition("=")
    found = [full for full in long if full == name] or [f for f in long if f.startswith(name)]
    if not found:
        what = f"unrecognized option '{word}'"
        raise _wrong(io, what, status)
    letter = long[found[0]]
    if letter in values and not equals:
        if not todo:
            raise _wrong(io, f"option '--{found[0]}' requires an argument", status)
        value = todo.pop(0)
    options.setdefault(letter, []).append(value)


def _wrong(io: Io, message: str, status: int) -> UsageError:
    text = f"{io.name}: {message}\n"
    if io.gnu:
        text += f"Try '{io.name} --help' for more information.\n"
    else:
        text += f"BusyBox v1.35.0 multi-call binary.\n\nUsage: {io.name}\n"
    return UsageError(text, status)


def missing(io: Io, gnu: str) -> int:
    """Say that operands are missing and return the status."""
    if io.gnu:
        io.err(f"{io.name}: {gnu}\nTry '{io.name} --help' for more information.\n")
    else:
        io.err(f"BusyBox v1.35.0 multi-call binary.\n\nUsage: {io.name}\n")
    return 1


def whole_number(io: Io, text: str) -> int:
    """Return the value of an option of a busybox program that wants a number.

    Raises:
        UsageError: it is none, or too large.
    """
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise UsageError(f"{io.name}: invalid number '{text}'\n")
    return int(text)
