"""The option ``--color`` of ls and grep: which words it takes, and when they colour."""

from __future__ import annotations

from imagelab.shell.busybox_build import debian_version
from imagelab.shell.pattern import matches
from imagelab.shell.programs.io import Io, UsageError

#: Terminals that GNU ls colours on: the ``TERM`` lines of ``dircolors --print-database``.
_TERMINALS = (
    "Eterm", "ansi", "*color*", "con[0-9]*x[0-9]*", "cons25", "console", "cygwin", "*direct*",
    "dtterm", "gnome", "hurd", "jfbterm", "konsole", "kterm", "linux", "linux-c", "mlterm",
    "putty", "rxvt*", "screen*", "st", "terminator", "tmux*", "vt100", "xterm*",
)
_WORDS = {"always": "always", "yes": "always", "force": "always", "never": "never",
          "no": "never", "none": "never", "auto": "auto", "tty": "auto", "if-tty": "auto"}
_VALID = ("Valid arguments are:\n  - 'always', 'yes', 'force'\n  - 'never', 'no', 'none'\n"
          "  - 'auto', 'tty', 'if-tty'\nTry 'ls --help' for more information.\n")


def gnu_ls_colors(io: Io, values: list[str]) -> bool:
    """Whether GNU ls colours, by all values of its option; the last one counts.

    ``TERM`` is looked at only where neither ``LS_COLORS`` nor ``COLORTERM`` says anything.

    Raises:
        UsageError: a value is none of the words, nor the beginning of just one meaning.
    """
    when = "never"
    for value in values:
        when = _meaning(value or "always")
    if when == "never" or (when == "auto" and not io.terminal(1)):
        return False
    if io.env.get("LS_COLORS") or io.env.get("COLORTERM"):
        return True
    term = io.env.get("TERM", "")
    return any(matches(pattern, term) for pattern in _TERMINALS)


def _meaning(word: str) -> str:
    if word in _WORDS:
        return _WORDS[word]
    found = {meaning for full, meaning in _WORDS.items() if full.startswith(word)}
    if len(found) != 1:
        problem = "ambiguous" if found else "invalid"
        raise UsageError(f"ls: {problem} argument '{word}' for '--color'\n{_VALID}", 1)
    return found.pop()


def busybox_ls_colors(io: Io, values: list[str]) -> bool:
    """Whether busybox ls colours; on a terminal it does so by itself.

    That is ``FEATURE_LS_COLOR_IS_DEFAULT``, which busybox's own default configuration sets, as
    in the images ``busybox`` and ``alpine``, and Debian's does not.
    """
    terminal = io.terminal(1) and io.env.get("TERM") != "dumb"
    usual = terminal and io.env.get("LS_COLORS") not in ("", "none") and not debian_version(
        io.files, io.argv[0], path=io.env.get("PATH"), cwd=io.cwd, budget=io.host.budget)
    if not values:
        return usual
    value = values[-1] or "always"
    if value.startswith("n"):
        return False
    if len(value) > 1 and "always".startswith(value):
        return True
    return terminal if len(value) > 1 and "auto".startswith(value) else usual


def gnu_grep_colors(io: Io, values: list[str]) -> bool:
    """Whether GNU grep colours; words count in any case and must be whole, none is ``auto``.

    Raises:
        UsageError: a value is none of the words.
    """
    when = "never"
    for value in values:
        word = (value or "auto").lower()
        if word not in _WORDS:
            raise UsageError("Usage: grep [OPTION]... PATTERNS [FILE]...\n"
                             "Try 'grep --help' for more information.\n", 2)
        when = _WORDS[word]
    if when == "auto":
        return io.terminal(1) and io.env.get("TERM", "dumb") != "dumb"
    return when == "always"
