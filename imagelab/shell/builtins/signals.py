"""Signals and jobs: trap, wait, times."""

from __future__ import annotations

from imagelab.shell.builtins.reporting import write, wrong
from imagelab.shell.command import SimpleFrame
from imagelab.shell.machine import Machine
from imagelab.shell.quoting import single_quoted
from imagelab.shell.signal_names import NUMBERS, listing, signal_name

_USAGE = "trap: usage: trap [-lp] [[arg] signal_spec ...]"


def trap(m: Machine, frame: SimpleFrame, args: list[str]) -> int:
    """Say what is to run when a signal comes."""
    shell = m.shell
    if args and args[0].startswith("-") and args[0] not in ("-", "--"):
        return _option(m, args)
    if args[:1] == ["--"]:
        args = args[1:]
    if not args:
        return _listed(m, shell.listed or shell.traps)
    action, names = args[0], args[1:]
    if not names and shell.bash and not signal_name(action, "bash"):
        m.write_error(f"{_USAGE}\n")
        return 2
    if not names or (action.isdigit() and shell.dialect != "bash"):
        names, action = args, "-"
    status = 0
    for text in names:
        status = _set(m, text, action) or status
        if status and not shell.bash:
            break
    return status


def _option(m: Machine, args: list[str]) -> int:
    shell, option = m.shell, args[0]
    if shell.bash and option == "-l":
        return write(m, listing("bash"))
    if shell.bash and option == "-p":
        names = [signal_name(text, "bash") for text in args[1:]] or list(shell.traps)
        return _listed(m, {name: shell.traps[name] for name in names if name in shell.traps})
    words = {"bash": f"{option[:2]}: invalid option\n{_USAGE}",
             "dash": f"Illegal option {option[:2]}", "ash": f"illegal option {option[:2]}"}
    return wrong(m, "trap", words[shell.dialect], 2)


def _set(m: Machine, text: str, action: str) -> int:
    shell = m.shell
    shell.listed = {}
    name = signal_name(text, shell.dialect)
    if not name and shell.dialect == "dash":
        m.write_error(f"trap: {text}: bad trap\n")
        return 1
    if not name:
        m.complain(f"{text}: invalid signal specification", builtin="trap")
        return 1
    if name in ("DEBUG", "RETURN") and action not in ("-", ""):
        m.write_error(f"imagelab does not simulate bash's {name} trap\n")
        return 1
    if action == "-":
        shell.traps.pop(name, None)
    else:
        shell.traps[name] = action
    return 0


def _listed(m: Machine, traps: dict[str, str]) -> int:
    for name in sorted(traps, key=lambda name: NUMBERS.get(name, 99)):
        front = "SIG" if m.shell.bash and NUMBERS.get(name) else ""
        write(m, f"trap -- {single_quoted(traps[name], m.shell.dialect)} {front}{name}\n")
    return 0


def wait(m: Machine, frame: SimpleFrame, args: list[str]) -> int:
    """Wait for commands in the background, which have all ended."""
    shell, status = m.shell, 0
    for arg in args:
        number = int(arg) if arg.isascii() and arg.isdigit() and len(arg) < 10 else -1
        if number < 0 and not arg.startswith("%"):
            return wrong(m, "wait", f"`{arg}': not a pid or valid job spec" if shell.bash
                         else f"Illegal number: {arg}", 1 if shell.bash else 2)
        known = number in shell.ended or (number < 0 and bool(shell.ended) and not shell.bash)
        status = shell.ended.get(number, 0 if known else 127)
        if shell.bash and not known:
            m.complain(f"{arg}: no such job" if number < 0 else
                       f"pid {arg} is not a child of this shell", builtin="wait")
    return status


def foreground(m: Machine, frame: SimpleFrame, args: list[str]) -> int:
    """Fail as fg and bg do where nothing runs in the background."""
    if m.shell.bash and "m" not in m.shell.options:
        return wrong(m, frame.argv[0], "no job control")
    missing = f"{args[0]}: no such job" if args else "current: no such job"
    words = {"bash": missing, "dash": "No current job", "ash": "No current job"}
    return wrong(m, frame.argv[0], words[m.shell.dialect], 1 if m.shell.bash else 2)


def times(m: Machine, frame: SimpleFrame, args: list[str]) -> int:
    """Print the time that processes took: none."""
    zero = "0m0.000s 0m0.000s" if m.shell.dialect != "dash" else "0m0.000000s 0m0.000000s"
    return write(m, f"{zero}\n{zero}\n")
