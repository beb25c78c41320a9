"""Simple commands: expand, redirect, assign, and run what the first word names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import ClassVar, TypeAlias

from imagelab.shell.calls import CallFrame
from imagelab.shell.launch import launch
from imagelab.shell.lookup import StartError
from imagelab.shell.machine import ExpandingFrame, Machine
from imagelab.shell.quoting import shell_quote
from imagelab.shell.redirect import Redirections
from imagelab.shell.state import FaultError, Shell
from imagelab.shell.streams import ClosedError
from imagelab.shell.syntax import Simple
from imagelab.shell.words import assignment

#: POSIX special builtins: an error in them ends the shell, assignments stay.
SPECIAL = frozenset(
    [
        ":", ".", "break", "continue", "eval", "exec", "exit", "export", "readonly",
        "return", "set", "shift", "times", "trap", "unset",
    ]
)


class Gone(Exception):
    """The builtin left its command's frame behind, or the command goes on in another frame."""


@dataclass(eq=False)
class SimpleFrame(ExpandingFrame):
    """A simple command.

    Attributes:
        node: what was written.
        at: next word or assignment to expand.
        stage: ``words``, ``redirects``, ``assigns``, ``run``, ``wait``.
        argv: the words expanded.
        values: the assignments' values.
        redirections: made so far.
        before: variables as they were before temporary assignments.
        permanent: the redirections stay (``exec``).
        state: what a builtin wants to remember until it goes on.
    """

    node: Simple
    at: int = 0
    stage: str = "words"
    argv: list[str] = field(default_factory=list)
    values: list[str] = field(default_factory=list)
    redirections: Redirections = field(default_factory=Redirections)
    before: list[tuple[str, str | None, bool]] = field(default_factory=list)
    permanent: bool = False
    begun: bool = False
    state: object = None
    between: ClassVar[bool] = False

    def step(self, m: Machine) -> None:
        """Go on with the stage that is due."""
        getattr(self, f"_{self.stage}")(m)

    def _words(self, m: Machine) -> None:
        shell = m.shell
        shell.line = self.node.line
        if not self.begun:
            self.begun, shell.substituted = True, 0
        while self.at < len(self.node.words):
            word = self.node.words[self.at]
            declares = bool(self.argv) and self.argv[0] in _DECLARES and (
                assignment(word, appends=shell.bash) is not None)
            if declares:
                text = m.text(self, word, assignment=True)
                found = None if text is None else [text]
            else:
                found = m.fields(self, word)
            if found is None:
                return
            self.argv.extend(found)
            self.at += 1
        self.stage, self.at = "redirects", 0
        self._redirects(m)

    def _redirects(self, m: Machine) -> None:
        problem = self.redirections.apply(m, self, self.node.redirects)
        if problem is None:
            return
        if problem:
            shell = m.shell
            if shell.dialect == "dash" and self.argv and self.argv[0] in SPECIAL:
                raise FaultError(problem)
            if shell.dialect == "ash" and self.argv and self.argv[0] in SPECIAL:
                raise FaultError(problem, 1)
            m.complain(problem)
            m.finish(2 if shell.dialect == "dash" else 1)
            return
        self.stage = "assigns"
        self._assigns(m)

    def _assigns(self, m: Machine) -> None:
        while self.at < len(self.node.assigns):
            assign = self.node.assigns[self.at]
            value = m.text(self, assign.word, assignment=True)
            if value is None:
                return
            self.at += 1
            if assign.append:
                value = m.shell.vars.get(assign.name, "") + value
            if self.argv:
                name = assign.name
                self.before.append((name, m.shell.vars.get(name), name in m.shell.exported))
            try:
                m.shell.set(assign.name, value)
            except FaultError as error:
                if not (m.shell.bash and self.argv):
                    raise
                m.complain(error.message)
            self.values.append(value)
            if self.argv:
                m.shell.exported.add(assign.name)
        self._trace(m)
        if self.argv:
            self.stage = "run"
            self._run(m)
            return
        m.finish(m.shell.substituted)

    def _trace(self, m: Machine) -> None:
        if "x" not in m.shell.options:
            return
        shell = m.shell
        dialect = shell.dialect
        quote = (lambda text: text) if dialect == "dash" else partial(shell_quote, dialect=dialect)
        parts = [f"{a.name}{'+' * a.append}={quote(v) if v else v}"
                 for a, v in zip(self.node.assigns, self.values, strict=True)]
        parts += [quote(word) for word in self.argv]
        front = shell.vars.get("PS4", "+ ")
        if shell.bash and self.node.assigns:
            for part in parts[: len(self.node.assigns)]:
                m.write_error(f"{front}{part}\n")
            parts = parts[len(self.node.assigns) :]
        if parts:
            m.write_error(f"{front}{' '.join(parts)}\n")

    # --- running ---------------------------------------------------------------------------

    def _run(self, m: Machine) -> None:
        shell, name = m.shell, self.argv[0]
        builtin = builtin_of(m, name)
        if builtin is not None and name in SPECIAL and not shell.bash:
            self.before = []
        elif name in shell.functions:
            self._call(m, name)
            return
        if builtin is None:
            self.external(m, self.argv)
            return
        try:
            status = builtin(m, self, self.argv[1:])
        except ClosedError:
            status = 1
            m.complain("write error: Bad file descriptor", builtin=name)
        except Gone:
            return
        except FaultError as error:
            error.builtin = error.builtin or ("" if shell.bash else name)
            if not (shell.bash and error.discard and name in _KEEPS_ON):
                raise
            m.complain(error.message, builtin=_KEEPS_ON[name])
            status = 1
        if status is not None:
            m.finish(status)

    def _call(self, m: Machine, name: str) -> None:
        self.stage = "wait"
        shell = m.shell
        m.push(CallFrame(shell.functions[name], self.argv[1:], exported=set(shell.exported),
                         tested=self.tested))

    def external(self, m: Machine, argv: list[str], *, path: str | None = None) -> None:
        """Run a program from PATH."""
        shell = m.shell
        self.stage = "wait"
        env = shell.environment()
        try:
            launch(m, argv, env=env, cwd=shell.cwd, umask=shell.umask, fds=shell.fds,
                   path=shell.vars.get("PATH", "") if path is None else path)
        except StartError as error:
            message, status = start_problem(shell, error)
            m.complain(message)
            m.finish(status)

    def _wait(self, m: Machine) -> None:
        m.finish(m.status)

    def leave(self, m: Machine) -> None:
        """Put descriptors and variables back."""
        shell = m.shell
        if not self.permanent:
            self.redirections.undo(shell)
        for name, value, exported in reversed(self.before):
            if value is None:
                shell.vars.pop(name, None)
            else:
                shell.vars[name] = value
            if not exported:
                shell.exported.discard(name)


