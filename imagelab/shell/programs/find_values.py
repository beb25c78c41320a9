"""Values of find's tests, checked before the walk begins.

What is refused, and in which words, is what GNU find 4.9 and busybox 1.35 were seen to say.
"""

from __future__ import annotations

import re

from imagelab.model.file_error import FileError
from imagelab.shell.modes import new_mode
from imagelab.shell.programs.io import Io, UsageError
from imagelab.shell.quoting import gnu_quote
from imagelab.shell.regex import compile_pattern
from imagelab.shell.regex_parser import RegexError
from imagelab.shell.users import group_id, user_id

_NUMBERS = frozenset({"-mtime", "-mmin", "-links", "-uid", "-gid", "-inum"})
_NUMBER = re.compile(r"[-+]?\d{1,18}", re.ASCII)
_SIZE = re.compile(r"[-+]?\d{1,12}[cwbkMG]?", re.ASCII)
_OWNER_LIMIT = {True: 1 << 31, False: 1 << 32}


def checked_value(io: Io, word: str, value: str) -> list[str]:
    """Return a test and its value as the walk wants them.

    Names of owners become numbers, and a file to compare with what is compared.

    Raises:
        UsageError: the value is none for this test.
    """
    if word in ("-user", "-group"):
        return ["-uid" if word == "-user" else "-gid", str(_owner(io, word, value))]
    if word in ("-newer", "-samefile"):
        return [word, _compared(io, word, value)]
    if word == "-type":
        _check_type(io, value)
    elif word == "-size" and not _SIZE.fullmatch(value):
        raise _wrong(io, _size_fault(value), f"invalid number '{value.lstrip('+-')}'")
    elif word == "-perm" and permission_bits(value) is None:
        raise _wrong(io, f"invalid mode {gnu_quote(value)}", f"invalid mode '{value}'")
    elif word in _NUMBERS and not _NUMBER.fullmatch(value):
        raise _wrong(io, f"invalid argument `{value}' to `{word}'",
                     f"invalid number '{value.lstrip('+-')}'")
    elif word in ("-regex", "-iregex"):
        return [word, _path_pattern(io, value)]
    return [word, value]


def permission_bits(value: str) -> int | None:
    """Return the mode that a value of ``-perm`` names, without the sign before it."""
    return new_mode(value[1:] if value[:1] in ("-", "/", "+") else value, 0, 0,
                    is_directory=False)


def _path_pattern(io: Io, value: str) -> str:
    """Return the basic expression that a value of ``-regex`` stands for."""
    basic = _from_emacs(value) if io.gnu else value
    try:
        compile_pattern(basic)
    except RegexError as error:
        raise _wrong(io, f"failed to compile regular expression {gnu_quote(value)}: {error}",
                     f"bad regex '{value}': {error}") from None
    return basic


def _from_emacs(text: str) -> str:
    """Swap ``+`` and ``?``, which repeat in Emacs's expressions, with their escapes."""
    out: list[str] = []
    bracket = pos = 0
    while pos < len(text):
        char = text[pos]
        if bracket:
            if char == "]" and pos > bracket and (text[bracket] != "^" or pos > bracket + 1):
                bracket = 0
        elif char == "[":
            bracket = pos + 1
        elif char == "\\" and pos + 1 < len(text):
            pos += 1
            char = text[pos] if text[pos] in "+?" else "\\" + text[pos]
        elif char in "+?":
            char = "\\" + char
        out.append(char)
        pos += 1
    return "".join(out)


def _wrong(io: Io, gnu: str, busybox: str) -> UsageError:
    return UsageError(f"find: {io.words(gnu, busybox)}\n")


def _owner(io: Io, word: str, value: str) -> int:
    user = word == "-user"
    found = (user_id if user else group_id)(io.files, value)
    if found is not None:
        return found
    if value.isascii() and value.isdigit():
        # GNU find keeps to numbers that an int holds.
        if len(value) < 20 and int(value) < _OWNER_LIMIT[io.gnu]:
            return int(value)
        raise _wrong(io, f"{value}: Numerical result out of range", f"unknown {word[1:]} {value}")
    raise _wrong(io, _user_fault(value) if user else _group_fault(value),
                 f"unknown {word[1:]} {value}")


def _user_fault(value: str) -> str:
    if not value:
        return "The argument to -user should not be empty"
    return f"{gnu_quote(value)} is not the name of a known user"


def _group_fault(value: str) -> str:
    if not value:
        return "argument to -group is empty, but should be a group name"
    fault = f"{gnu_quote(value)} is not the name of an existing group"
    suffix = value.lstrip("0123456789")
    if suffix == value:
        return fault
    return (f"{fault} and it does not look like a numeric group ID because it has the unexpected "
            f"suffix {gnu_quote(suffix)}")


def _size_fault(value: str) -> str:
    if not value:
        return "invalid null argument to -size"
    if value[-1] not in "cwbkMG0123456789":
        return f"invalid -size type `{value[-1]}'"
    return f"Invalid argument `{value}' to -size"


def _check_type(io: Io, value: str) -> None:
    fault = _type_fault(value)
    if fault or (not io.gnu and len(value) > 1):
        raise _wrong(io, fault, f"invalid argument '{value}' to '-type'")


def _type_fault(value: str) -> str:
    if not value:
        return "Arguments to -type should contain at least one letter"
    for at in range(0, len(value), 2):
        letter = value[at]
        if letter not in "fdlpcbs":
            return f"Unknown argument to -type: {letter}"
        if letter in value[:at]:
            return f"Duplicate file type '{letter}' in the argument list to -type."
        if value[at + 1 :] and value[at + 1] != ",":
            return "Must separate multiple arguments to -type using: ','"
        if value[at + 1 :] == ",":
            return ("Last file type in list argument to -type is missing, i.e., list is ending "
                    "on: ','")
    return ""


def _compared(io: Io, word: str, value: str) -> str:
    try:
        if word == "-samefile":
            io.stat(value, follow=False)
            return value
        return str(io.stat(value).mtime)
    except FileError as error:
        raise _wrong(io, f"{gnu_quote(value)}: {error.message}",
                     f"can't stat '{value}': {error.message}") from None
