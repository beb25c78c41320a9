"""The state of one shell: variables, functions, options, open files."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, field

from imagelab.shell.streams import Open
from imagelab.shell.syntax import Command

#: Options of shells by their long names.
LONG_OPTIONS = {"errexit": "e", "nounset": "u", "xtrace": "x", "noglob": "f", "noexec": "n",
                "verbose": "v", "allexport": "a", "noclobber": "C", "pipefail": "pipefail"}


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
        twin.traps = {k: v for k, v in self.traps.items() if v == ""}
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
        if "a" in self.options:
            self.exported.add(name)

    def environment(self) -> dict[str, str]:
        """Return what a program gets."""
        return {name: value for name, value in self.vars.items() if name in self.exported}

    @property
    def blamed(self) -> str:
        """The shell's name in front of its errors; at a terminal bash leaves the folder out."""
        return self.name.rpartition("/")[2] if self.bash and self.interactive else self.name

    def prefix(self, builtin: str = "") -> str:
        """Return what stands in front of an error message."""
        label = f"{builtin}: " if builtin else ""
        if self.dialect == "dash":
            return f"{self.name}: {self.line}: {label}"
        if self.bash:
            where = "" if self.interactive or self.mode == "stdin" else f"line {self.line}: "
            return f"{self.blamed}: {where}{label}"
        line = self.line - (self.mode == "c")
        where = f"line {line}: " if (self.numbered or builtin) and not self.interactive else ""
        return f"{self.name}: {label}{where}"
