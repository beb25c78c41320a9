"""The shell's language put together: frames of its commands, scripts and builtins."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from imagelab.shell import syntax
from imagelab.shell.builtins.table import find_builtin
from imagelab.shell.calls import CallFrame, FunctionFrame
from imagelab.shell.codec import register
from imagelab.shell.command import SimpleFrame
from imagelab.shell.compound import (
    AndOrFrame,
    CaseFrame,
    ForFrame,
    IfFrame,
    PipelineFrame,
    RedirectedFrame,
    SequenceFrame,
    SubshellFrame,
    WhileFrame,
)
from imagelab.shell.condition import CalculationFrame, ConditionFrame
from imagelab.shell.history.entries import Remembered
from imagelab.shell.launch import Running
from imagelab.shell.machine import Base, Frame, Language
from imagelab.shell.redirect import Redirections
from imagelab.shell.script import Script
from imagelab.shell.state import History, Shell
from imagelab.shell.streams import Open

_FRAMES: dict[type[Any], Callable[..., Frame]] = {
    syntax.Simple: SimpleFrame,
    syntax.Sequence: SequenceFrame,
    syntax.AndOr: AndOrFrame,
    syntax.Pipeline: PipelineFrame,
    syntax.Subshell: SubshellFrame,
    syntax.If: IfFrame,
    syntax.While: WhileFrame,
    syntax.For: ForFrame,
    syntax.Case: CaseFrame,
    syntax.Function: FunctionFrame,
    syntax.Condition: ConditionFrame,
    syntax.Calculation: CalculationFrame,
    syntax.Redirected: RedirectedFrame,
}


def _frame(node: syntax.Command, tested: bool) -> Frame:
    return _FRAMES[type(node)](node, tested=tested)


LANGUAGE = Language(_frame, Script, find_builtin)

# What may be in a suspended program.
register(
    Open, History, Remembered, Shell, Base, Running, Script, SimpleFrame, SequenceFrame, AndOrFrame,
    PipelineFrame, SubshellFrame, IfFrame, WhileFrame, ForFrame, CaseFrame, FunctionFrame,
    CallFrame, RedirectedFrame, ConditionFrame, CalculationFrame, Redirections, *_FRAMES,
    syntax.Lit, syntax.Param, syntax.Subst, syntax.Arith, syntax.Assign, syntax.Redirect,
)
