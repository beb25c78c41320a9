"""Frames of compound commands: lists, pipes, branches, loops."""

from __future__ import annotations

from dataclasses import dataclass, field

from imagelab.shell import pattern
from imagelab.shell.machine import ExpandingFrame, Frame, Machine
from imagelab.shell.redirect import Redirections
from imagelab.shell.state import FaultError
from imagelab.shell.streams import Open
from imagelab.shell.syntax import (
    AndOr,
    Case,
    Command,
    For,
    If,
    Pipeline,
    Redirected,
    Sequence,
    Subshell,
    While,
)


@dataclass(eq=False)
class SequenceFrame(Frame):
    """Commands one after the other."""

    node: Sequence
    at: int = 0

    def step(self, m: Machine) -> None:
        """Run the next one."""
        if self.at == len(self.node.items):
            m.done(m.status if self.at else 0)
            return
        command, background = self.node.items[self.at]
        self.at += 1
        if background:
            m.shell.background = m.shell.background + 1 if m.shell.background else 7
            base = m.push_subshell("background", tested=False, fds={0: Open("null")})
            base.tested = False
            m.run_command(command, tested=False)
        else:
            m.run_command(command, tested=self.tested)


@dataclass(eq=False)
class AndOrFrame(Frame):
    """``a && b || c``."""

    node: AndOr
    at: int = -1

    def step(self, m: Machine) -> None:
        """Run the next command that is due."""
        rest = self.node.rest
        if self.at < 0:
            self.at = 0
            m.run_command(self.node.first, tested=True)
            return
        while self.at < len(rest) and (rest[self.at][0] == "&&") != (m.status == 0):
            self.at += 1
        if self.at == len(rest):
            m.done(m.status)
            return
        command = rest[self.at][1]
        self.at += 1
        m.run_command(command, tested=self.tested or self.at < len(rest))


