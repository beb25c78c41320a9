"""Builtins that run text or a command: eval, ``.``, exec, command, builtin."""

from __future__ import annotations

from imagelab.model.content import Bytes
from imagelab.model.file_error import FileError
from imagelab.shell.builtins.describe import describe
from imagelab.shell.builtins.reporting import unknown_option, wrong
from imagelab.shell.calls import CallFrame
from imagelab.shell.command import Gone, SimpleFrame, builtin_of, start_problem
from imagelab.shell.escapes import decode
from imagelab.shell.history import session
from imagelab.shell.launch import start
from imagelab.shell.lookup import StartError, find
from imagelab.shell.machine import Base, Machine
from imagelab.shell.script import Script
from imagelab.shell.state import FaultError
from imagelab.shell.streams import device_node, plain_path
from imagelab.shell.syntax import EMPTY


def eval_text(m: Machine, frame: SimpleFrame, args: list[str]) -> int | None:
    """eval: run the arguments as a script."""
    text = " ".join(args)
    if not text.strip():
        return 0
    frame.stage = "wait"
    m.push(Script("eval", text, line=m.shell.line, tested=frame.tested))
    return None


def dot(m: Machine, frame: SimpleFrame, args: list[str]) -> int | None:
    """``.``: run a file as part of the script."""
    shell = m.shell
    if not args:
        if shell.bash:
            m.complain("filename argument required", builtin=frame.argv[0])
            label = frame.argv[0]
            m.write_error(f"{label}: usage: {label} filename [arguments]\n")
            return 2
        return 2
    name = args[0]
    path = name
    if "/" not in name:
        found = _in_path(m, name)
        if found is None and shell.bash and m.host.files.lookup(name, cwd=shell.cwd):
            found = name
        if found is None:
            if shell.bash:
                m.complain(f"{name}: No such file or directory")
                return 1
            message = f"{name}: not found"
            raise FaultError(message, 2 if shell.dialect == "ash" else 127,
                             builtin=frame.argv[0])
        path = found
    try:
        device = device_node(plain_path(path, shell.cwd)) is not None
        content = Bytes() if device else m.host.files.read(path, cwd=shell.cwd)
    except FileError as error:
        if shell.bash:
            m.complain(f"{name}: {error.message}")
            return 1
        if shell.dialect == "ash":
            raise FaultError(f"can't open '{name}': {error.message}", builtin=".") from None
        what = "No such file" if error.code in ("ENOENT", "ENOTDIR") else error.message
        raise FaultError(f"cannot open {name}: {what}", builtin=".") from None
    m.host.budget.take("words", content.size)
    frame.stage = "wait"
    if len(args) > 1 and shell.dialect != "dash":

        call = CallFrame(EMPTY, args[1:], begun=True, outer=shell.args)
        shell.args = args[1:]
        m.push(call)
    m.push(Script("dot", decode(content.read()), path=path, tested=frame.tested))
    return None


def _in_path(m: Machine, name: str) -> str | None:
    for folder in m.shell.vars.get("PATH", "").split(":"):
        candidate = f"{folder or '.'}/{name}"
        node = m.host.files.lookup(candidate, cwd=m.shell.cwd)
        if node is not None and not node.is_directory:
            return candidate
    return None


def execute(m: Machine, frame: SimpleFrame, args: list[str]) -> int | None:
    """exec: run a program in place of the shell, or keep the redirections."""
    shell = m.shell
    if args[:1] == ["--"]:
        args = args[1:]
    if not args:
        frame.permanent = True
        return 0

    env, cwd, umask, fds = shell.environment(), shell.cwd, shell.umask, dict(shell.fds)
    try:
        found = find(m.host.files, args[0], path=shell.vars.get("PATH", ""), cwd=cwd)
    except StartError as error:
        if shell.bash and "/" in args[0]:
            error.name = plain_path(args[0], cwd)
        message, status = start_problem(shell, error)
        if shell.bash:
            raise FaultError(message.replace("command not found", "not found"), status,
                             builtin="exec" if error.kind == "not found" else "") from None
        raise FaultError(message, status, builtin="exec") from None
    while not isinstance(m.frames[-1], Base):
        m.pop()
    if shell.interactive:
        session.save(shell, m.host)
    shell.traps.clear()
    start(m, found, args, env=env, cwd=cwd, umask=umask, fds=fds)
    raise Gone


def command(m: Machine, frame: SimpleFrame, args: list[str]) -> int | None:
    """Run a builtin or program, functions left out; or say what one is."""
    letters, args = "", list(args)
    while args and args[0].startswith("-") and len(args[0]) > 1:
        word = args.pop(0)
        if word == "--":
            break
        letters += word[1:]
    unknown = next((c for c in letters if c not in "pvV"), "")
    if unknown:
        return unknown_option(m, "command", unknown, "command [-pVv] command [arg ...]")
    if not args:
        return 0
    if set(letters) & {"v", "V"}:
        names = args if m.shell.bash else args[:1]
        return describe(m, names, verbose="V" in letters, name="command")
    builtin = builtin_of(m, args[0])
    if builtin is None:
        frame.external(m, args)
        return None
    frame.argv = args
    return builtin(m, frame, args[1:])


def builtin(m: Machine, frame: SimpleFrame, args: list[str]) -> int | None:
    """Run a builtin."""
    if not args:
        return 0
    builtin = builtin_of(m, args[0])
    if builtin is None:
        return wrong(m, "builtin", f"{args[0]}: not a shell builtin")
    return builtin(m, frame, args[1:])
