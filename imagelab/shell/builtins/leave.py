"""exit, return, break and continue."""

from __future__ import annotations

from imagelab.shell.builtins.reporting import number
from imagelab.shell.calls import CallFrame
from imagelab.shell.command import Gone, SimpleFrame
from imagelab.shell.compound import Loop
from imagelab.shell.machine import Base, Machine
from imagelab.shell.script import Script


def exit_shell(m: Machine, frame: SimpleFrame, args: list[str]) -> int | None:
    """exit: end the shell."""
    shell = m.shell
    if shell.bash and shell.history is not None and not shell.depth:
        m.write_error("exit\n")
    running = m.frames
    trap = next((b for b in reversed(running) if isinstance(b, Base)), None)
    status = shell.status if trap is None or trap.ending is None else trap.ending
    if args:
        negative = args[0].startswith("-") and shell.bash and args[0][1:].isdigit()
        status = -int(args[0][1:]) if negative else number(m, "exit", args[0])
    m.exit_shell(status & 255)
    raise Gone


def return_from(m: Machine, frame: SimpleFrame, args: list[str]) -> int | None:
    """return: end the function or the script that ``.`` reads."""
    status = m.shell.status
    if args:
        status = number(m, "return", args[0]) & 255
    for at in range(len(m.frames) - 1, -1, -1):
        each = m.frames[at]
        if isinstance(each, Base):
            break
        if isinstance(each, CallFrame) or (isinstance(each, Script) and each.kind == "dot"):
            while len(m.frames) > at + 1:
                m.pop()
            m.done(status)
            raise Gone
    if m.shell.bash:
        m.complain("can only `return' from a function or sourced script", builtin="return")
        return 2
    m.exit_shell(status)
    raise Gone


def _leave_loop(m: Machine, name: str, args: list[str]) -> int | None:
    count = number(m, name, args[0], 1) if args else 1
    loops = []
    for at in range(len(m.frames) - 1, -1, -1):
        each = m.frames[at]
        if isinstance(each, Base | CallFrame):
            break
        if isinstance(each, Loop):
            loops.append(at)
    if not loops:
        if m.shell.bash:
            m.complain("only meaningful in a `for', `while', or `until' loop", builtin=name)
        return 0
    target = loops[min(count, len(loops)) - 1]
    while len(m.frames) > target + 1:
        m.pop()
    m.status = m.shell.status = 0
    if name == "break":
        m.done(0)
    raise Gone


def break_loop(m: Machine, frame: SimpleFrame, args: list[str]) -> int | None:
    """break: leave loops."""
    return _leave_loop(m, "break", args)


def continue_loop(m: Machine, frame: SimpleFrame, args: list[str]) -> int | None:
    """continue: go on with a loop's next turn."""
    return _leave_loop(m, "continue", args)