#: Returns a status; None when the frame goes on with other frames on top.
Builtin: TypeAlias = Callable[[Machine, SimpleFrame, list[str]], int | None]


def builtin_of(m: Machine, name: str) -> Builtin | None:
    """Return the function of a builtin that the innermost shell has."""
    return m.language.builtin(m.shell.dialect, name)


#: Builtins of bash that go on after an error in an assignment, and how they name themselves.
_KEEPS_ON = {"export": "", "readonly": "", "let": "let", "local": "local",
             "declare": "declare", "typeset": "typeset", "read": "", "getopts": ""}
_DECLARES = frozenset({"export", "readonly", "local", "declare", "typeset"})


def start_problem(shell: Shell, error: StartError) -> tuple[str, int]:
    """Return a shell's words and status for a program that cannot be started."""
    name = error.name
    if error.kind == "not found" or (error.kind == "no such file" and not shell.bash):
        return f"{name}: {'command not found' if shell.bash else 'not found'}", 127
    if error.kind == "no such file":
        return f"{name}: No such file or directory", 127
    if error.kind == "is a directory" and shell.bash:
        return f"{name}: Is a directory", 126
    if error.kind == "format error":
        words = {"bash": "cannot execute binary file: Exec format error",
                 "dash": "Exec format error", "ash": "Exec format error"}
        return f"{name}: {words[shell.dialect]}", 126
    return f"{name}: Permission denied", 126
