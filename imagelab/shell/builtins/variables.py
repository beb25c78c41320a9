"""export, readonly, unset, local, shift and let."""

from __future__ import annotations

from imagelab.shell.builtins.reporting import number, write, wrong
from imagelab.shell.calls import CallFrame
from imagelab.shell.command import SimpleFrame
from imagelab.shell.expand import Expansion
from imagelab.shell.machine import Base, Machine
from imagelab.shell.state import FaultError, Shell
from imagelab.shell.syntax import Lit, is_name


def export(m: Machine, frame: SimpleFrame, args: list[str]) -> int:
    """Hand variables on to programs."""
    return _mark(m, "export", args, m.shell.exported)


def readonly(m: Machine, frame: SimpleFrame, args: list[str]) -> int:
    """Make variables unchangeable."""
    return _mark(m, "readonly", args, m.shell.readonly)


def _mark(m: Machine, command: str, args: list[str], marked: set[str]) -> int:
    shell, status = m.shell, 0
    remove = False
    while args and args[0].startswith("-") and len(args[0]) > 1:
        remove = remove or "n" in args[0]
        args = args[1:]
    if not args:
        front = {"export": "declare -x", "readonly": "declare -r"}[command]
        front = front if shell.bash else command
        for name in sorted(marked):
            value = shell.vars.get(name)
            text = "" if value is None else f"={_listed(shell, value)}"
            write(m, f"{front} {name}{text}\n")
        return 0
    for arg in args:
        name, equals, value = arg.partition("=")
        append = name.endswith("+") and bool(equals)
        name = name[:-1] if append else name
        if not is_name(name):
            text = (f"`{arg}': not a valid identifier" if shell.bash
                    else f"{name}: bad variable name")
            status = wrong(m, command, text)
            continue
        if equals:
            shell.set(name, shell.vars.get(name, "") + value if append else value)
        if remove:
            marked.discard(name)
        else:
            marked.add(name)
    return status


def _listed(shell: Shell, value: str) -> str:
    if shell.bash:
        return '"' + "".join("\\" + c if c in '"\\$`' else c for c in value) + '"'
    return "'" + value.replace("'", "'\"'\"'") + "'"


def unset(m: Machine, frame: SimpleFrame, args: list[str]) -> int:
    """Forget variables or functions."""
    functions = args[:1] == ["-f"]
    if args[:1] in (["-f"], ["-v"]):
        args = args[1:]
    shell = m.shell
    for name in args:
        if functions:
            shell.functions.pop(name, None)
        elif not is_name(name):
            if not shell.bash:
                return wrong(m, "unset", f"{name}: bad variable name")
        elif name in shell.readonly:
            return wrong(m, "unset", f"{name}: cannot unset: readonly variable" if shell.bash
                         else f"{name}: is read only")
        elif name in shell.vars:
            del shell.vars[name]
            shell.exported.discard(name)
        elif shell.bash:
            shell.functions.pop(name, None)
    return 0


def local(m: Machine, frame: SimpleFrame, args: list[str]) -> int:
    """Give a function variables of its own; also declare and typeset."""
    shell = m.shell
    call = None
    for each in reversed(m.frames):
        if isinstance(each, Base):
            break
        if isinstance(each, CallFrame):
            call = each
            break
    export = False
    while args and args[0].startswith("-"):
        if shell.bash and set(args[0]) & {"a", "A"}:
            m.write_error("imagelab does not simulate bash's arrays\n")
            return 2
        export = export or "x" in args[0]
        args = args[1:]
    if call is None and frame.argv[0] == "local":
        if shell.bash:
            return wrong(m, "local", "can only be used in a function")
        raise FaultError("not in a function", 2, builtin="local")
    for arg in args:
        name, equals, value = arg.partition("=")
        if not is_name(name):
            return wrong(m, frame.argv[0], f"`{arg}': not a valid identifier" if shell.bash
                         else f"{name}: bad variable name")
        if call is not None and name not in call.locals:
            call.locals[name] = shell.vars.get(name)
            if shell.bash and not equals:
                shell.vars.pop(name, None)
        if equals:
            shell.set(name, value)
        if export:
            shell.exported.add(name)
    return 0


def shift(m: Machine, frame: SimpleFrame, args: list[str]) -> int:
    """Drop the first arguments."""
    count = number(m, "shift", args[0]) if args else 1
    if count > len(m.shell.args):
        if m.shell.dialect == "dash":
            raise FaultError("can't shift that many", 2, builtin="shift")
        return 1
    del m.shell.args[:count]
    return 0


def let(m: Machine, frame: SimpleFrame, args: list[str]) -> int:
    """Calculate."""
    value = 0
    for arg in args:
        value = Expansion(m.shell, m.host, []).arithmetic((Lit(arg, True),))
    return int(value == 0)
