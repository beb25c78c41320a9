"""alias and unalias."""

from __future__ import annotations

from imagelab.shell.builtins.reporting import write, wrong
from imagelab.shell.command import SimpleFrame
from imagelab.shell.machine import Machine
from imagelab.shell.quoting import single_quoted
from imagelab.shell.words import META

#: What bash takes in no alias's name.
_UNFIT = META | frozenset("'\"\\$`/")


def alias(m: Machine, frame: SimpleFrame, args: list[str]) -> int:
    """Let words stand for others as the first word of a command, or say for which they do."""
    shell, status = m.shell, 0
    if shell.bash and args[:1] == ["-p"]:
        args = args[1:]
        _list(m)
    elif not args:
        _list(m)
    for arg in args:
        name, equals, value = arg.partition("=")
        if equals and name:
            if shell.bash and set(name) & _UNFIT:
                status = wrong(m, "alias", f"`{name}': invalid alias name")
            else:
                shell.aliases[name] = value
        elif arg in shell.aliases:
            write(m, listed(m, arg))
        elif shell.bash:
            status = wrong(m, "alias", f"{arg}: not found")
        else:
            m.write_error(f"alias: {arg} not found\n")
            status = 1
    return status


def _list(m: Machine) -> None:
    for name in sorted(m.shell.aliases):
        write(m, listed(m, name))


def listed(m: Machine, name: str) -> str:
    """Return an alias as ``alias`` lists it."""
    value = single_quoted(m.shell.aliases[name], m.shell.dialect)
    return f"{'alias ' if m.shell.bash else ''}{name}={value}\n"


def unalias(m: Machine, frame: SimpleFrame, args: list[str]) -> int:
    """Forget aliases."""
    shell, status = m.shell, 0
    if args[:1] == ["-a"]:
        shell.aliases.clear()
        return 0
    if not args and shell.bash:
        m.write_error("unalias: usage: unalias [-a] name [name ...]\n")
        return 2
    for name in args:
        if shell.aliases.pop(name, None) is not None:
            continue
        status = 1
        if shell.bash:
            wrong(m, "unalias", f"{name}: not found")
        else:
            m.write_error(f"unalias: {name} not found\n")
    return status
