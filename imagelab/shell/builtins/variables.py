"""export, readonly, unset, local, shift and let."""

from __future__ import annotations

from imagelab.shell.builtins.reporting import number, unknown_option, write, wrong
from imagelab.shell.calls import CallFrame
from imagelab.shell.command import SimpleFrame
from imagelab.shell.expand import Expansion
from imagelab.shell.machine import Base, Machine
from imagelab.shell.quoting import single_quoted
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
        known = "npf-" if shell.bash or shell.dialect == "ash" else "p-"
        unknown = next((c for c in args[0][1:] if c not in known), "")
        if unknown and shell.dialect != "ash":
            return _unknown(m, command, unknown)
        args = args[1:]
    if not args:
        for name in sorted(marked - {"_"}):
            letters = "r" * (name in shell.readonly) + "x" * (name in shell.exported)
            front = f"declare -{letters}" if shell.bash else command
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


def _unknown(m: Machine, command: str, letter: str) -> int:
    usages = {"export": "export [-fn] [name[=value] ...] or export -p",
              "readonly": "readonly [-aAf] [name[=value] ...] or readonly -p",
              "unset": "unset [-f] [-v] [-n] [name ...]"}
    return unknown_option(m, command, letter, usages[command])


def _listed(shell: Shell, value: str) -> str:
    if shell.bash:
        return '"' + "".join("\\" + c if c in '"\\$`' else c for c in value) + '"'
    return single_quoted(value, shell.dialect)


def unset(m: Machine, frame: SimpleFrame, args: list[str]) -> int:
    """Forget variables or functions."""
    functions = args[:1] == ["-f"]
    if args[:1] in (["-f"], ["-v"]):
        args = args[1:]
    shell = m.shell
    if shell.bash and args and args[0][:1] == "-" and len(args[0]) > 1:
        return _unknown(m, "unset", args[0][1])
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
    while shell.bash and args and args[0].startswith("-") and args[0] != "-":
        if set(args[0]) & {"a", "A"}:
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
        if name == "-" and call is not None:
            call.options = set(shell.options)
            continue
        if not is_name(name) and not shell.bash:
            raise FaultError(f"{name}: bad variable name", builtin="local")
        if not is_name(name):
            return wrong(m, frame.argv[0], f"`{arg}': not a valid identifier")
        if call is not None and name not in call.locals:
            call.locals[name] = shell.vars.get(name)
            if shell.dialect != "dash" and not equals:
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
    if not args:
        m.complain("expression expected", builtin="let")
        return 1 if m.shell.bash else 2
    for arg in args:
        try:
            value = Expansion(m.shell, m.host, []).arithmetic((Lit(arg, True),))
        except FaultError as error:
            m.complain(error.message, builtin="let")
            return 1 if m.shell.bash else 2
    return int(value == 0)
