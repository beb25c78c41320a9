"""The programs that a process stands for, as ``ps`` would list them.

A suspended process is one stack of frames, in which a shell waits for what it started: each
subshell and each program on it is a process of its own to whoever looks from outside. Stages of
a pipe and commands in the background run one after the other in the lab; stages that wait for
their turn are listed, commands in the background are not before they run.
"""

from __future__ import annotations

from dataclasses import dataclass

from imagelab.model.process import Process
from imagelab.shell.command import SimpleFrame
from imagelab.shell.compound import AndOrFrame, PipelineFrame, SequenceFrame
from imagelab.shell.launch import Running
from imagelab.shell.machine import Base, Frame
from imagelab.shell.process import suspended
from imagelab.shell.script import Script
from imagelab.shell.state import Shell
from imagelab.shell.syntax import Command, Lit, Simple


@dataclass(frozen=True)
class Listed:
    """A program that runs.

    Attributes:
        argv: command and arguments.
        parent: number in the list of the one that started it; -1 for the main one.
    """

    argv: tuple[str, ...]
    parent: int


def listed(process: Process) -> tuple[Listed, ...]:
    """Return the programs of a process, the main one first."""
    begun = suspended(process)
    if begun is None:
        return (Listed(process.argv, -1),)
    walk = _Walk(process.argv, list(begun.shells))
    for frame in begun.frames:
        walk.enter(frame)
    return (*walk.found, *walk.waiting)


class _Walk:
    """A walk up the stack: what was found, and which process the next frame belongs to."""

    def __init__(self, argv: tuple[str, ...], shells: list[Shell]) -> None:
        self.found: list[Listed] = []
        self.waiting: list[Listed] = []
        self._argv = argv
        self._shells = shells
        self._here = -1
        # Whether the process has nothing left to do: then a program takes its place.
        self._last = False
        self._alone = False

    def enter(self, frame: Frame) -> None:
        if isinstance(frame, Base):
            self._enter_shell(frame, self._shells.pop(0))
        elif isinstance(frame, Running):
            self._put(tuple(frame.argv))
            self._last = False
        else:
            if isinstance(frame, SimpleFrame):
                self._argv = tuple(frame.argv)
            elif isinstance(frame, PipelineFrame):
                self.waiting += [Listed(self._words(each), self._here)
                                 for each in frame.node.commands[frame.at :]]
            self._last = self._last and _ends(frame, self._alone)

    def _enter_shell(self, base: Base, shell: Shell) -> None:
        if base.kind == "shell":
            self._put(self._argv)
            # Of the shells that run a script of one line, dash forks for its last command too,
            # bash only forks where there is more than one.
            self._last = shell.dialect != "dash" and not any(shell.traps.values())
            self._alone = shell.dialect == "bash"
        else:
            if base.kind != "subshell" or not self._last:
                self._last = False
                self._put(self.found[self._here].argv)
            self._last, self._alone = True, False

    def _put(self, argv: tuple[str, ...]) -> None:
        """Note a program: in the place of the one that is here, or started by it."""
        if self._last:
            self.found[self._here] = Listed(argv, self.found[self._here].parent)
        else:
            self.found.append(Listed(argv, self._here))
            self._here = len(self.found) - 1

    def _words(self, command: Command) -> tuple[str, ...]:
        """Return a command's words as far as they are plain, else those of its subshell."""
        if isinstance(command, Simple) and command.words:
            words = ["".join(part.text for part in word if isinstance(part, Lit))
                     for word in command.words]
            if all(isinstance(part, Lit) for word in command.words for part in word):
                return tuple(words)
        return self.found[self._here].argv


def _ends(frame: Frame, alone: bool) -> bool:
    """Whether a shell has nothing to do after what a frame waits for."""
    if isinstance(frame, Script):
        return frame.kind == "c" and not frame.text[frame.pos :].strip()
    if isinstance(frame, SimpleFrame):
        return True
    if alone:
        return False
    if isinstance(frame, SequenceFrame):
        return frame.at == len(frame.node.items)
    return isinstance(frame, AndOrFrame) and frame.at == len(frame.node.rest)
