"""echo and printf."""

from __future__ import annotations

from imagelab.shell.builtins.reporting import write
from imagelab.shell.command import SimpleFrame
from imagelab.shell.echo import echo as echo_bytes
from imagelab.shell.escapes import decode
from imagelab.shell.machine import Machine
from imagelab.shell.printf import printf as printf_bytes
from imagelab.shell.state import Shell


def echo(m: Machine, frame: SimpleFrame, args: list[str]) -> int:
    """Print words."""
    dash = m.shell.dialect == "dash"
    return write(m, echo_bytes(args, options="n" if dash else "neE", escapes=dash))


def printf(m: Machine, frame: SimpleFrame, args: list[str]) -> int:
    """Print by a format."""
    if m.shell.bash and args[:1] == ["-v"] and len(args) > 2:
        m.shell.set(args[1], decode(printf_bytes(args[2:], m.host.budget).data))
        return 0
    if args[:1] == ["--"]:
        args = args[1:]
    if not args:
        words = {"bash": "usage: printf [-v var] format [arguments]",
                 "dash": "usage: printf format [arg ...]",
                 "ash": "usage: printf FORMAT [ARG]..."}
        m.complain(words[m.shell.dialect], builtin="printf")
        return 2
    printed = printf_bytes(args, m.host.budget, strict=m.shell.dialect == "ash")
    for kind, text in printed.problems:
        m.write_error(printf_problem(m.shell, kind, text))
    write(m, printed.data)
    return 1 if printed.problems else 0


def printf_problem(shell: Shell, kind: str, text: str) -> str:
    """Return a shell's words for an error of printf."""
    if shell.bash:
        words = {"number": f"{text}: invalid number", "rest": f"{text}: invalid number",
                 "directive": f"`{text[-1:]}': invalid format character",
                 "format": f"`{text}': missing format character"}
        return f"{shell.prefix('printf')}{words[kind]}\n"
    if shell.dialect == "dash":
        words = {"number": f"{text}: expected numeric value",
                 "rest": f"{text}: not completely converted",
                 "directive": f"{text}: invalid directive", "format": "missing format character"}
        return f"{shell.prefix('printf')}{words[kind]}\n"
    words = {"number": f"invalid number '{text}'", "rest": f"invalid number '{text}'",
             "directive": f"{text}: invalid format", "format": f"{text}: invalid format"}
    return f"{shell.name}: {words[kind]}\n"
