"""Trying a docker command line out on a copy of the lab, so that nothing comes of it.

The command itself runs, through the same door as ever; so what it would do and print can differ
in nothing from what it does. The copy has no journal on disk and nobody listens to it; only
commands that change nothing but the lab's value are let through.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from imagelab.daemon import Daemon
from imagelab.daemon.clock import Clock
from imagelab.docker.complete import read_line
from imagelab.docker.io import Io
from imagelab.docker.main import execute
from imagelab.model.state import State

#: Commands, under their first names, that touch neither the host nor any registry and hand out
#: no ID; and those that delete.
DELETING = ("rmi", "rm", "image prune", "container prune", "volume prune", "system prune",
            "volume rm")
COMMANDS = (*DELETING, "tag", "commit")
#: Those that also serve to clear something out of the way of another.
_CLEARING = ("stop", "unpause")
_SHELL_SIGNS = frozenset(";&|<>()`")
#: What answers the question that a prune asks without ``-f``.
YES = b"y\n"


@dataclass(frozen=True)
class DryRun:
    """What a command line does, or did.

    Attributes:
        words: the words after ``docker``.
        before: the lab before it.
        after: the lab after it.
        exit_code: how it ends.
        stdout: what it prints.
        stderr: what it complains of.
    """

    words: tuple[str, ...]
    before: State
    after: State
    exit_code: int
    stdout: str
    stderr: str

    @property
    def printed(self) -> str:
        """All that is printed."""
        return self.stdout + self.stderr

    @property
    def line(self) -> str:
        """The command line, as the journal has it."""
        return shlex.join(["docker", *self.words])


class LineError(ValueError):
    """A command line that cannot be tried out.

    Attributes:
        key: why, as a text of the room ``plan`` of the messages.
        command: the command that it begins with; empty for none.
    """

    def __init__(self, key: str, command: str = "") -> None:
        """Keep reason and command."""
        super().__init__(key)
        self.key = key
        self.command = command


def split(line: str) -> tuple[str, ...]:
    """Return the words after ``docker`` of a command line, with or without that word.

    Raises:
        LineError: it is none that can be tried out.
    """
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    lexer.commenters = ""
    try:
        words = list(lexer)
    except ValueError:
        raise LineError("open_quote") from None
    words = words[1:] if words[:1] in (["docker"], ["%docker"]) else words
    if not words:
        raise LineError("empty")
    if any((word and _SHELL_SIGNS.issuperset(word)) or word.startswith("`") for word in words):
        raise LineError("shell")
    if (name := command_of(words)) not in COMMANDS:
        raise LineError("other" if name else "unknown", name or words[0])
    return tuple(words)


def command_of(words: Sequence[str]) -> str:
    """Return the command that words begin with, under its first name; empty for none."""
    found = read_line(words)
    return found.name if found else ""


def dry_run(daemon: Daemon, words: Sequence[str]) -> DryRun:
    """Try a command line out; the lab stays as it is.

    Args:
        daemon: the lab.
        words: of a command that :func:`split` lets through.
    """
    return run(copy(daemon), words)


def copy(daemon: Daemon) -> Daemon:
    """Return a copy of a lab to try things out on, where waiting takes no time."""
    trial = daemon.fork(daemon.journal.head)
    trial.clock = _Jumping(daemon.clock)
    return trial


def run(trial: Daemon, words: Sequence[str]) -> DryRun:
    """Run a command line on such a copy."""
    if command_of(words) not in (*COMMANDS, *_CLEARING):
        raise LineError("other", command_of(words))
    return carry_out(trial, words)


def carry_out(daemon: Daemon, words: Sequence[str]) -> DryRun:
    """Run a command line as a step, its question answered with yes, and tell what it did."""
    out, err = bytearray(), bytearray()
    before = daemon.state
    code = execute(daemon, words, Io(out.extend, err.extend, BytesIO(YES)))
    return DryRun(tuple(words), before, daemon.state, code, _text(out), _text(err))


def _text(data: bytearray) -> str:
    return data.decode("utf-8", "replace")


class _Jumping:
    """A clock that tells another one's time, except that waiting takes no time at all."""

    simulated = True

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def now(self, last: int) -> int:
        return self._clock.now(last)

    def wait_until(self, moment: int) -> int:
        return moment
