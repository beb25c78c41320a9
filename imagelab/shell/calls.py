"""Functions of a script: defining and calling them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from imagelab.shell.machine import Frame, Machine
from imagelab.shell.syntax import Command, Function


@dataclass(eq=False)
class FunctionFrame(Frame):
    """A definition."""

    node: Function

    def step(self, m: Machine) -> None:
        """Define."""
        m.shell.functions[self.node.name] = self.node.body
        m.done(0)


@dataclass(eq=False)
class CallFrame(Frame):
    """A function that runs: its arguments and local variables."""

    body: Command
    args: list[str]
    outer: list[str] = field(default_factory=list)
    locals: dict[str, str | None] = field(default_factory=dict)
    exported: set[str] = field(default_factory=set)
    begun: bool = False
    options: set[str] | None = None
    function: ClassVar[bool] = True

    def step(self, m: Machine) -> None:
        """Run the body."""
        if self.begun:
            m.done(m.status)
            return
        self.begun = True
        self.outer, m.shell.args = m.shell.args, self.args
        m.run_command(self.body, tested=self.tested)

    def leave(self, m: Machine) -> None:
        """Give back arguments and variables."""
        if not self.begun:
            return
        shell = m.shell
        shell.args = self.outer
        if self.options is not None:  # local -
            shell.options = self.options
        for name, value in self.locals.items():
            if value is None:
                shell.vars.pop(name, None)
            else:
                shell.vars[name] = value
            shell.exported.discard(name)
        shell.exported |= self.exported & set(self.locals)
