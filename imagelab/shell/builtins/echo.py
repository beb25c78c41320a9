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
    return write(m, echo_bytes(args, options="n" if dash else "neE", escapes=dash,
                               style=m.shell.dialect))


def printf(m: Machine, frame: SimpleFrame, args: list[str]) -> int:
    """Print by a format."""
    shell = m.shell
    variable, args = "", list(args)
    if shell.bash and args[:1] == ["-v"] and len(args) > 2:
        variable, args = args[1], args[2:]
    if args and args[0].startswith("-") and len(args[0]) > 1 and shell.dialect != "ash":
        if args[0] != "--":
            return _option(m, args[0][:2])
        del args[0]
    elif args[:1] == ["--"]:
        del args[0]
    if not args:
        return _usage(m)
    printed = printf_bytes(args, m.host.budget, style=shell.dialect)
    for kind, text in printed.problems:
        m.write_error(printf_problem(shell, kind, text))
    if variable:
        shell.set(variable, decode(printed.data))
    else:
        write(m, printed.data)
    kinds = {kind for kind, _ in printed.problems}
    if shell.dialect == "dash" and kinds & {"directive", "format"}:
        return 2
    return int(bool(kinds - ({"range", "hexdigit"} if shell.bash else set())))


def _usage(m: Machine) -> int:
    shell = m.shell
    if shell.dialect == "dash":
        m.complain("usage: printf format [arg ...]", builtin="printf")
    else:
        m.write_error("printf: usage: printf [-v var] format [arguments]\n" if shell.bash
                      else f"{shell.name}: usage: printf FORMAT [ARGUMENT...]\n")
    return 2


def _option(m: Machine, option: str) -> int:
    if not m.shell.bash:
        m.complain(f"Illegal option {option}", builtin="printf")
        return 2
    m.complain(f"{option}: invalid option", builtin="printf")
    return _usage(m)


def printf_problem(shell: Shell, kind: str, text: str) -> str:
    """Return a shell's words for an error of printf."""
    if shell.bash:
        words = {"octal": f"{text}: invalid octal number", "hex": f"{text}: invalid hex number",
                 "range": f"warning: {text}: Numerical result out of range",
                 "hexdigit": "missing hex digit for \\x",
                 "directive": f"`{text}': invalid format character",
                 "format": f"`{text}': missing format character"}
        message = words.get(kind, f"{text}: invalid number")
        return f"{shell.prefix('printf')}{message}\n"
    if shell.dialect == "dash":
        words = {"number": f"{text}: expected numeric value",
                 "range": f"{text}: Numerical result out of range",
                 "directive": f"{text}: invalid directive", "format": "missing format character"}
        message = words.get(kind, f"{text}: not completely converted")
        return f"{shell.prefix('printf')}{message}\n"
    words = {"directive": f"{text}: invalid format", "format": f"{text}: invalid format"}
    number = f"invalid number '{text}'"
    return f"{shell.name}: {words.get(kind, number)}\n"
