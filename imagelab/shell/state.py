"""The state of one shell: variables, functions, options, open files."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, field

from imagelab.shell.history.entries import Remembered
from imagelab.shell.streams import Open
from imagelab.shell.syntax import Command

#: Options of shells by their long names.
LONG_OPTIONS = {"errexit": "e", "nounset": "u", "xtrace": "x", "noglob": "f", "noexec": "n",
                "verbose": "v", "allexport": "a", "noclobber": "C", "pipefail": "pipefail",
                "monitor": "m", "notify": "b", "errtrace": "E"}
#: Options that bash alone has.
BASH_OPTIONS = {"histexpand": "H", "history": "history"}
#: What ``shopt`` has on from the start.
SWITCHED_ON = frozenset([
    "checkwinsize", "cmdhist", "complete_fullquote", "extquote", "force_fignore",
    "globasciiranges", "globskipdots", "hostcomplete", "interactive_comments",
    "patsub_replacement", "progcomp", "promptvars", "sourcepath",
])

_BASH, _ASH = "abefhimnuvxBCEHT", "EubaCvxcsnmife"
_LETTERS = frozenset("abefmnuvxCEHT")


class FaultError(Exception):
    """An error that ends the shell, or at least its current command line.

    Attributes:
        message: what to print, without the shell's prefix.
        status: exit status.
        discard: only the current line ends (bash), unless it is all there is.
        builtin: name of the builtin to put in front.
    """

    def __init__(self, message: str, status: int = 2, *, discard: bool = False,
                 builtin: str = "") -> None:
        """Keep the parts."""
        super().__init__(message)
        self.message, self.status, self.discard, self.builtin = message, status, discard, builtin


@dataclass(eq=False)
class History:
    """What was typed at an interactive shell; see :mod:`imagelab.shell.history`.

    Attributes:
        entries: commands, oldest first; one of several lines is one entry.
        first: number of the oldest.
        unsaved: how many commands this shell added.
        open: whether the command that is being typed is among the entries.
        file: ash only: where lines go, which is settled when the shell begins.
        remembered: what references with ``!`` refer back to.
    """

    entries: list[str] = field(default_factory=list)
    first: int = 1
    unsaved: int = 0
    open: bool = False
    file: str = ""
    remembered: Remembered = field(default_factory=Remembered)


@dataclass(eq=False)
class Shell:
    """A shell or subshell.

    Attributes:
        dialect: ``ash``, ``dash`` or ``bash``.
        name: ``$0``.
        mode: where the script comes from: ``c``, ``file`` or ``stdin``.
        numbered: ash only: whether errors name the line.
        status: ``$?``.
        substituted: status of the last command substitution.
        line: line of the current command.
        aliases: what stands for the first word of a command.
        switches: bash only: what ``shopt`` has turned on.
        history: of an interactive shell, from its first prompt on.
        reading: path of the file that ``.`` reads.
        pid: ``$$``.
        pending: signals that came and whose traps are to run.
        trapping: whether a signal's trap is running.
        ended: statuses of commands in the background by their numbers.
        limits: what ``ulimit`` has set.
        listed: traps of the shell around, which ``trap`` lists until a subshell sets its own.
    """

    dialect: str
    name: str
    mode: str
    cwd: str
    fds: dict[int, Open]
    numbered: bool = False
    interactive: bool = False
    umask: int = 0o022
    args: list[str] = field(default_factory=list)
    vars: dict[str, str] = field(default_factory=dict)
    exported: set[str] = field(default_factory=set)
    readonly: set[str] = field(default_factory=set)
    functions: dict[str, Command] = field(default_factory=dict)
    options: set[str] = field(default_factory=set)
    traps: dict[str, str] = field(default_factory=dict)
    status: int = 0
    substituted: int = 0
    line: int = 1
    background: int = 0
    getopts: int = 0
    depth: int = 0
    aliases: dict[str, str] = field(default_factory=dict)
    switches: set[str] = field(default_factory=set)
    history: History | None = None
    reading: str = ""
    pid: int = 1
    pending: list[str] = field(default_factory=list)
    trapping: bool = False
    ended: dict[int, int] = field(default_factory=dict)
    listed: dict[str, str] = field(default_factory=dict)
    limits: dict[str, str] = field(default_factory=dict)

    @property
    def bash(self) -> bool:
        """Whether this is bash."""
        return self.dialect == "bash"

    def copy(self) -> Shell:
        """Return what a subshell starts with: the same, on its own; traps are reset."""
        twin = copy(self)
        twin.fds, twin.args, twin.vars = dict(self.fds), list(self.args), dict(self.vars)
        twin.exported, twin.readonly = set(self.exported), set(self.readonly)
        twin.functions, twin.options = dict(self.functions), set(self.options)
        twin.limits = dict(self.limits)
        twin.aliases, twin.switches = dict(self.aliases), set(self.switches)
        twin.traps = {k: v for k, v in self.traps.items() if v == ""}
        twin.pending, twin.trapping, twin.ended, twin.listed = [], False, {}, {}
        twin.depth, twin.interactive = self.depth + 1, False
        return twin

    def set(self, name: str, value: str) -> None:
        """Set a variable.

        Raises:
            FaultError: it is read-only.
        """
        if name in self.readonly:
            if self.bash:
                raise FaultError(f"{name}: readonly variable", 1, discard=True)
            raise FaultError(f"{name}: is read only")
        self.vars[name] = value
        if name == "OPTIND":
            self.getopts = 0
        if "a" in self.options:
            self.exported.add(name)

    def environment(self) -> dict[str, str]:
        """Return what a program gets."""
        return {name: value for name, value in self.vars.items() if name in self.exported}

    def has(self, letter: str, word: str) -> bool:
        """Answer bash's test: whether an option is on (``o``) or a variable set (``v``)."""
        if letter == "o":
            return (LONG_OPTIONS | BASH_OPTIONS).get(word, "-") in self.options
        return letter == "v" and word in self.vars

    def flags(self) -> str:
        """Return ``$-``, in the order in which each shell writes it."""
        source = {"c": "" if self.dialect == "dash" else "c", "stdin": "s"}.get(self.mode, "")
        inside = "i" if self.interactive else ""
        if self.bash:
            return "".join(sorted({*(self.options & _LETTERS), *inside, *"hB"}, key=_BASH.find)
                           ) + source
        return "".join(sorted({*(self.options & _LETTERS), *source, *inside}, key=_ASH.find))

    @property
    def blamed(self) -> str:
        """The shell's name in front of its errors; at a terminal bash leaves the folder out."""
        if self.bash and self.interactive:
            return self.name.rpartition("/")[2]
        return self.reading or self.name if self.bash else self.name

    def prefix(self, builtin: str = "") -> str:
        """Return what stands in front of an error message."""
        label = f"{builtin}: " if builtin else ""
        if self.bash:
            unnumbered = self.interactive or (self.mode == "stdin" and not self.reading)
            where = "" if unnumbered else f"line {self.line}: "
            return f"{self.blamed}: {where}{label}"
        label = label or (f"{self.reading}: " if self.reading else "")
        if self.dialect == "dash":
            return f"{self.name}: {self.line}: {label}"
        line = self.line - (self.mode == "c" and not self.reading)
        numbered = self.reading or ((self.numbered or builtin) and not self.interactive)
        return f"{self.name}: {label}{f'line {line}: ' if numbered else ''}"