@dataclass(eq=False)
class PipelineFrame(Frame):
    """Stages of a pipe, each with what the one before wrote."""

    node: Pipeline
    at: int = 0
    pipe: Open | None = None
    statuses: list[int] = field(default_factory=list)
    before: int = 0

    def step(self, m: Machine) -> None:
        """Run the next stage; to each of them, ``$?`` is what it was before the pipe."""
        commands = self.node.commands
        if self.at:
            self.statuses.append(m.status)
        else:
            self.before = m.shell.status
        if self.at == len(commands):
            self._end(m)
            return
        command = commands[self.at]
        self.at += 1
        if len(commands) == 1:
            m.run_command(command, tested=True)
            return
        fds = {} if self.pipe is None else {0: self.pipe}
        last = self.at == len(commands)
        self.pipe = None if last else Open("pipe")
        if self.pipe is not None:
            fds[1] = self.pipe
        base = m.push_subshell("last" if last else "stage",
                               tested=self.tested or self.node.negate, fds=fds)
        m.shell.status = self.before
        if not last:
            base.pipe = self.pipe
            base.floored = True
            m.floors.append(m.host.budget.steps // 2)
        m.run_command(command, tested=base.tested)

    def _end(self, m: Machine) -> None:
        status = self.statuses[-1]
        if "pipefail" in m.shell.options:
            status = next((s for s in reversed(self.statuses) if s), 0)
        if self.node.negate:
            m.done(int(not status))
        else:
            m.finish(status)


@dataclass(eq=False)
class SubshellFrame(Frame):
    """``( … )``."""

    node: Subshell

    def step(self, m: Machine) -> None:
        """Run the body on a copy of the shell."""
        tested = self.tested
        m.pop()
        m.push_subshell("subshell", tested=tested)
        m.run_command(self.node.body, tested=tested)


@dataclass(eq=False)
class IfFrame(Frame):
    """``if``."""

    node: If
    at: int = 0
    asked: bool = False

    def step(self, m: Machine) -> None:
        """Ask a condition, or go into a branch in place of this frame."""
        if self.asked and m.status == 0:
            self._branch(m, self.node.branches[self.at][1])
            return
        self.at += self.asked
        self.asked = True
        if self.at < len(self.node.branches):
            m.run_command(self.node.branches[self.at][0], tested=True)
        elif self.node.otherwise is not None:
            self._branch(m, self.node.otherwise)
        else:
            m.done(0)

    def _branch(self, m: Machine, command: Command) -> None:
        m.pop()
        m.run_command(command, tested=self.tested)


@dataclass(eq=False)
class Loop(Frame):
    """A frame that ``break`` and ``continue`` look for."""


@dataclass(eq=False)
class WhileFrame(Loop):
    """``while`` and ``until``."""

    node: While
    asked: bool = False
    ran: bool = False
    last: int = 0

    def step(self, m: Machine) -> None:
        """Ask the condition, or run the body."""
        if not self.asked:
            self.last = m.status if self.ran else 0
            self.asked = True
            m.run_command(self.node.condition, tested=True)
        elif (m.status == 0) == self.node.until:
            m.done(self.last)
        else:
            self.asked = False
            self.ran = True
            m.run_command(self.node.body, tested=self.tested)


@dataclass(eq=False)
class ForFrame(ExpandingFrame, Loop):
    """``for``."""

    node: For
    at: int = 0
    values: list[str] = field(default_factory=list)
    ready: bool = False

    def step(self, m: Machine) -> None:
        """Expand a word, or run the body for the next value."""
        words = self.node.words
        if not self.ready:
            m.shell.line = self.node.line
            if words is None:
                self.values = list(m.shell.args)
            elif self.at < len(words):
                word = words[self.at]
                found = m.fields(self, word)
                if found is not None:
                    self.values.extend(found)
                    self.at += 1
                return
            self.ready, self.at = True, 0
            m.status = 0
        if self.at == len(self.values):
            m.done(m.status)
            return
        value = self.values[self.at]
        self.at += 1
        try:
            m.shell.set(self.node.name, value)
        except FaultError as error:
            if not m.shell.bash:
                raise
            m.complain(error.message)
            m.finish(1)
            return
        m.run_command(self.node.body, tested=self.tested)


@dataclass(eq=False)
class CaseFrame(ExpandingFrame):
    """``case``."""

    node: Case
    subject: str | None = None
    at: int = 0
    choice: int = 0
    running: bool = False

    def step(self, m: Machine) -> None:
        """Expand the word, then pattern after pattern until one matches."""
        if self.subject is None:
            m.shell.line = self.node.line
            self.subject = m.text(self, self.node.word)
            return
        if self.running:
            self._after(m)
            return
        if self.at == len(self.node.items):
            m.done(0)
            return
        patterns, body, ended = self.node.items[self.at]
        if self.choice == len(patterns):
            self.at, self.choice = self.at + 1, 0
            return
        word = patterns[self.choice]
        glob = m.expand(self, lambda expansion: expansion.pattern(word))
        if glob is None:
            return
        self.choice += 1
        m.host.budget.take("steps", 1 + len(glob) * len(self.subject) // 500)
        if not pattern.matches(glob, self.subject):
            return
        if ended == ";;":
            m.pop()
        else:
            self.running = True
        m.run_command(body, tested=self.tested)

    def _after(self, m: Machine) -> None:
        ended = self.node.items[self.at][2]
        self.at, self.choice = self.at + 1, 0
        if ended == ";;" or self.at == len(self.node.items):
            m.done(m.status)
        elif ended == ";&":
            m.run_command(self.node.items[self.at][1], tested=self.tested)
        else:
            self.running = False


@dataclass(eq=False)
class RedirectedFrame(ExpandingFrame):
    """A compound command with redirections."""

    node: Redirected
    redirections: Redirections = field(default_factory=Redirections)
    begun: bool = False

    def step(self, m: Machine) -> None:
        """Redirect, then run the command."""
        if self.begun:
            m.done(m.status)
            return
        m.shell.line = self.node.line
        problem = self.redirections.apply(m, self, self.node.redirects)
        if problem is None:
            return
        if problem:
            m.complain(problem)
            m.finish(1 if m.shell.dialect != "dash" else 2)
            return
        self.begun = True
        m.run_command(self.node.body, tested=self.tested)

    def leave(self, m: Machine) -> None:
        """Put the descriptors back."""
        self.redirections.undo(m.shell)
