"""xargs."""

from __future__ import annotations

from typing import Any

from imagelab.model.file_error import FileError
from imagelab.shell.escapes import decode, unescape
from imagelab.shell.programs.io import Io, RunRequest, UsageError
from imagelab.shell.programs.options import parse
from imagelab.shell.programs.xargs_words import quoted_lines, quoted_words
from imagelab.shell.quoting import gnu_quote, gnu_word
from imagelab.shell.streams import Open

_LIMIT = 4 << 20
_MOST = 5000
#: Options whose value may be left out, and must follow at once, with what they mean.
_OPTIONAL = {"-i": "-I{}", "-l": "-L1", "-e": "-E"}
_VALUED = frozenset({"-n", "-I", "-P", "-E", "-s", "-a", "-L", "-d"})
_LONG = {"null": "0", "no-run-if-empty": "r", "verbose": "t", "max-args": "n", "max-lines": "L",
         "max-procs": "P", "replace": "I", "delimiter": "d", "arg-file": "a", "eof": "E",
         "max-chars": "s", "exit": "x"}


def xargs(argv: list[str], io: Io) -> int:
    """Run a program with words of the input as arguments."""
    options, command = parse(io, _whole(argv), "0rtx", "nIPEsa" + "Ld" * io.gnu, permute=False,
                             long=_LONG if io.gnu else {})
    command = command or ["echo"]
    if io.state is None:
        try:
            io.state = _gathered(io, options)
        except FileError as error:
            path = options["a"][-1]
            return io.fail(f"Cannot open input file {gnu_quote(path)}: {error.message}" if io.gnu
                           else f"can't open '{path}': {error.message}")
    elif io.result:
        if io.result == 255:
            return io.fail(f"{command[0]}: exited with status 255; aborting", 124)
        if io.result in (126, 127):
            return io.result
        io.state["status"] = 123
    state = io.state
    if not state["items"] and (state["ran"] or state["fault"] or options.keys() & {"r", "I"}):
        return io.fail(state["fault"]) if state["fault"] else int(state["status"])
    line, rest = _next_line(io, options, command, state["items"])
    if "t" in options:
        io.err(" ".join(map(gnu_word, line) if io.gnu else line) + "\n")
    state = {**state, "items": rest, "ran": True}
    raise RunRequest(line, state, fds={0: Open("null")}, missing="{name}: {message}")


def _whole(argv: list[str]) -> list[str]:
    """Give the options that may lack their value the value they then have."""
    out, at = argv[:1], 1
    while at < len(argv) and argv[at].startswith("-") and argv[at] != "--":
        word = argv[at]
        whole = _OPTIONAL.get(word)
        if whole is None and word[:2] in _OPTIONAL:
            whole = _OPTIONAL[word[:2]][:2] + word[2:]
        out += ["-E", ""] if word == "-e" else [whole or word]
        at += 1
        if word in _VALUED:
            out += argv[at : at + 1]
            at += 1
    return out + argv[at:]


def _number(io: Io, options: dict[str, list[str]], letter: str, default: int) -> int:
    if letter not in options:
        return default
    text = options[letter][-1]
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise UsageError(
            f"xargs: invalid number \"{text}\" for -{letter} option\n"
            "Try 'xargs --help' for more information.\n" if io.gnu
            else f"xargs: invalid number '{text}'\n"
        )
    if not int(text):
        raise UsageError(
            f"xargs: value {text} for -{letter} option should be >= 1\n"
            "Try 'xargs --help' for more information.\n" if io.gnu
            else f"xargs: number {text} is not in 1..2147483647 range\n"
        )
    return int(text)


def _gathered(io: Io, options: dict[str, list[str]]) -> dict[str, Any]:
    """Return the state to begin with: the items, each of one word or more."""
    most, size = _number(io, options, "n", _MOST), _number(io, options, "s", 1 << 17)
    most = _number(io, options, "L", most)
    path = options.get("a", ["-"])[-1]
    data = io.content(path).read(_LIMIT)
    io.host.budget.take("words", len(data))
    fault, text = "", decode(data)
    if "0" in options or "d" in options:
        cut = "\0" if "0" in options else unescape(options["d"][-1])[0]
        words = text.split(cut) if cut else [text]
        items = [[word] for word in (words[:-1] if not words[-1] else words)]
    elif options.keys() & {"I", "L"}:
        items, fault = quoted_lines(text, whole="I" in options, gnu=io.gnu)
    else:
        found, fault = quoted_words(text, gnu=io.gnu)
        end = options.get("E", [""])[-1]
        found = found[: found.index(end)] if end and end in found else found
        items = [[word] for word in found]
    if fault and not io.gnu:
        # Busybox leaves off at once, GNU runs first what it has.
        items = items[: len(items) // most * most]
    return {"items": items, "status": 0, "ran": False, "fault": fault, "most": most, "size": size}


def _next_line(
    io: Io, options: dict[str, list[str]], command: list[str], items: list[list[str]]
) -> tuple[list[str], list[list[str]]]:
    """Return the next command line and the items that are left."""
    if "I" in options:
        mark = options["I"][-1]
        return [word.replace(mark, items[0][0]) for word in command], items[1:]
    line, room = list(command), io.state["size"] - sum(len(word) + 1 for word in command)
    taken = 0
    for item in items[: io.state["most"]]:
        room -= sum(len(word.encode("utf-8", "surrogateescape")) + 1 for word in item)
        if room < 0:
            break
        line += item
        taken += 1
    if items and not taken:
        raise UsageError("xargs: argument line too long\n")
    return line, items[taken:]
